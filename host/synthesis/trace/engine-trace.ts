import { resolve } from "node:path";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import type { Session } from "../session/session.ts";
import { addToTrace } from "./file.ts";
import { HostTrace } from "./recorder.ts";

/** What a trace holds. */
export interface TraceCounts {
  /** Of the sidecar. */
  readonly events: number;
  /** Kernels among them that the GPU's driver timed; 0 where it does not. */
  readonly deviceKernels: number;
}

/** The trace of an engine, one at a time. */
export class EngineTrace {
  #open: { readonly file: string; readonly session: Session } | undefined;

  /** @throws {VoxfuseError} ERR_INVALID_ARGUMENT while one is open; what the sidecar answers. */
  async start(session: Session, path: string): Promise<void> {
    if (this.#open !== undefined) throw wrongOrder("A trace is open already; end it first.");
    // A standing sidecar has a working folder of its own.
    const file = resolve(path);
    this.#open = { file, session };
    try {
      await session.connection.trace(file);
      session.pump.trace = new HostTrace();
    } catch (error) {
      this.#open = undefined;
      throw error;
    }
  }

  /** @throws {VoxfuseError} ERR_INVALID_ARGUMENT when none is open; as addToTrace(). */
  async end(): Promise<TraceCounts> {
    if (this.#open === undefined) throw wrongOrder("No trace is open; start one first.");
    const { file, session } = this.#open;
    this.#open = undefined;
    const { trace } = session.pump;
    session.pump.trace = undefined;
    // Of the session that began it: where its sidecar died, the trace died with it.
    const reply = await session.connection.trace("");
    await addToTrace(file, trace?.events() ?? []);
    return { events: reply.events, deviceKernels: reply.device_kernels };
  }
}

function wrongOrder(message: string): VoxfuseError {
  return new VoxfuseError("ERR_INVALID_ARGUMENT", message);
}
