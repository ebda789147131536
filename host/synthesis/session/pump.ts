import { ABSENT, ErrorCode } from "../../../shared/gen/protocol.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { PollResult } from "../../planner/planner.ts";
import type { Planner, PlannerRequest } from "../../planner/planner.ts";
import { errorFromStatus } from "../../sidecar/wire-errors.ts";
import { Encodings } from "./encodings.ts";
import type { EncoderKind } from "./encodings.ts";
import { Feed } from "./feed.ts";
import type { FeedOwner } from "./feed.ts";
import type { Completion, SidecarConnection } from "../parts.ts";
import type { HostTrace } from "../trace/recorder.ts";

/** Sums over a session, for stats and benches. */
export interface PumpCounts {
  submissions: number;
  /** Completions that had to be consumed before the next dependent submission could be made. */
  roundTrips: number;
  /** Decode-class repeats. */
  framesRun: number;
  launches: number;
  decodeMs: number;
  vocodeMs: number;
  /** In the planner's poll and complete. */
  plannerMs: number;
}

export interface PumpParts {
  readonly planner: Planner;
  readonly connection: SidecarConnection;
  /** Codes of a frame. */
  readonly groups: number;
  /** Resolves when the sidecar has these weights. Default: the connection's own. */
  readonly sendWeights?: (entries: Uint8Array) => Promise<unknown>;
  /** Given the feeds that another session is to go on with, as this one's sidecar is gone. */
  readonly onLost?: ((feeds: readonly Feed[], error: unknown) => void) | undefined;
}

/** What only some requests have. */
export interface AddOptions {
  readonly codes?: Uint32Array;
  /** The segment that this one follows. */
  readonly before?: Feed | undefined;
}

/** Places of requests that came from another session lie before all of this one's own. */
const ADOPTED_ARRIVALS = 0xc000_0000;

/**
 * The one loop between a planner and a sidecar: what came goes to the planner and to the feeds,
 * what the planner then wants goes to the sidecar, until there is nothing left and a doorbell or a
 * request starts it again.
 */
export class Pump implements FeedOwner {
  readonly #planner: Planner;
  readonly #connection: SidecarConnection;
  readonly #groups: number;
  readonly #sendWeights: (entries: Uint8Array) => Promise<unknown>;
  readonly #encodings: Encodings;
  readonly #feeds = new Map<number, Feed>();
  readonly #onLost: PumpParts["onLost"];
  #adopted = 0;
  readonly counts: PumpCounts = {
    submissions: 0,
    roundTrips: 0,
    framesRun: 0,
    launches: 0,
    decodeMs: 0,
    vocodeMs: 0,
    plannerMs: 0,
  };
  /** Told what the loop does, while there is one. */
  trace: HostTrace | undefined;
  #isRunning = false;
  #mustRunAgain = false;
  /** The ring was full: the planner's submission waits for a slot. */
  #isBlocked = false;
  #error: unknown;
  #onIdle: (() => void)[] = [];

  constructor({ planner, connection, groups, sendWeights, onLost }: PumpParts) {
    this.#planner = planner;
    this.#connection = connection;
    this.#groups = groups;
    this.#onLost = onLost;
    this.#sendWeights = sendWeights ?? ((entries) => connection.weights(entries));
    this.#encodings = new Encodings({ planner, connection, sendWeights: this.#sendWeights });
    connection.onWake = () => {
      this.start();
    };
    connection.onGone = (error) => {
      this.fail(error);
    };
  }

  /** What ended the session; undefined while it lives. */
  get error(): unknown {
    return this.#error;
  }

  get openTickets(): number {
    return this.#feeds.size;
  }

  /**
   * Adds a request; its feed fills from now on.
   *
   * @param codes Of a vocode-only request.
   * @param before The segment that this one follows, whose place it keeps.
   * @throws {VoxfuseError} as Planner.add(); what ended the session.
   */
  add(request: PlannerRequest, { codes, before }: AddOptions = {}): Feed {
    const place = before?.place ?? { owner: undefined, arrival: ABSENT };
    const feed = new Feed({ request, givenCodes: codes, place });
    this.#enter(feed);
    return feed;
  }

  /**
   * Runs an encoder of the model on a recording, beside whatever speaks.
   *
   * @returns The bytes of its result.
   * @throws {VoxfuseError} ERR_BAD_PLAN; what the sidecar answers; what ended the session.
   */
  encode(kind: EncoderKind, samples: Float32Array): Promise<Uint8Array> {
    if (this.#error !== undefined) throw this.#error as Error; // set by fail() only
    const result = this.#encodings.add(kind, samples);
    this.start();
    return result;
  }

  /** Goes on with a feed of a session that ended, at the frame that it lacks. */
  adopt(feed: Feed): void {
    if (feed.isEnded || feed.isReleased) return;
    try {
      this.#enter(feed);
    } catch (error) {
      if (this.#error !== undefined) throw error;
      feed.fail(error);
    }
  }

  #enter(feed: Feed): void {
    if (this.#error !== undefined) throw this.#error as Error; // set by fail() only
    const { place, givenCodes, codesCount } = feed;
    // A request keeps its place when it comes from another session, and is not refused now.
    const isElsewhere = place.owner !== undefined && place.owner !== this;
    const arrival = isElsewhere ? ADOPTED_ARRIVALS + this.#adopted++ : place.arrival;
    const ticket = this.#planner.add(feed.request, arrival, givenCodes ? 0 : codesCount);
    place.owner = this;
    place.arrival = this.#planner.arrival(ticket);
    feed.owner = this;
    feed.ticket = ticket;
    this.#feeds.set(ticket, feed);
    this.#planner.consumed(ticket, feed.takenCount);
    this.start();
  }

  taken(feed: Feed, frames: number): void {
    if (this.#feeds.get(feed.ticket) !== feed) return;
    this.#planner.consumed(feed.ticket, frames);
    this.start();
  }

  moreText(feed: Feed, ids: readonly number[], closed: boolean): void {
    if (this.#feeds.get(feed.ticket) !== feed) return;
    this.#planner.giveText(feed.ticket, ids, closed);
    this.start();
  }

  /** The feed's consumer is gone: its ticket ends and frees what it holds. */
  release(feed: Feed): void {
    if (this.#feeds.get(feed.ticket) !== feed) return;
    this.#forget(feed);
    this.start();
  }

  /** Resolves when the planner wants nothing, though submissions may be in flight. */
  async settled(): Promise<void> {
    this.start();
    while (this.#isRunning) {
      await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    }
    if (this.#error !== undefined) throw this.#error as Error; // set by fail() only
  }

  /**
   * The session is of no more use. Requests end with `error`, but for those that another session
   * can go on with, where the error is that the sidecar is gone.
   */
  fail(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#encodings.fail(error);
    const isGone = error instanceof VoxfuseError && error.code === "ERR_SIDECAR_GONE";
    const survivors: Feed[] = [];
    for (const feed of this.#feeds.values()) {
      const hadRow = this.#planner.place(feed.ticket) !== undefined;
      feed.owner = undefined;
      if (isGone && this.#onLost !== undefined && feed.survives(hadRow)) survivors.push(feed);
      else feed.fail(error);
    }
    this.#feeds.clear();
    if (survivors.length > 0) this.#onLost?.(survivors, error);
  }

  /** Runs the loop unless it runs already, in which case it looks once more. */
  start(): void {
    if (this.#error !== undefined) return;
    this.#mustRunAgain = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      // Requests that are added in one go reach the planner before it plans the first of them.
      await Promise.resolve();
      while (this.#error === undefined && (this.#mustRunAgain || !this.#connection.armed())) {
        this.#mustRunAgain = false;
        this.#takeIn();
        await this.#giveOut();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isRunning = false;
      for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  /** Copies outputs out before the planner, told of the completions, may reuse their rows. */
  #takeIn(): void {
    const completions = this.#connection.takeCompletions();
    for (const feed of this.#feeds.values()) this.#copyOutput(feed);
    for (const completion of completions) this.#complete(completion);
    for (const feed of this.#feeds.values()) this.#endIfOver(feed);
  }

  #copyOutput(feed: Feed): void {
    if (feed.isEnded) return; // its consumer has yet to let it go
    const place = this.#planner.place(feed.ticket);
    if (place === undefined) return;
    const output = this.#connection.output(place.row);
    // Of an earlier ticket, until the sidecar has admitted this one.
    if (output.generation !== place.generation) return;
    const codes = output.codesCount - feed.codesCount;
    if (codes > 0 && feed.givenCodes === undefined) {
      feed.pushCodes(this.#connection.readCodes(place.row, feed.codesCount, codes), codes);
    }
    const pcm = output.pcmCount - feed.pcmCount;
    if (pcm <= 0) return;
    const samples = this.#connection.readPcm(place.row, feed.pcmCount, pcm);
    // A NaN is published as 0, and no working vocoder makes a whole packet of zeros.
    if (samples.every((sample) => sample === 0)) feed.fail(deadSound());
    else feed.pushPcm(samples, pcm);
  }

  #complete({ header, lanes }: Completion): void {
    for (const { row } of header.status === ErrorCode.Ok ? lanes : []) {
      const logits = this.#planner.logitsWanted(header.token, row);
      if (logits > 0) this.#planner.giveLogits(row, this.#connection.readLogits(row, logits));
    }
    this.trace?.completed(header.token, performance.now());
    const status = this.#timed("complete", () => this.#planner.complete(header, lanes));
    this.counts.framesRun += header.framesRun;
    this.counts.launches += header.opCount;
    this.counts.decodeMs += Number(header.decodeNs) / 1e6;
    this.counts.vocodeMs += Number(header.vocodeNs) / 1e6;
    if (status !== ErrorCode.Ok) throw errorFromStatus("a submission", status);
  }

  #endIfOver(feed: Feed): void {
    const frames = this.#planner.frames(feed.ticket);
    if (frames === undefined || feed.framesCount < frames) return;
    feed.roundTrips = this.#planner.ticketRoundTrips(feed.ticket);
    feed.end(this.#planner.finishReason(feed.ticket));
    this.#forget(feed);
  }

  #forget(feed: Feed): void {
    this.#feeds.delete(feed.ticket);
    feed.owner = undefined;
    if (this.#error === undefined) this.#planner.release(feed.ticket);
  }

  /** Does what the planner wants until it wants nothing or the ring is full. */
  async #giveOut(): Promise<void> {
    if (this.#isBlocked && !this.#submit()) return;
    for (;;) {
      const wanted = this.#timed("poll", () => this.#planner.poll());
      switch (wanted) {
        case PollResult.Idle:
          if (!(await this.#encodings.beginNext())) return;
          break;
        case PollResult.Weights:
          await this.#sendWeights(this.#planner.pendingWeights());
          this.#planner.weightsSent();
          break;
        case PollResult.Submission:
          if (!this.#submit()) return;
          break;
        case PollResult.Codes:
          this.#giveCodes();
          break;
        case PollResult.PlanFailed:
          throw this.#planner.planFault();
        case PollResult.Failed:
          throw new VoxfuseError("ERR_INTERNAL", "The planner was asked after it had failed.");
      }
    }
  }

  #submit(): boolean {
    const submission = this.#planner.submission();
    const began = performance.now();
    this.#isBlocked = !this.#connection.submit(submission);
    if (this.#isBlocked) return false;
    this.trace?.submitted(submission, began);
    this.counts.submissions += 1;
    this.counts.roundTrips = this.#planner.roundTrips();
    return true;
  }

  /** A call of the planner, whose time counts. */
  #timed<Result>(name: string, work: () => Result): Result {
    const began = performance.now();
    const result = work();
    const ended = performance.now();
    this.counts.plannerMs += ended - began;
    this.trace?.planned(name, began, ended);
    return result;
  }

  #giveCodes(): void {
    const { ticket, firstFrame, frames } = this.#planner.wantedCodes();
    const groups = this.#groups;
    const feed = this.#feeds.get(ticket);
    const codes =
      feed?.givenCodes?.slice(firstFrame * groups, (firstFrame + frames) * groups) ??
      feed?.allCodes(groups, firstFrame, frames);
    if (codes === undefined) throw new VoxfuseError("ERR_INTERNAL", "Codes of nobody are wanted.");
    this.#planner.giveCodes(codes);
  }
}

function deadSound(): VoxfuseError {
  return new VoxfuseError(
    "ERR_BAD_LOGITS",
    "The vocoder computed no finite number. Its weights are damaged, or not the ones its " +
      "configuration is for.",
  );
}
