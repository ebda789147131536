import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { EngineLimits } from "../limits.ts";
import type { Feed } from "./feed.ts";
import { openSession } from "./session.ts";
import type { OpenOptions, Session, SidecarChoice } from "./session.ts";

/** Sidecars that are started for requests whose own one died, before these are given up. */
const ATTEMPTS_MAX = 2;

/** The session that an engine has at a time: where one ended, the next request starts another. */
export class LiveSession {
  readonly #checkpoint: Checkpoint;
  readonly #limits: EngineLimits;
  readonly #choice: SidecarChoice;
  #session: Promise<Session> | undefined;
  #isClosed = false;
  #revivals = 0;
  readonly #closing = new AbortController();

  constructor(checkpoint: Checkpoint, limits: EngineLimits, choice: SidecarChoice) {
    this.#checkpoint = checkpoint;
    this.#limits = limits;
    this.#choice = choice;
  }

  /** Sessions that went on with requests of one that ended. */
  get revivals(): number {
    return this.#revivals;
  }

  /** @throws {VoxfuseError} ERR_CLOSED */
  requireOpen(): void {
    if (this.#isClosed) throw closedError();
  }

  /**
   * The live session, or a fresh one where the last one ended.
   *
   * @throws {VoxfuseError} ERR_CLOSED; as openSession().
   */
  async open(options: OpenOptions = {}): Promise<Session> {
    this.requireOpen();
    const current = await this.#session?.catch(() => undefined);
    if (current !== undefined && current.pump.error === undefined) return current;
    return this.#reopen(current, options);
  }

  async #reopen(ended: Session | undefined, options: OpenOptions): Promise<Session> {
    this.requireOpen();
    // Of several requests that find the session ended, the first one starts the next.
    const known = this.#session;
    const latest = await known?.catch(() => undefined);
    if (this.#session !== known || latest !== ended) return this.open(options);
    const { signal, onProgress } = options;
    const signals = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
    const opening = openSession(this.#checkpoint, this.#limits, this.#choice, {
      signal: AbortSignal.any(signals),
      onProgress,
      onLost: (feeds, error) => void this.#revive(feeds, error),
    });
    this.#session = opening;
    try {
      await ended?.connection.close();
      return await opening;
    } catch (error) {
      if (this.#session === opening) this.#session = undefined;
      throw error;
    }
  }

  /** Another session goes on with the feeds, or they end with what is in the way. */
  async #revive(feeds: readonly Feed[], error: unknown): Promise<void> {
    let reason = error;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        const { pump } = await this.open();
        for (const feed of feeds) pump.adopt(feed);
        this.#revivals += 1;
        return;
      } catch (failure) {
        reason = failure;
      }
    }
    for (const feed of feeds) feed.fail(reason);
  }

  /** Ends every request with ERR_CLOSED and the sidecar with them. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort(closedError());
    const session = await this.#session?.catch(() => undefined);
    session?.pump.fail(closedError());
    await session?.connection.close();
  }
}

function closedError(): VoxfuseError {
  return new VoxfuseError("ERR_CLOSED", "The engine was closed; load another one.");
}
