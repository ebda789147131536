// Times whole programs: a thin wrapper over Debian's hyperfine, with a timer of its own where
// hyperfine is not installed. Programs run one at a time and take turns, so that a machine that
// slows down meanwhile slows all of them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program to time. Its output is thrown away; a run that fails ends the measurement. */
export interface TimedProgram {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
}

export interface MeasureOptions {
  /** Timed runs of each program, at least 1. */
  readonly runs: number;
  /** Untimed runs of each program before the first timed one. */
  readonly warmups: number;
  /** Which timer; by default hyperfine where it is found. */
  readonly timer?: TimerName;
}

export type TimerName = "hyperfine" | "own";

export interface Measurement {
  readonly name: string;
  readonly timer: TimerName;
  /** Wall time of every run, in the order run. */
  readonly seconds: readonly number[];
  readonly secondsMedian: number;
  readonly secondsMin: number;
  readonly secondsMax: number;
}

/** @throws {Error} when a program cannot be started or exits non-zero. */
export function measure(
  programs: readonly TimedProgram[],
  { runs, warmups, timer = installedTimer() }: MeasureOptions,
): Measurement[] {
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs is ${runs}, at least 1`);
  const environment = timingEnvironment();
  const timeOnce = timer === "hyperfine" ? timeWithHyperfine : timeAlone;

  for (const program of programs) {
    for (let run = 0; run < warmups; run += 1) timeAlone(program, environment);
  }
  const seconds = programs.map((): number[] => []);
  for (let run = 0; run < runs; run += 1) {
    programs.forEach((program, index) => seconds[index]?.push(timeOnce(program, environment)));
  }
  return programs.map(({ name }, index) => summarise(name, timer, seconds[index] ?? []));
}

/** The middle value; the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Quotes a word so that hyperfine, which splits commands as a shell does, leaves it whole. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export function installedTimer(): TimerName {
  return spawnSync("hyperfine", ["--version"]).error === undefined ? "hyperfine" : "own";
}

function summarise(name: string, timer: TimerName, seconds: readonly number[]): Measurement {
  return {
    name,
    timer,
    seconds,
    secondsMedian: median(seconds),
    secondsMin: Math.min(...seconds),
    secondsMax: Math.max(...seconds),
  };
}

/** Node reads extra certificates at every start, some 70 ms that are not the program's. */
function timingEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment["NODE_EXTRA_CA_CERTS"];
  return environment;
}

function timeWithHyperfine({ argv }: TimedProgram, env: NodeJS.ProcessEnv): number {
  const folder = mkdtempSync(join(tmpdir(), "voxfuse-bench-"));
  try {
    const report = join(folder, "report.json");
    const command = argv.map(quoteWord).join(" ");
    const flags = ["--shell=none", "--style=none", "--runs=1", `--export-json=${report}`];
    const { status, stderr } = spawnSync("hyperfine", [...flags, command], {
      encoding: "utf8",
      env,
    });
    if (status !== 0) throw new Error(`hyperfine refused ${command}: ${stderr.trim()}`);
    return onlyTime(JSON.parse(readFileSync(report, "utf8")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The one run in a hyperfine report, in seconds. */
function onlyTime(report: unknown): number {
  // A form that hyperfine documents; the check below covers what this asserts.
  const { results } = report as { results?: { times?: unknown[] }[] };
  const time = results?.[0]?.times?.[0];
  if (typeof time !== "number") throw new Error("the report of hyperfine holds no time");
  return time;
}

function timeAlone({ argv, name }: TimedProgram, env: NodeJS.ProcessEnv): number {
  const [program, ...args] = argv;
  const started = performance.now();
  const { status, error, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const seconds = (performance.now() - started) / 1000;
  if (error) throw new Error(`${name}: ${error.message}`);
  if (status !== 0) throw new Error(`${name} exited with ${status ?? "a signal"}: ${stderr}`);
  return seconds;
}
