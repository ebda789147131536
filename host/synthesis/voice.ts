import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { readVoiceFile, voiceFileBytes } from "./voice-file.ts";
import { saveFile } from "../audio/save.ts";
import type { SpeechCodes } from "./speech.ts";

/** The model that a voice was made with, and that alone can speak with it. */
export interface VoiceModel {
  /** Tells models apart; 64 hex digits. */
  readonly hash: string;
  /** What its folder is called. */
  readonly name: string;
  /** As released: "0b6" or "1b7". */
  readonly size: string;
}

/** What a voice consists of. */
export interface VoiceParts {
  readonly model: VoiceModel;
  /** Vector of the speaker, as wide as the model's talker. */
  readonly embedding: Float32Array;
  /** Codes of the recording; null for a voice that is its vector alone. */
  readonly codes: SpeechCodes | null;
  /** What is said in the recording; null without codes. */
  readonly transcript: string | null;
}

/**
 * A voice that was made of a recording, by Voxfuse.createVoice(): give it to speak() and stream().
 *
 * Saved, it skips the encoders: whoever loads it speaks at once.
 */
export class Voice {
  readonly model: VoiceModel;
  readonly embedding: Float32Array;
  readonly codes: SpeechCodes | null;
  readonly transcript: string | null;

  constructor({ model, embedding, codes, transcript }: VoiceParts) {
    this.model = model;
    this.embedding = embedding;
    this.codes = codes;
    this.transcript = transcript;
  }

  /** Whether speech goes on from the recording, or has the speaker's vector only. */
  get kind(): "in-context" | "x-vector" {
    return this.codes === null ? "x-vector" : "in-context";
  }

  /**
   * Writes a `.voxvoice` file, whole or not at all.
   *
   * @throws {VoxfuseError} ERR_OUTPUT_NOT_WRITABLE
   */
  async save(path: string): Promise<void> {
    await saveFile(path, voiceFileBytes(this));
  }

  /**
   * Reads a `.voxvoice` file.
   *
   * @throws {VoxfuseError} ERR_VOICE_INVALID for a file that is none, is damaged in any byte, or is
   *   of a version to come.
   */
  static async load(path: string): Promise<Voice> {
    return new Voice(await readVoiceFile(path));
  }
}

/**
 * Refuses a voice of another model: its vector would mean nothing here.
 *
 * @throws {VoxfuseError} ERR_VOICE_MODEL
 */
export function checkVoiceModel(voice: VoiceModel, model: VoiceModel): void {
  if (voice.hash === model.hash) return;
  throw new VoxfuseError(
    "ERR_VOICE_MODEL",
    `The voice belongs to the model ${named(voice)}, and this engine runs ${named(model)}. ` +
      "Create the voice again with this model, or load that one.",
  );
}

function named({ name, size, hash }: VoiceModel): string {
  return `${quote(name)} (size ${size}, hash ${hash.slice(0, 12)}…)`;
}
