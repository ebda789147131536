import type { TraceEvent } from "./recorder.ts";

/** Some kernels. */
export interface KernelSum {
  /** Ops of programs that ran. One may launch several kernels, as a library's product does. */
  readonly calls: number;
  /** Kernels. */
  readonly launches: number;
  /** Time on the device. */
  readonly microseconds: number;
}

/** Kernels of one part of a frame. */
export interface PhaseSummary extends KernelSum {
  readonly phase: string;
}

/** Kernels of one op. */
export interface OpSummary extends KernelSum {
  readonly op: string;
}

/**
 * How busy the GPU was with frames.
 *
 * The span goes from the start of the first kernel of a decode frame to the end of the last one:
 * talker, predictor, heads, picks and embeddings. Within it the GPU is busy while at least one
 * kernel runs, of any stream and any phase, the vocoder's and another request's prompt included.
 * Kernels that overlap count once; a kernel that waits for the one in front of it counts as running
 * only where that one does. Pauses between requests are part of the span.
 */
export interface Busy {
  readonly spanMicroseconds: number;
  /** Of the union of the kernels' intervals, cut to the span. */
  readonly microseconds: number;
}

/** What the kernels of a trace come to. */
export interface TraceSummary {
  /** Steps of the talker: repeats of decode runs, whatever their lanes. */
  readonly frames: number;
  readonly phases: readonly PhaseSummary[];
  /** Of talker and predictor, norms included: what the planner's ledger counts. */
  readonly layers: KernelSum;
  /** Absent without frames. */
  readonly busy?: Busy;
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

/** Phases of decode frames, whose kernels make their span. */
const OF_DECODE = new Set([...OF_EVERY_FRAME, "embed"]);
const OF_LAYERS = new Set(["talker", "predictor"]);

/** Sums up the events of category `kernel`. */
export function summariseTrace(events: Iterable<TraceEvent>): TraceSummary {
  const phases = new Map<string, Kernels>();
  const ops = new Map<string, Kernels>();
  const layers = new Kernels();
  const frames = new Set<number>();
  const all: Interval[] = [];
  const decode: Interval[] = [];
  for (const event of events) {
    const { cat, ph, ts = 0, dur = 0, name, args = {} } = event;
    if (cat !== "kernel" || ph !== "X") continue;
    const phase = textOf(args["phase"], "other");
    const { frame } = args;
    if (OF_EVERY_FRAME.has(phase) && typeof frame === "number" && frame >= 0) frames.add(frame);
    kernelsOf(phases, PHASES.get(phase) ?? "other").add(event);
    kernelsOf(ops, textOf(args["op"], name)).add(event);
    if (OF_LAYERS.has(phase)) layers.add(event);
    all.push({ from: ts, to: ts + dur });
    if (OF_DECODE.has(phase)) decode.push({ from: ts, to: ts + dur });
  }
  return {
    frames: frames.size,
    phases: [...new Set(PHASES.values())].flatMap((phase) => {
      const kernels = phases.get(phase);
      return kernels === undefined ? [] : [{ phase, ...kernels.sum() }];
    }),
    layers: layers.sum(),
    ...(frames.size === 0 ? {} : { busy: busyOf(all, spanOf(decode)) }),
    ops: [...ops]
      .map(([op, kernels]) => ({ op, ...kernels.sum() }))
      .toSorted((a, b) => b.microseconds - a.microseconds || b.launches - a.launches),
  };
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** From the first beginning to the last end of at least one interval. */
function spanOf(intervals: readonly Interval[]): Interval {
  // One by one: a trace has more than a call takes arguments.
  return intervals.reduce((span, { from, to }) => ({
    from: Math.min(span.from, from),
    to: Math.max(span.to, to),
  }));
}

function busyOf(intervals: readonly Interval[], span: Interval): Busy {
  let microseconds = 0;
  let covered = span.from;
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const end = Math.min(to, span.to);
    microseconds += Math.max(0, end - Math.max(from, covered));
    covered = Math.max(covered, end);
  }
  return { spanMicroseconds: span.to - span.from, microseconds };
}

/** Kernels as they are added up. */
class Kernels {
  /** Runs of an op that had a kernel. */
  readonly #runs = new Set<string>();
  /** Kernels of no run. */
  #others = 0;
  #launches = 0;
  #microseconds = 0;

  add({ dur = 0, args = {} }: TraceEvent): void {
    this.#launches += 1;
    this.#microseconds += dur;
    const { program_kind: kind, frame, op, op_index: index = op } = args;
    if (frame === undefined || index === undefined) this.#others += 1;
    else this.#runs.add([kind, frame, index].join());
  }

  sum(): KernelSum {
    const calls = this.#runs.size + this.#others;
    return { calls, launches: this.#launches, microseconds: this.#microseconds };
  }
}

function kernelsOf(sums: Map<string, Kernels>, key: string): Kernels {
  const known = sums.get(key);
  if (known !== undefined) return known;
  const kernels = new Kernels();
  sums.set(key, kernels);
  return kernels;
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
