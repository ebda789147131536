import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

/**
 * Reads fields of one JSON object with their types and limits; every refusal is an ERR_MODEL_CONFIG
 * that names the file, the field, the value found and what is allowed.
 */
export class JsonFields {
  private readonly file: string;
  private readonly path: string;
  private readonly fields: Readonly<Record<string, unknown>>;

  /**
   * @param file How sentences call the file, for example "config.json".
   * @param value What JSON.parse returned for it (or for the object at `path`).
   */
  constructor(file: string, value: unknown, path = "") {
    this.file = file;
    this.path = path;
    if (!isRecord(value)) {
      throw new VoxfuseError(
        "ERR_MODEL_CONFIG",
        `${file}: ${path === "" ? "the file" : path} is ${quote(value)}; it must be a JSON object.`,
      );
    }
    this.fields = value;
  }

  /** True when the field is there and not null. */
  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  object(name: string): JsonFields {
    return new JsonFields(this.file, this.value(name), this.pathOf(name));
  }

  integer(name: string, min: number, max: number): number {
    return this.checkInteger(name, this.value(name), min, max);
  }

  /** A finite number in [min, max]. */
  number(name: string, min: number, max: number): number {
    const value = this.value(name);
    if (typeof value === "number" && value >= min && value <= max) return value;
    this.refuse(name, value, `a number from ${min} to ${max}`);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value === "boolean") return value;
    this.refuse(name, value, "true or false");
  }

  string(name: string): string {
    const value = this.value(name);
    if (typeof value === "string" && value !== "") return value;
    this.refuse(name, value, "a string that is not empty");
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.value(name);
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    this.refuse(name, value, `one of ${allowed.join(", ")}`);
  }

  integers(name: string, min: number, max: number): readonly number[] {
    const value = this.value(name);
    if (!Array.isArray(value) || value.length === 0) {
      this.refuse(name, value, "a list of integers that is not empty");
    }
    return value.map((each, index) =>
      this.checkInteger(`${name}[${String(index)}]`, each, min, max),
    );
  }

  /** The field as an object from names to values, in file order. */
  entries(name: string): [string, unknown][] {
    const value = this.value(name);
    if (!isRecord(value)) this.refuse(name, value, "a JSON object");
    return Object.entries(value);
  }

  checkInteger(name: string, value: unknown, min: number, max: number): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    this.refuse(name, value, `an integer from ${min} to ${max}`);
  }

  /** Throws ERR_MODEL_CONFIG for a field whose value is not `allowed`. */
  refuse(name: string, value: unknown, allowed: string): never {
    throw new VoxfuseError(
      "ERR_MODEL_CONFIG",
      `${this.file}: ${this.pathOf(name)} is ${quote(value)}; it must be ${allowed}. ` +
        "Use the file as the checkpoint was released.",
    );
  }

  private value(name: string): unknown {
    // Object.hasOwn: "constructor" in a hostile file must not find Object.prototype.
    return Object.hasOwn(this.fields, name) ? (this.fields[name] ?? undefined) : undefined;
  }

  private pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}

/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
