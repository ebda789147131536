import { basename } from "node:path";
import { ProgramKind } from "../../shared/gen/protocol.ts";
import { loadAudio } from "../audio/load.ts";
import type { AudioInput } from "../audio/load.ts";
import { prepareRecording } from "../audio/recording.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { encodeTranscript } from "../text/prompt-tokens.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { RECORDING_SECONDS } from "./cloning-limits.ts";
import { flag, invalid } from "./limits.ts";
import { onAbort } from "./session/aborts.ts";
import type { Pump } from "./session/pump.ts";
import { Voice } from "./voice.ts";
import type { VoiceModel } from "./voice.ts";

/** What a voice is made of. */
export interface CreateVoiceOptions {
  /**
   * The recording, 0.5 to 60 seconds: a file's path or its bytes, or mono PCM samples in [-1, 1]
   * at `sampleRate`. WAV is always read; FLAC, MP3 and Ogg with the decoder packages that are
   * optional peers of this one, or by `ffmpeg` on PATH, which may know other formats too.
   */
  readonly audio: AudioInput;
  /** Of PCM samples given as a Float32Array. Default: the model's own. [Hz] */
  readonly sampleRate?: number | undefined;
  /**
   * What is said in the recording, word by word. With it speech goes on from the recording, which
   * is nearer to the voice; without it the voice is the speaker's vector alone.
   */
  readonly transcript?: string | undefined;
  /** Whether silence of more than a second at either end is cut short. Default true. */
  readonly trimSilence?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Refuses what no base model could do with these options.
 *
 * @throws {VoxfuseError} ERR_CLONING_UNSUPPORTED, ERR_INVALID_ARGUMENT, ERR_TEXT_EMPTY.
 */
export function checkVoiceOptions(
  { config, folder }: Checkpoint,
  { transcript, trimSilence }: CreateVoiceOptions,
): void {
  if (config.cloning === null) {
    throw new VoxfuseError(
      "ERR_CLONING_UNSUPPORTED",
      `The model in ${folder} is of type ${config.type}, which cannot make a voice of a ` +
        "recording. Load a Base model.",
    );
  }
  if (transcript !== undefined && typeof transcript !== "string") {
    throw invalid("transcript", transcript, "a string");
  }
  if (trimSilence !== undefined) flag("trimSilence", trimSilence);
}

/** The model that voices of this checkpoint belong to. */
export function voiceModelOf({ config, folder, hash }: Checkpoint): VoiceModel {
  return { hash, name: basename(folder), size: config.size };
}

/**
 * Makes a voice: the speaker's vector and, with a transcript, the recording's codes.
 *
 * @throws {VoxfuseError} what loadAudio() and prepareRecording() throw; ERR_TRANSCRIPT_TOO_LONG.
 */
export async function createVoice(
  checkpoint: Checkpoint,
  pump: () => Promise<Pump>,
  options: CreateVoiceOptions,
): Promise<Voice> {
  const { sampleRateHz, samplesPerFrame } = checkpoint.config.codec;
  const { signal, transcript } = options;
  const audio = await loadAudio(options.audio, options.sampleRate ?? sampleRateHz, signal);
  const samples = prepareRecording(audio, {
    sampleRateHz,
    seconds: RECORDING_SECONDS,
    trimSilence: options.trimSilence ?? true,
  });
  const frames = Math.ceil(samples.length / samplesPerFrame);
  if (transcript !== undefined) checkTranscript(checkpoint, transcript, frames);
  signal?.throwIfAborted();
  const encoders = await pump();
  const vector = encoders.encode(ProgramKind.EncodeSpeaker, samples);
  const codes =
    transcript === undefined ? undefined : encoders.encode(ProgramKind.EncodeCodes, samples);
  const [embedding, data] = await unlessAborted(Promise.all([vector, codes]), signal);
  const groups = checkpoint.config.codeGroups;
  return new Voice({
    model: voiceModelOf(checkpoint),
    embedding: new Float32Array(aligned(embedding)),
    codes: data === undefined ? null : { data: new Uint32Array(aligned(data)), frames, groups },
    transcript: transcript ?? null,
  });
}

/** What `work` comes to; the signal's reason as soon as it is aborted, though work goes on. */
async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  let forget: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, reject);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    forget();
  }
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Nobody speaks a text token a frame: a transcript that long is of something else. */
function checkTranscript({ tokenizer, config }: Checkpoint, transcript: string, frames: number) {
  const tokens = encodeTranscript(tokenizer, transcript).length;
  if (tokens <= frames) return;
  const seconds = frames / config.codec.framesPerSecond;
  throw new VoxfuseError(
    "ERR_TRANSCRIPT_TOO_LONG",
    `The transcript has ${tokens} text tokens, more than can be said in a recording of ` +
      `${seconds.toFixed(1)} s. Give what is said in it, and no more.`,
  );
}
