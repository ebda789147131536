import {
  ABSENT,
  ADMIT_RECORD_BYTES,
  COMPLETION_HEADER_BYTES,
  ENGINE_LAYOUT_BYTES,
  LANE_RESULT_BYTES,
  PROMPT_ENTRY_WORDS,
  PlanError,
  readEngineLayout,
  writeAdmitRecord,
  writeCompletionHeader,
  writeLaneResult,
  writePlannerConfig,
} from "../../shared/gen/protocol.ts";
import type {
  CompletionHeader,
  EngineLayout,
  LaneResult,
  PlannerConfig,
} from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { loadPlannerModule } from "./load.ts";
import type { PlannerExports } from "./load.ts";

/** What the planner wants done; numbers of assembly/results.ts. */
export const PollResult = {
  Idle: 0,
  Weights: 1,
  Submission: 2,
  Codes: 3,
  Failed: 4,
  PlanFailed: 5,
} as const;
export type PollResult = (typeof PollResult)[keyof typeof PollResult];

const ADD_ERRORS = { queueFull: -1, tooLong: -2, kvMemory: -3, bad: -4 } as const;
const TOP_P_ONE = 2 ** 20;
/** What encoderFor answers while another program is on its way. */
const ENCODER_BUSY = 2;

/** How one kind of code is picked; 1 and 0 switch topP and topK off. */
export interface PickParameters {
  readonly doSample: boolean;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
}

/** A voice that a request brings along. */
export interface PlannerVoice {
  /** As wide as the talker. */
  readonly embedding: Float32Array;
  /** Codes of its recording, frame by frame; empty where the vector alone is used. */
  readonly codes: Uint32Array;
  /** Frames of those. */
  readonly frames: number;
}

/** The program of an encoder and where its result will lie. */
export interface EncoderProgram {
  readonly program: Uint8Array;
  /** In units of the protocol's alignment. */
  readonly resultAt: number;
  readonly resultBytes: number;
}

/** One utterance, as the planner takes it. */
export interface PlannerRequest {
  /** Pairs (text id, codec id); negative where absent. Empty for vocodeFrames. */
  readonly promptRows: Int32Array;
  /** Of each row: 0 for the voice's vector, 1 + t for frame t of its recording, else negative. */
  readonly promptExtras?: Int32Array;
  readonly voice?: PlannerVoice | undefined;
  /** Text ids that follow one a frame. */
  readonly trailing: Uint32Array;
  /** Whether more of them may follow: speech pauses where they run out. */
  readonly textOpen: boolean;
  readonly talker: PickParameters;
  readonly predictor: PickParameters;
  readonly repetitionPenalty: number;
  readonly maxNewTokens: number;
  readonly minNewTokens: number;
  /** Below 2^53. */
  readonly seed: number;
  readonly segment: number;
  readonly priority: number;
  /** Frames of given codes to turn into PCM; 0 for speech. */
  readonly vocodeFrames: number;
  /** Whether codes are all that is wanted: nothing of them becomes PCM. */
  readonly codesOnly: boolean;
}

/** Codes that the planner asks back. */
export interface WantedCodes {
  readonly ticket: number;
  readonly firstFrame: number;
  readonly frames: number;
}

/** The typed face of the Wasm planner. One instance serves one session with a sidecar. */
export class Planner {
  readonly #wasm: PlannerExports;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(wasm: PlannerExports = loadPlannerModule()) {
    this.#wasm = wasm;
    // The memory is of fixed size: these views never go stale.
    this.#view = new DataView(wasm.memory.buffer);
    this.#bytes = new Uint8Array(wasm.memory.buffer);
  }

  /**
   * Takes a configuration and forgets everything else.
   *
   * @throws {VoxfuseError} ERR_BAD_PLAN with the planner's reason.
   */
  configure(config: PlannerConfig): EngineLayout {
    writePlannerConfig(this.#view, this.#wasm.configAt(), config);
    const error = this.#wasm.configure();
    if (error !== PlanError.Ok) throw planFault(error);
    return readEngineLayout(this.#view, this.#wasm.layoutAt());
  }

  /** The EngineLayout record as it is sent. */
  layoutBytes(): Uint8Array {
    return this.#bytes.slice(this.#wasm.layoutAt(), this.#wasm.layoutAt() + ENGINE_LAYOUT_BYTES);
  }

  /** Lets the next polls define what every request needs. */
  warm(): void {
    this.#wasm.warm();
  }

  /**
   * Adds a request and returns its ticket.
   *
   * @param place Of the request that this one is a later segment of, as arrival() answered it: the
   *   segment keeps it and does not queue again.
   * @param known Frames whose codes another sidecar made; they are asked for by wantedCodes().
   * @throws {VoxfuseError} ERR_QUEUE_FULL, ERR_TEXT_TOO_LONG, ERR_KV_MEMORY; ERR_INTERNAL for
   *   counts that should have been checked before.
   */
  add(request: PlannerRequest, place = ABSENT, known = 0): number {
    const at = this.#wasm.requestAt();
    const promptCount = request.promptRows.length / 2;
    const { voice, trailing, promptExtras } = request;
    const voiceWords = (voice?.embedding.length ?? 0) + (voice?.codes.length ?? 0);
    const bytes =
      ADMIT_RECORD_BYTES + 4 * (PROMPT_ENTRY_WORDS * promptCount + trailing.length + voiceWords);
    if (bytes > this.#wasm.requestBytesMax()) throw addFault(ADD_ERRORS.tooLong);
    this.#writeRecord(at, request, promptCount);
    let word = (at + ADMIT_RECORD_BYTES) / 4;
    const words = new Uint32Array(this.#wasm.memory.buffer);
    for (let row = 0; row < promptCount; row++) {
      words[word++] = idOrAbsent(request.promptRows[2 * row]);
      words[word++] = idOrAbsent(request.promptRows[2 * row + 1]);
      words[word++] = idOrAbsent(promptExtras?.[row]);
    }
    words.set(trailing, word);
    word += trailing.length;
    if (voice !== undefined) {
      new Float32Array(this.#wasm.memory.buffer).set(voice.embedding, word);
      words.set(voice.codes, word + voice.embedding.length);
    }
    const { priority, vocodeFrames, codesOnly } = request;
    const ticket = this.#wasm.add(priority, vocodeFrames, Number(codesOnly), place, known);
    if (ticket < 0) throw addFault(ticket);
    return ticket;
  }

  #writeRecord(at: number, request: PlannerRequest, promptCount: number): void {
    const { talker, predictor, seed } = request;
    writeAdmitRecord(this.#view, at, {
      kind: 0,
      recordBytes: 0,
      row: 0,
      generation: 0,
      promptCount,
      textCount: request.trailing.length,
      textClosed: Number(!request.textOpen),
      maxNewTokens: request.maxNewTokens,
      minNewTokens: request.minNewTokens,
      segment: request.segment,
      seedLo: seed % 2 ** 32,
      seedHi: Math.floor(seed / 2 ** 32),
      talkerDoSample: Number(talker.doSample),
      talkerTemperature: talker.temperature,
      talkerTopK: talker.topK,
      talkerTopP: topPUnits(talker.topP),
      talkerRepetitionPenalty: request.repetitionPenalty,
      predictorDoSample: Number(predictor.doSample),
      predictorTemperature: predictor.temperature,
      predictorTopK: predictor.topK,
      predictorTopP: topPUnits(predictor.topP),
      pageCount: 0,
      voiceCount: request.voice?.embedding.length ?? 0,
      referenceCount: request.voice?.frames ?? 0,
    });
  }

  /**
   * More of an open text, which ends with it if `closed`.
   *
   * @throws {VoxfuseError} ERR_TEXT_TOO_LONG, and the text stays as it was.
   */
  giveText(ticket: number, ids: readonly number[], closed: boolean): void {
    // More ids than any text may have are counted, not copied.
    const fits = 4 * ids.length <= this.#wasm.requestBytesMax();
    if (fits) new Uint32Array(this.#wasm.memory.buffer).set(ids, this.#wasm.requestAt() / 4);
    const error = this.#wasm.giveText(ticket, ids.length, Number(closed));
    if (error < 0) throw addFault(error);
  }

  /** The host is done with the ticket, whether it is over or not. */
  release(ticket: number): void {
    this.#wasm.release(ticket);
  }

  /** The user took the ticket's frames up to `frames`. */
  consumed(ticket: number, frames: number): void {
    this.#wasm.consumed(ticket, frames);
  }

  poll(): PollResult {
    return this.#wasm.poll() as PollResult; // the enum of the same names in assembly/results.ts
  }

  /** A copy of the pending weights, which survives the next poll. */
  pendingWeights(): Uint8Array {
    const at = this.#wasm.weightsAt();
    return this.#bytes.slice(at, at + this.#wasm.weightsBytes());
  }

  weightsSent(): void {
    this.#wasm.weightsSent();
  }

  /**
   * The program of an encoder (ProgramKind.Encode…) for a recording of so many PCM samples, whose
   * weights are pending then; undefined while another program is on its way: ask again later.
   *
   * @throws {VoxfuseError} ERR_BAD_PLAN for a length that no recording may have.
   */
  encoderProgram(kind: number, samples: number): EncoderProgram | undefined {
    const answer = this.#wasm.encoderFor(kind, samples);
    if (answer === ENCODER_BUSY) return undefined;
    if (answer === 0) throw planFault(this.#wasm.planError());
    const at = this.#wasm.programAt();
    return {
      program: this.#bytes.slice(at, at + this.#wasm.programBytes()),
      resultAt: this.#wasm.encoderResultAt(),
      resultBytes: this.#wasm.encoderResultBytes(),
    };
  }

  /** A view of the submission, valid until the next poll. */
  submission(): Uint8Array {
    const at = this.#wasm.submissionAt();
    return this.#bytes.subarray(at, at + this.#wasm.submissionBytes());
  }

  wantedCodes(): WantedCodes {
    return {
      ticket: this.#wasm.wantedTicket(),
      firstFrame: this.#wasm.wantedFirst(),
      frames: this.#wasm.wantedFrames(),
    };
  }

  giveCodes(codes: Uint32Array): void {
    new Uint32Array(this.#wasm.memory.buffer).set(codes, this.#wasm.codesAt() / 4);
    this.#wasm.codesGiven();
  }

  /** Logits that a row brings with this submission's completion for the planner to pick from. */
  logitsWanted(token: number, row: number): number {
    return this.#wasm.logitsWanted(token, row);
  }

  giveLogits(row: number, logits: Float32Array): void {
    new Float32Array(this.#wasm.memory.buffer).set(logits, this.#wasm.logitsAt(row) / 4);
  }

  /** Takes a completion; returns its error_code. */
  complete(header: CompletionHeader, lanes: readonly LaneResult[]): number {
    const at = this.#wasm.completionAt();
    writeCompletionHeader(this.#view, at, header);
    lanes.forEach((lane, index) => {
      writeLaneResult(this.#view, at + COMPLETION_HEADER_BYTES + index * LANE_RESULT_BYTES, lane);
    });
    return this.#wasm.complete();
  }

  /** Row and generation under which the ticket's output is found; undefined while it has no row. */
  place(ticket: number): { readonly row: number; readonly generation: number } | undefined {
    const generation = this.#wasm.ticketGeneration(ticket);
    return generation === 0 ? undefined : { row: this.#wasm.ticketRow(ticket), generation };
  }

  /** All frames of the ticket, once that is certain. */
  frames(ticket: number): number | undefined {
    const frames = this.#wasm.ticketFrames(ticket) >>> 0; // an i32 of Wasm, meant as u32
    return frames === ABSENT ? undefined : frames;
  }

  finishReason(ticket: number): number {
    return this.#wasm.ticketFinish(ticket);
  }

  /** The ticket's place in the order of arrival. */
  arrival(ticket: number): number {
    return this.#wasm.ticketPlace(ticket);
  }

  /** Completions that had to be consumed before a next submission for the ticket could be made. */
  ticketRoundTrips(ticket: number): number {
    return this.#wasm.ticketRoundTrips(ticket);
  }

  /** The same for all tickets so far; what several of them share counts once. */
  roundTrips(): number {
    return this.#wasm.roundTrips();
  }

  state(ticket: number): number {
    return this.#wasm.ticketState(ticket);
  }

  /** Why the last program could not be planned. */
  planFault(): VoxfuseError {
    return planFault(this.#wasm.planError());
  }

  /** Requests waiting, rows free, KV pages free. */
  load(): { readonly waiting: number; readonly freeRows: number; readonly freePages: number } {
    return {
      waiting: this.#wasm.waitingCount(),
      freeRows: this.#wasm.freeRowCount(),
      freePages: this.#wasm.freePageCount(),
    };
  }
}

function idOrAbsent(id: number | undefined): number {
  return id === undefined || id < 0 ? ABSENT : id;
}

/** In 2^-20, at least one of them: a probability above 0 keeps the best code at least. */
function topPUnits(topP: number): number {
  return Math.max(1, Math.round(topP * TOP_P_ONE));
}

function planFault(error: number): VoxfuseError {
  const name = Object.entries(PlanError).find(([, value]) => value === error)?.[0] ?? String(error);
  return new VoxfuseError(
    "ERR_BAD_PLAN",
    `The planner cannot plan this model with these limits: ${name}. Lower rows, or report it.`,
  );
}

function addFault(error: number): VoxfuseError {
  switch (error) {
    case ADD_ERRORS.queueFull:
      return new VoxfuseError(
        "ERR_QUEUE_FULL",
        "As many requests wait as may. Try again when one is done, or raise queueLimit.",
      );
    case ADD_ERRORS.tooLong:
      return new VoxfuseError(
        "ERR_TEXT_TOO_LONG",
        "Text and instruction have more text tokens than a prompt may. Split the text.",
      );
    case ADD_ERRORS.kvMemory:
      return new VoxfuseError(
        "ERR_KV_MEMORY",
        "Prompt and maxNewTokens need more of the attention cache than there is. Lower " +
          "maxNewTokens or shorten the text.",
      );
    default:
      return new VoxfuseError("ERR_INTERNAL", "The planner refused a request's counts.");
  }
}
