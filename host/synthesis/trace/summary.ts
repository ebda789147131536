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

/** What the kernels of a trace come to. */
export interface TraceSummary {
  /** Steps of the talker: repeats of decode runs, whatever their lanes. */
  readonly frames: number;
  readonly phases: readonly PhaseSummary[];
  /** Of talker and predictor, norms included: what the planner's ledger counts. */
  readonly layers: KernelSum;
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

const OF_LAYERS = new Set(["talker", "predictor"]);

/** Sums up the events of category `kernel`. */
export function summariseTrace(events: Iterable<TraceEvent>): TraceSummary {
  const phases = new Map<string, Kernels>();
  const ops = new Map<string, Kernels>();
  const layers = new Kernels();
  const frames = new Set<number>();
  for (const event of events) {
    const { cat, ph, name, args = {} } = event;
    if (cat !== "kernel" || ph !== "X") continue;
    const phase = textOf(args["phase"], "other");
    const { frame } = args;
    if (OF_EVERY_FRAME.has(phase) && typeof frame === "number" && frame >= 0) frames.add(frame);
    kernelsOf(phases, PHASES.get(phase) ?? "other").add(event);
    kernelsOf(ops, textOf(args["op"], name)).add(event);
    if (OF_LAYERS.has(phase)) layers.add(event);
  }
  return {
    frames: frames.size,
    phases: [...new Set(PHASES.values())].flatMap((phase) => {
      const kernels = phases.get(phase);
      return kernels === undefined ? [] : [{ phase, ...kernels.sum() }];
    }),
    layers: layers.sum(),
    ops: [...ops]
      .map(([op, kernels]) => ({ op, ...kernels.sum() }))
      .toSorted((a, b) => b.microseconds - a.microseconds || b.launches - a.launches),
  };
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
