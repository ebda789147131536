// What every program must keep: operands fit their buffers, buffers fit their regions, nothing is
// read before it is written or after its place was taken, and no two operands overlap unasked.
import { ABSENT, ALIGNMENT, Dtype, ProgramKind, Region } from "../../shared/gen/protocol.ts";
import type { BufferEntry, EngineLayout } from "../../shared/gen/protocol.ts";
import { readJson } from "./golden.ts";
import type { Op, Program } from "./program.ts";

/** Class of each operand by op and name, which the generated TypeScript leaves out. */
const CLASSES = operandClasses();

/** Ops whose output may be their input, as their contracts say. */
const IN_PLACE = new Set([
  "rms_norm",
  "layer_norm",
  "silu",
  "mul",
  "silu_mul",
  "gelu",
  "snake",
  "prompt_embed",
  "frame_embed",
  "activation",
]);
/**
 * Ops that write one token of a buffer and leave the rest to others, or that read it only where
 * they are told to add onto it.
 */
const PART_WRITERS = new Set(["hidden_load", "code_embed", "conv1d"]);

/** Everything wrong with a program, in words; empty for a sound one. */
export function problemsOf(program: Program, layout: EngineLayout): string[] {
  const isEncoder = program.header.kind >= ProgramKind.EncodeSpeaker;
  const problems = program.buffers.flatMap((buffer, handle) =>
    fits(buffer, program, layout) ? [] : [`buffer ${handle} leaves its region`],
  );
  const live = new Map<number, BufferEntry>();
  // A recording lies at the arena's start when its encoder begins.
  const input = isEncoder ? program.ops[0]?.operands.get("x") : undefined;
  const recording = input === undefined ? undefined : program.buffers[input];
  if (input !== undefined && recording?.offset === 0) live.set(input, recording);
  program.ops.forEach((op, index) => {
    const uses = usesOf(op, program);
    const found = [
      ...extentProblems(op, program),
      ...dtypeProblems(op, uses, program.header.actDtype),
      ...aliasProblems(op, uses),
      ...lifeProblems(op, uses, live),
    ];
    problems.push(...found.map((problem) => `op ${index} ${op.info.name}: ${problem}`));
  });
  return problems;
}

function bytesOf(buffer: BufferEntry): number {
  return buffer.elements * (buffer.dtype === Dtype.Bf16 ? 2 : 4);
}

function unitsOf(buffer: BufferEntry): number {
  return Math.ceil(bytesOf(buffer) / ALIGNMENT);
}

function fits(buffer: BufferEntry, program: Program, layout: EngineLayout): boolean {
  const end = buffer.offset + unitsOf(buffer);
  switch (buffer.region) {
    case Region.Arena:
      return end <= program.header.arenaUnits;
    case Region.Row:
      return end <= layout.rowUnits;
    case Region.Kv:
      return end <= layout.kvUnits;
    default:
      return buffer.region === Region.Weight;
  }
}

function extentProblems(op: Op, program: Program): string[] {
  const problems: string[] = [];
  for (const { name, shape } of op.info.operands) {
    const handle = op.operands.get(name) ?? ABSENT;
    if (handle === ABSENT) continue;
    const buffer = program.buffers[handle];
    const needed = factorsOf(shape).reduce(
      (product, words) => product * sizeOf(words, op.params),
      1,
    );
    if (!buffer || buffer.elements < needed) {
      problems.push(`${name} needs ${needed} elements, has ${buffer?.elements ?? 0}`);
    }
  }
  return problems;
}

function operandClasses(): Map<string, string> {
  // Read as data of a known form: the generator has already refused any other.
  const { ops } = readJson("shared/protocol.json") as {
    ops: { name: string; operands: { name: string; dtype: string }[] }[];
  };
  return new Map(
    ops.flatMap(({ name, operands }) =>
      operands.map((operand) => [`${name}.${operand.name}`, operand.dtype] as const),
    ),
  );
}

/** Dtypes that an operand of a class may have in a program. */
function allowedDtypes(operandClass: string, actDtype: number): number[] {
  switch (operandClass) {
    case "act":
      return [actDtype];
    case "real":
      return [Dtype.F32, Dtype.Bf16];
    case "weight":
      return [Dtype.F32, Dtype.Bf16, Dtype.Stored];
    case "matrix":
      return [Dtype.F32, Dtype.Bf16, Dtype.Stored, Dtype.I8];
    case "f32":
      return [Dtype.F32];
    default:
      return [Dtype.U32]; // u32 and row_state
  }
}

function dtypeProblems(op: Op, uses: readonly Use[], actDtype: number): string[] {
  return uses.flatMap(({ name, buffer }) => {
    const operandClass = CLASSES.get(`${op.info.name}.${name}`) ?? "of no class";
    const allowed = allowedDtypes(operandClass, actDtype);
    return allowed.includes(buffer.dtype) ? [] : [`${name} has dtype ${buffer.dtype}`];
  });
}

/** Sizes of a shape as words. There are few shapes, and many operands of each. */
const FACTORS = new Map<string, readonly (readonly string[])[]>();

function factorsOf(shape: string): readonly (readonly string[])[] {
  const known = FACTORS.get(shape);
  if (known !== undefined) return known;
  const words = (size: string) => size.match(/[a-z_][a-z0-9_]*|\d+|[+*/()]/g) ?? [];
  const factors = shape.split(",").map(words);
  FACTORS.set(shape, factors);
  return factors;
}

/** Value of a size in the protocol: names, integers, + * / and parentheses. */
function sizeOf(words: readonly string[], params: ReadonlyMap<string, number>): number {
  let at = 0;
  const atom = (): number => {
    const word = words[at++] ?? "";
    if (word === "(") {
      const inner = sum();
      at += 1; // the closing parenthesis
      return inner;
    }
    const value = /^\d/.test(word) ? Number(word) : params.get(word);
    if (value === undefined) throw new Error(`${word} of '${words.join(" ")}' is no parameter`);
    return value;
  };
  const product = (): number => {
    let value = atom();
    while (words[at] === "*" || words[at] === "/") {
      value = words[at++] === "*" ? value * atom() : Math.floor(value / atom());
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (words[at] === "+") {
      at += 1;
      value += product();
    }
    return value;
  };
  return sum();
}

interface Use {
  readonly name: string;
  readonly access: string;
  readonly handle: number;
  readonly buffer: BufferEntry;
}

function usesOf(op: Op, program: Program): Use[] {
  return op.info.operands.flatMap(({ name, access }) => {
    const handle = op.operands.get(name) ?? ABSENT;
    const buffer = program.buffers[handle];
    return buffer ? [{ name, access, handle, buffer }] : [];
  });
}

function overlap(a: BufferEntry, b: BufferEntry): boolean {
  if (a.region !== b.region) return false;
  return a.offset < b.offset + unitsOf(b) && b.offset < a.offset + unitsOf(a);
}

function aliasProblems(op: Op, all: readonly Use[]): string[] {
  const uses = all.filter(({ buffer }) => buffer.region !== Region.Weight);
  return uses.flatMap((a, index) =>
    uses.slice(index + 1).flatMap((b) => {
      if (!overlap(a.buffer, b.buffer)) return [];
      if (a.handle === b.handle && IN_PLACE.has(op.info.name)) return [];
      return [`${a.name} overlaps ${b.name}`];
    }),
  );
}

/** `live` maps the handle of every buffer that holds what was last written to it. */
function lifeProblems(op: Op, all: readonly Use[], live: Map<number, BufferEntry>): string[] {
  const uses = all.filter(({ buffer }) => buffer.region === Region.Arena);
  const isPart = PART_WRITERS.has(op.info.name);
  const problems = uses
    .filter(({ access, handle }) => access !== "write" && !live.has(handle))
    .filter(({ access }) => !(isPart && access === "read_write"))
    .map(({ name }) => `${name} holds nothing`);
  for (const { access, handle, buffer } of uses) {
    if (access === "read") continue;
    for (const [other, entry] of live) if (overlap(entry, buffer)) live.delete(other);
    live.set(handle, buffer);
  }
  return problems;
}
