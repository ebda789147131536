import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { LAYOUT_HASH } from "../../shared/gen/protocol.ts";
import type {
  EncodeReply,
  EncodeRequest,
  HelloReply,
  LoadReply,
  LoadRequest,
  OutputHeader,
  StatsReply,
  TraceReply,
  WeightsReply,
} from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { layoutMismatch } from "./addon.ts";
import type { SharedRegion } from "./addon.ts";
import type { Peer } from "./child.ts";
import { ControlChannel, frameOf, HELLO_ID } from "./control.ts";
import type { Message } from "./control.ts";
import { helloFrom } from "./hello.ts";
import { KeptEvent } from "./kept-event.ts";
import { packageVersion } from "./native-files.ts";
import { completionFrom, loadMessage } from "./wire-values.ts";
import type { Completion } from "./wire-values.ts";

const HELLO_MS_MAX = 10_000;
const BYE_GRACE_MS = 2_000;

/** What a handshake needs: a region not yet sent, a connected descriptor, who is behind it. */
export interface Ends {
  readonly region: SharedRegion;
  readonly descriptor: number;
  readonly peer: Peer;
}

/**
 * One session with a sidecar: control messages, submissions, completions and outputs.
 *
 * It keeps the Node process alive while a reply or a completion is awaited, and not otherwise.
 * After the sidecar's death every method but close() fails with ERR_SIDECAR_GONE; after close()
 * with ERR_CLOSED.
 */
export class Connection {
  readonly #region: SharedRegion;
  readonly #peer: Peer;
  readonly #socket: Socket;
  readonly #control: ControlChannel;
  #hello: HelloReply | undefined;
  #error: VoxfuseError | undefined;
  #isEnded = false;
  #closing: Promise<void> | undefined;
  readonly #ended: Promise<void>;
  #awaitsReply = false;
  #submissionsOut = 0;
  readonly #wake = new KeptEvent<undefined>();
  readonly #gone = new KeptEvent<VoxfuseError>();

  private constructor({ region, descriptor, peer }: Ends) {
    this.#region = region;
    this.#peer = peer;
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: true });
    let settle: () => void = () => undefined;
    this.#ended = new Promise((resolve) => {
      settle = resolve;
    });
    this.#control = new ControlChannel(this.#socket, {
      onDoorbell: () => {
        this.#wake.fire(undefined);
      },
      onEnd: (fault) => {
        this.#isEnded = true;
        void this.#lose(fault).then(settle);
      },
      onBusy: (isBusy) => {
        this.#awaitsReply = isBusy;
        this.#hold();
      },
    });
  }

  /**
   * Sends the region with the hello and waits for the answer. Owns both ends from the call on: on a
   * failure nothing of them is left.
   */
  static async open(ends: Ends, signal?: AbortSignal): Promise<Connection> {
    let fault: Error | undefined;
    try {
      const hello = { type: "hello", id: HELLO_ID, layout_hash: LAYOUT_HASH };
      ends.region.send(ends.descriptor, frameOf({ ...hello, version: packageVersion() }));
    } catch (error) {
      fault = error instanceof Error ? error : new Error("the hello could not be sent");
    }
    const connection = new Connection(ends);
    try {
      // Most likely it died at once: its end tells why.
      if (fault) connection.#socket.destroy(fault);
      await connection.#awaitHello(signal);
      return connection;
    } catch (error) {
      await connection.#abandon();
      throw error;
    }
  }

  /** What the sidecar said of itself. */
  get hello(): HelloReply {
    if (!this.#hello) throw new VoxfuseError("ERR_INTERNAL", "The handshake is not over.");
    return this.#hello;
  }

  load(request: Omit<LoadRequest, "type">): Promise<LoadReply> {
    return this.#request<LoadReply>(loadMessage(request));
  }

  weights(entries: Uint8Array): Promise<WeightsReply> {
    return this.#request<WeightsReply>({ type: "weights", entries });
  }

  /** Runs an encoder's program by itself; its result comes back. */
  encode(request: Omit<EncodeRequest, "type">): Promise<EncodeReply> {
    return this.#request<EncodeReply>({ ...request, type: "encode" });
  }

  stats(): Promise<StatsReply> {
    return this.#request<StatsReply>({ type: "stats" });
  }

  /** Begins a trace into a file, by its absolute path; ends it where the path is empty. */
  trace(file: string): Promise<TraceReply> {
    return this.#request<TraceReply>({ type: "trace", file });
  }

  /** Copies a submission to a slot; false when all are taken: try again after the next wake. */
  submit(submission: Uint8Array): boolean {
    this.#requireAlive();
    const isIn = this.#native(() => this.#region.submit(submission));
    if (!isIn) return false;
    this.#submissionsOut += 1;
    this.#hold();
    this.#ringSleeper();
    return true;
  }

  /** Every completion that came since, oldest first. */
  takeCompletions(): Completion[] {
    this.#requireAlive();
    const taken = this.#native(() => this.#region.takeCompletions()).map(completionFrom);
    if (taken.length > 0) {
      this.#submissionsOut -= taken.length;
      this.#hold();
      this.#ringSleeper(); // it may wait for a free slot
    }
    return taken;
  }

  /** The counts of a row's output area. */
  output(row: number): OutputHeader {
    this.#requireOpen();
    return this.#region.output(row);
  }

  /** A copy of published codes, frames × groups. */
  readCodes(row: number, firstFrame: number, frames: number): Uint32Array {
    this.#requireOpen();
    return this.#region.readCodes(row, firstFrame, frames);
  }

  /** A copy of published PCM samples, frames × frameSamples. */
  readPcm(row: number, firstFrame: number, frames: number): Float32Array {
    this.#requireOpen();
    return this.#region.readPcm(row, firstFrame, frames);
  }

  /** A copy of the first `count` logits that the row published last. */
  readLogits(row: number, count: number): Float32Array {
    this.#requireOpen();
    return this.#region.readLogits(row, count);
  }

  /**
   * Tells the sidecar to ring from now on and looks once more: true when there is nothing to take,
   * so that waiting for onWake is safe; false when something came meanwhile.
   */
  armed(): boolean {
    this.#requireAlive();
    return this.#region.armed();
  }

  /** Called when completions or outputs may be new; a doorbell before it is set is kept for it. */
  get onWake(): (() => void) | undefined {
    // A listener of no value and one of undefined are called alike.
    return this.#wake.listener as (() => void) | undefined;
  }

  set onWake(listener: (() => void) | undefined) {
    this.#wake.listener = listener;
  }

  /** Called once when the sidecar died, unless close() was called before. */
  get onGone(): ((error: VoxfuseError) => void) | undefined {
    return this.#gone.listener;
  }

  set onGone(listener: ((error: VoxfuseError) => void) | undefined) {
    this.#gone.listener = listener;
  }

  /** Says bye, waits for the end, kills a child that does not come to it, and unmaps. */
  close(): Promise<void> {
    this.#wake.end();
    this.#gone.end();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#isEnded) {
      const bye = this.#control.request({ type: "bye" }).catch(() => undefined);
      const patience = new AbortController();
      const grace = delay(BYE_GRACE_MS, undefined, { signal: patience.signal });
      await Promise.race([bye, grace.catch(() => undefined), this.#ended]);
      patience.abort();
    }
    await this.#abandon();
  }

  /** Ends both ends at once. */
  async #abandon(): Promise<void> {
    this.#closing ??= Promise.resolve();
    this.#socket.destroy();
    await this.#ended;
    await this.#peer.dismiss(BYE_GRACE_MS);
    this.#control.rejectAll(closedError());
    this.#region.close();
  }

  async #awaitHello(signal: AbortSignal | undefined): Promise<void> {
    const giveUp = (reason: unknown): void => {
      this.#control.rejectAll(reason);
    };
    const abort = (): void => {
      giveUp(signal?.reason);
    };
    const late = setTimeout(giveUp, HELLO_MS_MAX, noAnswer());
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const reply = this.#control.awaitReply(HELLO_ID, "hello");
      if (signal?.aborted) abort();
      this.#hello = helloFrom(await reply);
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", abort);
    }
    const { layout_hash: theirs, pid } = this.#hello;
    if (theirs !== LAYOUT_HASH) throw layoutMismatch(`The sidecar (pid ${pid})`, theirs);
  }

  async #request<Reply>(message: Message & { readonly type: string }): Promise<Reply> {
    this.#requireAlive();
    // Both ends were generated from one protocol: the hello compared the layout hashes.
    return (await this.#control.request(message)) as Reply;
  }

  /** The stream is over. Learns why and tells everyone who waits, unless it was we who ended it. */
  async #lose(fault: Error | undefined): Promise<void> {
    if (this.#closing) {
      this.#control.rejectAll(closedError());
      return;
    }
    const obituary = await this.#peer.obituary();
    const reason = fault ? ` (${fault.message})` : "";
    this.#error = new VoxfuseError("ERR_SIDECAR_GONE", `${obituary}${reason}`);
    this.#submissionsOut = 0;
    this.#control.rejectAll(this.#error);
    this.#gone.fire(this.#error);
  }

  #ringSleeper(): void {
    if (this.#region.mustRing()) this.#control.ring();
  }

  #hold(): void {
    if (this.#awaitsReply || this.#submissionsOut > 0) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Runs a call that finds a peer breaking the protocol; such a peer is as good as dead. */
  #native<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      const isPeerFault = error instanceof Error && "code" in error && error.code === "EPROTO";
      if (isPeerFault) this.#socket.destroy(error);
      throw error;
    }
  }

  #requireOpen(): void {
    if (this.#closing) throw closedError();
  }

  #requireAlive(): void {
    this.#requireOpen();
    if (this.#error) throw this.#error;
  }
}

function noAnswer(): VoxfuseError {
  const seconds = HELLO_MS_MAX / 1000;
  return new VoxfuseError(
    "ERR_SIDECAR_GONE",
    `The sidecar did not answer within ${seconds} seconds.`,
  );
}

function closedError(): VoxfuseError {
  return new VoxfuseError("ERR_CLOSED", "The connection to the sidecar was closed.");
}
