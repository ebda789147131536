import type { Command } from "commander";
import type { TraceSummary } from "../synthesis/trace/summary.ts";
import { tableLines } from "./table.ts";

export function addTrace(program: Command): void {
  program
    .command("trace")
    .description(
      "sum up a trace of `voxfuse bench --trace`: launches and device time, by phase and op",
    )
    .argument("<file>", "in Chrome's JSON format")
    .option("--json", "print one JSON object")
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      const { readTrace } = await import("../synthesis/trace/file.ts");
      const { summariseTrace } = await import("../synthesis/trace/summary.ts");
      const summary = summariseTrace(await readTrace(file));
      if (json === true) console.log(JSON.stringify(summary, null, 2));
      else for (const line of traceLines(summary)) console.log(line);
    });
}

/** A summary as a person reads it. */
export function traceLines({ frames, phases, ops }: TraceSummary): string[] {
  if (ops.length === 0) return ["no kernels in this trace"];
  const aFrame = (value: number, digits: number): string =>
    frames === 0 ? "-" : (value / frames).toFixed(digits);
  const row = (name: string, launches: number, microseconds: number): string[] => [
    name,
    String(launches),
    microseconds.toFixed(1),
    aFrame(launches, 1),
    aFrame(microseconds, 2),
  ];
  const total = (of: (each: { launches: number; microseconds: number }) => number): number =>
    phases.reduce((sum, phase) => sum + of(phase), 0);
  const all = row(
    "all",
    total(({ launches }) => launches),
    total(({ microseconds }) => microseconds),
  );
  return [
    `${frames} frames`,
    "",
    ...tableLines([
      ["phase", "launches", "device µs", "launches a frame", "µs a frame"],
      ...phases.map(({ phase, launches, microseconds }) => row(phase, launches, microseconds)),
      all,
    ]),
    "",
    ...tableLines([
      ["op", "launches", "device µs", "launches a frame", "µs a frame", "µs each"],
      ...ops.map(({ op, launches, microseconds }) => [
        ...row(op, launches, microseconds),
        (microseconds / launches).toFixed(2),
      ]),
    ]),
  ];
}
