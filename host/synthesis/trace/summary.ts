import type { TraceEvent } from "./recorder.ts";

/** Kernels of one part of a frame. */
export interface PhaseSummary {
  readonly phase: string;
  readonly launches: number;
  /** Time on the device. */
  readonly microseconds: number;
}

/** Kernels of one op. */
export interface OpSummary {
  readonly op: string;
  readonly launches: number;
  /** Time on the device. */
  readonly microseconds: number;
}

/** What the kernels of a trace come to. */
export interface TraceSummary {
  /** Steps of the talker: repeats of decode runs, whatever their lanes. */
  readonly frames: number;
  readonly phases: readonly PhaseSummary[];
  /** Longest first. */
  readonly ops: readonly OpSummary[];
}

/** The sidecar's phases under the names that people read, in the order of a frame. */
const PHASES: ReadonlyMap<string, string> = new Map([
  ["prefill", "prompt"],
  ["talker", "talker"],
  ["predictor", "predictor"],
  ["head", "heads and picks"],
  ["pick", "heads and picks"],
  ["vocoder", "vocoder"],
  ["embed", "other"],
  ["collect", "other"],
  ["other", "other"],
]);
/** Phases that every frame has. */
const OF_EVERY_FRAME = new Set(["talker", "predictor", "head", "pick"]);

interface Sum {
  launches: number;
  microseconds: number;
}

/** Sums up the events of category `kernel`. */
export function summariseTrace(events: Iterable<TraceEvent>): TraceSummary {
  const phases = new Map<string, Sum>();
  const ops = new Map<string, Sum>();
  const frames = new Set<number>();
  for (const { cat, ph, dur = 0, name, args = {} } of events) {
    if (cat !== "kernel" || ph !== "X") continue;
    const phase = textOf(args["phase"], "other");
    const { frame } = args;
    if (OF_EVERY_FRAME.has(phase) && typeof frame === "number" && frame >= 0) frames.add(frame);
    add(phases, PHASES.get(phase) ?? "other", dur);
    add(ops, textOf(args["op"], name), dur);
  }
  return {
    frames: frames.size,
    phases: [...new Set(PHASES.values())].flatMap((phase) => {
      const sum = phases.get(phase);
      return sum === undefined ? [] : [{ phase, ...sum }];
    }),
    ops: [...ops]
      .map(([op, sum]) => ({ op, ...sum }))
      .toSorted((a, b) => b.microseconds - a.microseconds || b.launches - a.launches),
  };
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function add(sums: Map<string, Sum>, key: string, microseconds: number): void {
  const sum = sums.get(key) ?? { launches: 0, microseconds: 0 };
  sum.launches += 1;
  sum.microseconds += microseconds;
  sums.set(key, sum);
}
