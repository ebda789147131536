// `npm run bench -- [NAME…] [--runs N] [--json]`: times the command line on scenarios.json.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measure } from "./hyperfine.ts";
import type { Measurement, TimedProgram } from "./hyperfine.ts";

interface Scenario {
  readonly name: string;
  readonly doc: string;
  /** Arguments of the command line; `{out}` stands for a folder that is deleted afterwards. */
  readonly args: readonly string[];
}

const SCENARIOS = "tests/bench/scenarios.json";
const COMMAND_LINE = "build/js/host/cli/main.js";
const RUNS = 5;

function chosenScenarios(names: readonly string[]): Scenario[] {
  // Our own file, in the form above.
  const all = JSON.parse(readFileSync(SCENARIOS, "utf8")) as Scenario[];
  const unknown = names.find((name) => !all.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    throw new Error(`no scenario "${unknown}"; there are: ${all.map((s) => s.name).join(", ")}`);
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function asProgram({ name, args }: Scenario, outFolder: string): TimedProgram {
  const given = args.map((arg) => arg.replaceAll("{out}", outFolder));
  return { name, argv: [process.execPath, COMMAND_LINE, ...given] };
}

function printTable(measurements: readonly Measurement[]): void {
  const [cpu] = cpus();
  console.log(`${cpu?.model ?? "unknown CPU"}, ${cpus().length} threads; seconds, wall time`);
  for (const { name, timer, seconds, secondsMedian, secondsMin, secondsMax } of measurements) {
    const numbers = [secondsMedian, secondsMin, secondsMax].map((value) => value.toFixed(3));
    const [middle = "", least = "", most = ""] = numbers;
    const spread = `(${least} to ${most}, ${seconds.length} runs, ${timer} timer)`;
    console.log(`${name.padEnd(16)} median ${middle} ${spread}`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: String(RUNS) }, json: { type: "boolean" } },
});
const outFolder = mkdtempSync(join(tmpdir(), "voxfuse-bench-"));
try {
  const programs = chosenScenarios(positionals).map((scenario) => asProgram(scenario, outFolder));
  const measurements = measure(programs, { runs: Number(values.runs), warmups: 1 });
  if (values.json) console.log(JSON.stringify(measurements, null, 2));
  else printTable(measurements);
} catch (error) {
  // A scenario's own words are enough; the trace would be this file's.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(outFolder, { recursive: true });
}
