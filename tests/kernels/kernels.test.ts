import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import test from "ava";
import { nativeProgram } from "../support/native.ts";

/** A line of `kernel_check list`; `run` adds the rest. */
interface CaseLine {
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

function titleOf(line: CaseLine): string {
  return `${line.op}: ${line.case}`;
}

// Synchronously, for a test that is registered later could vanish unseen.
const cases = execFileSync(PROGRAM, ["list"], { encoding: "utf8", maxBuffer: LIST_BYTES_MAX })
  .trim()
  .split("\n")
  .map(parseLine);

/** One run serves all tests: each waits for its own line. */
class Results {
  readonly #lines = new Map<string, CaseLine>();
  readonly #waiting = new Map<string, (line: CaseLine | undefined) => void>();
  #ended = false;

  constructor() {
    const run = spawn(PROGRAM, ["run"], { stdio: ["ignore", "pipe", "ignore"] });
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

const results = new Results();

for (const line of cases) {
  const title = titleOf(line);
  test(title, async (t) => {
    const result = await results.of(title);
    t.true(result?.ok === true, result?.message ?? "kernel_check ended before this case");
  });
}
