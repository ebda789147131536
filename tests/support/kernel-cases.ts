import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { nativeProgram } from "./native.ts";

/** A line of `kernel_check list`; `run` adds the rest. */
export interface CaseLine {
  readonly op: string;
  readonly case: string;
  readonly ok?: boolean;
  readonly message?: string;
}

const PROGRAM = nativeProgram("kernel_check");
const LIST_BYTES_MAX = 16 * 1024 * 1024;

function parseLine(line: string): CaseLine {
  return JSON.parse(line) as CaseLine; // our own program's output, one record a line
}

/** Of a case, as a test is called. */
export function titleOf(line: CaseLine): string {
  return `${line.op}: ${line.case}`;
}

/** The cases that options choose. Synchronously: a test registered later could vanish unseen. */
export function kernelCases(...options: string[]): CaseLine[] {
  return execFileSync(PROGRAM, ["list", ...options], {
    encoding: "utf8",
    maxBuffer: LIST_BYTES_MAX,
  })
    .trim()
    .split("\n")
    .map(parseLine);
}

/** One run serves all tests: each waits for its own line. */
export class KernelRun {
  readonly #lines = new Map<string, CaseLine>();
  readonly #waiting = new Map<string, (line: CaseLine | undefined) => void>();
  #ended = false;

  constructor(...args: string[]) {
    const run = spawn(PROGRAM, ["run", ...args], { stdio: ["ignore", "pipe", "ignore"] });
    const lines = createInterface({ input: run.stdout });
    lines.on("line", (text) => {
      const line = parseLine(text);
      this.#lines.set(titleOf(line), line);
      this.#waiting.get(titleOf(line))?.(line);
    });
    lines.on("close", () => {
      this.#ended = true;
      for (const answer of this.#waiting.values()) answer(undefined);
    });
  }

  /** The result of a case; undefined when the program ended without one. */
  async of(title: string): Promise<CaseLine | undefined> {
    const known = this.#lines.get(title);
    if (known !== undefined || this.#ended) return known;
    return new Promise((resolve) => this.#waiting.set(title, resolve));
  }
}
