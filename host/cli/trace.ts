import type { Command } from "commander";
import type { Busy, KernelSum, TraceSummary } from "../synthesis/trace/summary.ts";
import { sumOf } from "./bench/statistics.ts";
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
export function traceLines({ frames, phases, layers, busy, ops }: TraceSummary): string[] {
  if (ops.length === 0) return ["no kernels in this trace"];
  const aFrame = (value: number, digits: number): string =>
    frames === 0 ? "-" : (value / frames).toFixed(digits);
  const row = (name: string, { calls, launches, microseconds }: KernelSum): string[] => [
    name,
    String(launches),
    microseconds.toFixed(1),
    aFrame(calls, 1),
    aFrame(launches, 1),
    aFrame(microseconds, 2),
  ];
  const columns = ["launches", "device µs", "ops a frame", "launches a frame", "µs a frame"];
  return [
    `${frames} frames`,
    `layers, norms included: ${aFrame(layers.calls, 1)} ops a frame, ` +
      `${aFrame(layers.launches, 1)} kernels`,
    ...(busy === undefined ? [] : [busyLine(busy)]),
    "",
    ...tableLines([
      ["phase", ...columns],
      ...phases.map(({ phase, ...sum }) => row(phase, sum)),
      row("all", total(phases)),
    ]),
    "",
    ...tableLines([
      ["op", ...columns, "µs each"],
      ...ops.map(({ op, ...sum }) => [
        ...row(op, sum),
        (sum.microseconds / sum.launches).toFixed(2),
      ]),
    ]),
  ];
}

/** See Busy for what is counted. */
export function busyLine({ microseconds, spanMicroseconds }: Busy): string {
  const share = ((100 * microseconds) / spanMicroseconds).toFixed(1);
  return `GPU busy ${share} % of ${(spanMicroseconds / 1000).toFixed(2)} ms of frames`;
}

function total(sums: readonly KernelSum[]): KernelSum {
  return {
    calls: sumOf(sums, ({ calls }) => calls),
    launches: sumOf(sums, ({ launches }) => launches),
    microseconds: sumOf(sums, ({ microseconds }) => microseconds),
  };
}
