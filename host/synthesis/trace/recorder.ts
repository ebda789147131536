import { readSubmissionHeader } from "../../../shared/gen/protocol.ts";

/** An event of Chrome's trace format: a span where `ph` is "X", a name where it is "M". */
export interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: string;
  /** Of CLOCK_MONOTONIC, as the sidecar's. [µs] */
  readonly ts?: number;
  /** [µs] */
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

const PLANNER_TRACK = 1;
/** The first of the tracks that submissions in flight at once share. */
const RING_TRACK = 2;

/** What the host does while the sidecar traces: planning, and submissions from end to end. */
export class HostTrace {
  readonly #spans: TraceEvent[] = [];
  /** From performance.now() to the clock of the sidecar; both advance alike. [µs] */
  readonly #offset = Number(process.hrtime.bigint()) / 1e3 - performance.now() * 1e3;
  /** Of submissions without a completion, by token. */
  readonly #inFlight = new Map<number, { readonly from: number; readonly track: number }>();
  readonly #tracks = new Set([PLANNER_TRACK]);

  /** A call of the planner; times are performance.now(). */
  planned(name: string, from: number, to: number): void {
    this.#add(name, "planner", PLANNER_TRACK, { from, to });
  }

  /** A submission went into the ring. */
  submitted(submission: Uint8Array, at: number): void {
    const view = new DataView(submission.buffer, submission.byteOffset, submission.byteLength);
    const taken = new Set([...this.#inFlight.values()].map(({ track }) => track));
    let track = RING_TRACK;
    while (taken.has(track)) track += 1;
    this.#tracks.add(track);
    this.#inFlight.set(readSubmissionHeader(view, 0).token, { from: at, track });
  }

  /** Its completion was taken out. */
  completed(token: number, at: number): void {
    const submission = this.#inFlight.get(token);
    if (submission === undefined) return; // from before the trace
    this.#inFlight.delete(token);
    const { from, track } = submission;
    this.#add("submission", "ring", track, { from, to: at }, { token });
  }

  /** Names of the tracks, then the spans. */
  events(): TraceEvent[] {
    const name = (kind: string, tid: number, text: string): TraceEvent => {
      return { name: kind, ph: "M", pid: process.pid, tid, args: { name: text } };
    };
    const tracks = [...this.#tracks].map((tid) =>
      name("thread_name", tid, tid === PLANNER_TRACK ? "planner" : `ring ${tid - RING_TRACK}`),
    );
    return [name("process_name", 0, "voxfuse host"), ...tracks, ...this.#spans];
  }

  #add(
    name: string,
    cat: string,
    tid: number,
    { from, to }: { readonly from: number; readonly to: number },
    args: Readonly<Record<string, unknown>> = {},
  ): void {
    const ts = from * 1e3 + this.#offset;
    this.#spans.push({
      name,
      cat,
      ph: "X",
      ts,
      dur: (to - from) * 1e3,
      pid: process.pid,
      tid,
      args,
    });
  }
}
