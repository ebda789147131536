import { concatPcm } from "../audio/pcm.ts";
import { AUTO_LANGUAGE } from "../text/voices.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { checkVoiceOptions, createVoice } from "./create-voice.ts";
import type { CreateVoiceOptions } from "./create-voice.ts";
import { invalid, resolveLimits, whole } from "./limits.ts";
import type { EngineLimits } from "./limits.ts";
import { modelName, sidecarChoice } from "./load-options.ts";
import type { LoadOptions } from "./load-options.ts";
import type { PumpCounts } from "./session/pump.ts";
import { checkCodes, planVocode } from "./request.ts";
import { IncomingText } from "./incoming-text.ts";
import type { SpeakOptions } from "./request.ts";
import { planIncoming, planWhole } from "./segments.ts";
import type { SegmentPlan } from "./segments.ts";
import { LiveSession } from "./session/live-session.ts";
import type { SidecarChoice } from "./session/session.ts";
import type { Backend } from "./session/backend.ts";
import { Speech } from "./speech.ts";
import type { SpeechCodes, SpeechReport } from "./speech.ts";
import { EngineTrace } from "./trace/engine-trace.ts";
import type { TraceCounts } from "./trace/engine-trace.ts";
import type { Voice } from "./voice.ts";
import { taken, utter } from "./session/utterance.ts";
import type { AudioChunk, UtteranceEnd, UtteranceParts } from "./session/utterance.ts";

// Node 20 has no Symbol.asyncDispose; without it compiled `await using` and this class disagree.
const symbols: { asyncDispose?: symbol } = Symbol;
symbols.asyncDispose ??= Symbol.for("nodejs.asyncDispose");

export interface VocodeOptions {
  readonly priority?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** PCM that codes stand for. */
export interface Vocoded {
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** A moment of an engine's life. */
export interface EngineStats extends PumpCounts, Omit<Backend, "device"> {
  readonly openRequests: number;
  /** Sessions that took over from one whose sidecar died. */
  readonly revivals: number;
  readonly waitingRequests: number;
  readonly freeRows: number;
  readonly freePages: number;
  readonly rows: number;
  /** Of the sidecar. */
  readonly pid: number;
  readonly residentBytes: number;
  readonly rowsUsed: number;
  readonly threads: number;
  readonly isa: string;
  /** Name of the GPU in use; empty for none. */
  readonly device: string;
  /** Memory of the GPU that the sidecar holds for this engine. */
  readonly deviceBytes: number;
  /** Bytes of weights on the GPU. */
  readonly uploadedBytes: number;
  /** Of a copy on the GPU, read and written bytes counted; 0 without one. */
  readonly copyBytesPerSecond: number;
}

/**
 * A loaded model that speaks. Requests may overlap; each is the same as if it were alone.
 *
 * A sidecar that dies is replaced, and the requests it had go on at the next PCM sample, the same
 * as if nothing had happened. One whose second sidecar dies before anything came of it ends with
 * ERR_SIDECAR_GONE.
 */
export class Voxfuse {
  readonly #checkpoint: Checkpoint;
  readonly #limits: EngineLimits;
  readonly #live: LiveSession;
  readonly #trace = new EngineTrace();

  private constructor(checkpoint: Checkpoint, limits: EngineLimits, sidecar: SidecarChoice) {
    this.#checkpoint = checkpoint;
    this.#limits = limits;
    this.#live = new LiveSession(checkpoint, limits, sidecar);
  }

  /**
   * Loads a model and starts its sidecar.
   *
   * @throws {VoxfuseError} ERR_INVALID_ARGUMENT; what readCheckpoint() and openSession() throw; the
   *   signal's own reason when aborted.
   */
  static async load(options: LoadOptions = {}): Promise<Voxfuse> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    const limits = resolveLimits(options);
    const sidecar = sidecarChoice(options);
    const engine = new Voxfuse(await readCheckpoint(modelName(options.model)), limits, sidecar);
    signal?.throwIfAborted();
    await engine.#live.open({ signal, onProgress });
    return engine;
  }

  /** PCM samples a second of everything this model speaks. */
  get sampleRate(): number {
    return this.#checkpoint.config.codec.sampleRateHz;
  }

  /** The model's hash. */
  get model(): string {
    return this.#checkpoint.hash;
  }

  /** Codes of a frame. */
  get groups(): number {
    return this.#checkpoint.config.codeGroups;
  }

  /** Frames of a second of speech. */
  get framesPerSecond(): number {
    return this.#checkpoint.config.codec.framesPerSecond;
  }

  /** Names that `voice` may be; empty for a model that designs its voice from an instruction. */
  voices(): string[] {
    return [...this.#checkpoint.config.speakers.keys()];
  }

  /** Names that `language` may be. */
  languages(): string[] {
    return [AUTO_LANGUAGE, ...this.#checkpoint.config.languages.keys()];
  }

  /**
   * Speaks a text. A long text for a voice with a limit is spoken in pieces, with a pause of 0.2 s
   * between them.
   *
   * @throws {VoxfuseError} as stream().
   */
  async speak(text: string | AsyncIterable<string>, options: SpeakOptions = {}): Promise<Speech> {
    const startedAt = performance.now();
    const plan = this.#plan(text, options);
    const chunks: Float32Array[] = [];
    let seconds = 0;
    let framesDone = 0;
    const utterance = this.#utter(plan, { signal: options.signal, keepsCodes: true });
    for (;;) {
      const { value, done } = await utterance.next();
      if (done === true)
        return this.#speech(plan.settings.seed, concatPcm(chunks), value, startedAt);
      const { samples, frames } = value;
      chunks.push(samples);
      framesDone += frames;
      seconds +=
        options.audio === false ? frames / this.framesPerSecond : samples.length / this.sampleRate;
      options.onProgress?.(seconds, framesDone);
    }
  }

  /**
   * Speaks a text, chunk by chunk, as soon as there is sound. A consumer that is slow, or stops,
   * slows or stops this request and no other.
   *
   * A text that is still being written is given as an async iterable of strings, cut anywhere. It
   * is spoken while it arrives: in the streaming layout, where speech pauses whenever the text runs
   * out, or sentence by sentence for a voice that reads short texts only. Either way the speech is
   * that of the same text given at once in that layout, however slowly it came. When speech ends,
   * whatever the reason, the iterable is closed.
   *
   * @throws {VoxfuseError} what planSpeech() or planIncoming() refuses; ERR_QUEUE_FULL,
   *   ERR_KV_MEMORY, ERR_BAD_LOGITS, ERR_SIDECAR_GONE, ERR_CLOSED; what the iterable throws; the
   *   signal's own reason when aborted.
   */
  async *stream(
    text: string | AsyncIterable<string>,
    options: SpeakOptions = {},
  ): AsyncGenerator<AudioChunk, void, undefined> {
    const startedAt = performance.now();
    if (options.audio === false) throw invalid("audio", false, "true in stream(): use speak()");
    const plan = this.#plan(text, options);
    const utterance = this.#utter(plan, { signal: options.signal, keepsCodes: false });
    const end = yield* utterance;
    options.onEnd?.(this.#report(plan.settings.seed, end, startedAt));
  }

  /**
   * Turns codes, frame by frame, into PCM.
   *
   * @throws {VoxfuseError} ERR_CODES_RANGE; otherwise as stream().
   */
  async vocode(
    codes: Uint32Array | SpeechCodes,
    { signal, priority }: VocodeOptions = {},
  ): Promise<Vocoded> {
    this.#live.requireOpen();
    signal?.throwIfAborted();
    const data: unknown = codes instanceof Uint32Array ? codes : codes.data;
    // A copy: the caller may write to the array while it is spoken.
    const checked = checkCodes(data, this.#checkpoint, this.#limits).slice();
    const request = planVocode(
      checked.length / this.groups,
      whole("priority", priority ?? 0, -100, 100),
    );
    const { pump } = await this.#live.open({ signal });
    const feed = pump.add(request, { codes: checked });
    try {
      const chunks: Float32Array[] = [];
      for await (const { samples } of taken(feed, signal)) chunks.push(samples);
      return { samples: concatPcm(chunks), sampleRate: this.sampleRate };
    } finally {
      feed.release();
    }
  }

  /**
   * Makes a voice of a recording, for speak() and stream() of this model. Use only recordings of
   * people who agreed to it.
   *
   * @throws {VoxfuseError} ERR_CLONING_UNSUPPORTED for a model that is no base model;
   *   ERR_AUDIO_INVALID, ERR_AUDIO_DECODER, ERR_AUDIO_TOO_SHORT, ERR_AUDIO_TOO_LONG,
   *   ERR_AUDIO_SILENT, ERR_AUDIO_CLIPPED for the recording; ERR_TRANSCRIPT_TOO_LONG,
   *   ERR_TEXT_EMPTY, ERR_INVALID_ARGUMENT; ERR_SIDECAR_GONE, ERR_DEVICE_MEMORY, ERR_CLOSED; the
   *   signal's own reason when aborted.
   */
  async createVoice(options: CreateVoiceOptions): Promise<Voice> {
    this.#live.requireOpen();
    const { signal } = options;
    signal?.throwIfAborted();
    checkVoiceOptions(this.#checkpoint, options);
    const pump = async () => (await this.#live.open({ signal })).pump;
    return createVoice(this.#checkpoint, pump, options);
  }

  /** Counters of the current sidecar and of the loop that feeds it. */
  async stats(): Promise<EngineStats> {
    this.#live.requireOpen();
    const { pump, planner, connection, loaded, backend } = await this.#live.open();
    const sidecar = await connection.stats();
    const { waiting, freeRows, freePages } = planner.load();
    return {
      ...pump.counts,
      ...backend,
      openRequests: pump.openTickets,
      revivals: this.#live.revivals,
      waitingRequests: waiting,
      freeRows,
      freePages,
      rows: this.#limits.rows,
      pid: connection.hello.pid,
      residentBytes: sidecar.resident_bytes,
      rowsUsed: sidecar.rows_used,
      threads: loaded.threads,
      isa: loaded.isa,
      device: loaded.device,
      deviceBytes: sidecar.device_bytes,
      uploadedBytes: sidecar.uploaded_bytes,
      copyBytesPerSecond: sidecar.copy_mb_s * 1e6,
    };
  }

  /**
   * Begins to trace planner, submissions, runs and GPU kernels, for `voxfuse trace` and for viewers
   * of Chrome's JSON format.
   *
   * @throws {VoxfuseError} ERR_INVALID_ARGUMENT while a trace is open; what the sidecar answers.
   */
  async startTrace(file: string): Promise<void> {
    this.#live.requireOpen();
    await this.#trace.start(await this.#live.open(), file);
  }

  /**
   * Ends the trace and writes its file.
   *
   * @throws {VoxfuseError} ERR_INVALID_ARGUMENT when no trace is open; ERR_OUTPUT_NOT_WRITABLE;
   *   ERR_SIDECAR_GONE when the sidecar that traced died.
   */
  async endTrace(): Promise<TraceCounts> {
    this.#live.requireOpen();
    return this.#trace.end();
  }

  /** Ends every request with ERR_CLOSED and the sidecar with them. May be called again. */
  async close(): Promise<void> {
    await this.#live.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #plan(text: string | AsyncIterable<string>, options: SpeakOptions): SegmentPlan {
    this.#live.requireOpen();
    options.signal?.throwIfAborted();
    if (typeof text === "string") {
      return planWhole(this.#checkpoint, this.#limits, text, options);
    }
    const planned = planIncoming(this.#checkpoint, this.#limits, options);
    const segments = planned.segments(new IncomingText(text, options.signal));
    return { ...planned, segments };
  }

  #utter(
    { segments, isGuarded }: SegmentPlan,
    how: Pick<UtteranceParts, "signal" | "keepsCodes">,
  ): AsyncGenerator<AudioChunk, UtteranceEnd, undefined> {
    const livePump = async () => (await this.#live.open({ signal: how.signal })).pump;
    const { sampleRate, groups, framesPerSecond } = this;
    return utter({ livePump, segments, isGuarded, sampleRate, groups, framesPerSecond, ...how });
  }

  #speech(seed: number, samples: Float32Array, end: UtteranceEnd, startedAt: number): Speech {
    const { sampleRate } = this;
    const codes = joinCodes(end.codes, this.groups);
    return new Speech({ samples, sampleRate, codes, ...this.#report(seed, end, startedAt) });
  }

  #report(seed: number, end: UtteranceEnd, startedAt: number): SpeechReport {
    return {
      finishReason: end.finishReason,
      seed,
      model: this.model,
      timings: {
        promptMs: end.firstCodesAt - startedAt,
        firstAudioMs: end.firstAudioAt - startedAt,
        totalMs: performance.now() - startedAt,
        frames: end.frames,
        roundTrips: end.roundTrips,
      },
    };
  }
}

/** The codes of all segments, one after the other. */
function joinCodes(parts: readonly Uint32Array[], groups: number): SpeechCodes {
  const data = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, frames: data.length / groups, groups };
}
