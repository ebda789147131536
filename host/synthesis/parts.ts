import type {
  CompletionHeader,
  EncodeReply,
  EncodeRequest,
  HelloReply,
  LaneResult,
  LoadReply,
  LoadRequest,
  OutputHeader,
  StatsReply,
  TraceReply,
  WeightsReply,
} from "../../shared/gen/protocol.ts";
import type { VoxfuseError } from "../errors/voxfuse-error.ts";

/** What a submission came to. */
export interface Completion {
  readonly header: CompletionHeader;
  readonly lanes: readonly LaneResult[];
}

/** One session with a sidecar, as synthesis uses it; host/sidecar has it. */
export interface SidecarConnection {
  readonly hello: HelloReply;
  load(request: Omit<LoadRequest, "type">): Promise<LoadReply>;
  weights(entries: Uint8Array): Promise<WeightsReply>;
  /** Runs an encoder's program by itself; its result comes back. */
  encode(request: Omit<EncodeRequest, "type">): Promise<EncodeReply>;
  stats(): Promise<StatsReply>;
  /** Begins a trace into a file, by its absolute path; ends it where the path is empty. */
  trace(file: string): Promise<TraceReply>;
  /** Copies the bytes; false when the ring is full: again after the next wake. */
  submit(submission: Uint8Array): boolean;
  takeCompletions(): Completion[];
  output(row: number): OutputHeader;
  readCodes(row: number, firstFrame: number, frames: number): Uint32Array;
  readPcm(row: number, firstFrame: number, frames: number): Float32Array;
  readLogits(row: number, count: number): Float32Array;
  onWake: (() => void) | undefined;
  onGone: ((error: VoxfuseError) => void) | undefined;
  /** True when nothing came meanwhile: then onWake will be called. */
  armed(): boolean;
  close(): Promise<void>;
}
