import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { checkRate, resample } from "./resample.ts";

/** PCM as it came: channels interleaved, in [-1, 1]. */
export interface Audio {
  readonly samples: Float32Array;
  readonly channels: number;
  readonly sampleRateHz: number;
}

export interface RecordingWishes {
  /** What it is brought to. */
  readonly sampleRateHz: number;
  /** Shortest and longest, after trimming. */
  readonly seconds: { readonly min: number; readonly max: number };
  /** Whether long silence at either end is cut short. */
  readonly trimSilence: boolean;
}

/** Loudest PCM sample of what counts as silence: -60 dB of full scale. */
const SILENCE = 1e-3;
/** Silence at an end that is left alone, and what is left of a longer one. [seconds] */
const SILENCE_SECONDS = { allowed: 1, kept: 0.25 };
/** How many times the longest recording one may be that is trimmed. */
const TRIMMED_AT_MOST = 10;
/** From here on a PCM sample counts as clipped, and this share of them is too much. */
const CLIPPED = { level: 0.999, share: 0.02 };

/**
 * Makes of any audio what the encoders take: mono, at their rate, of a bearable length. Loudness
 * stays as it is, as with the official code.
 *
 * @throws {VoxfuseError} ERR_AUDIO_INVALID for PCM samples that are no finite numbers, or a rate of
 *   no recording; ERR_AUDIO_TOO_SHORT, ERR_AUDIO_TOO_LONG, ERR_AUDIO_SILENT, ERR_AUDIO_CLIPPED.
 */
export function prepareRecording(audio: Audio, wishes: RecordingWishes): Float32Array {
  const { sampleRateHz, seconds, trimSilence } = wishes;
  const { channels, sampleRateHz: from } = audio;
  checkRate(from);
  const whole = audio.samples.length / channels / from;
  // Trimming shortens a recording, but not hours to a minute: those are not even looked at.
  checkLength(
    whole > TRIMMED_AT_MOST * seconds.max ? whole : Math.min(whole, seconds.max),
    seconds,
  );
  checkFinite(audio.samples);
  const mono = mixDown(audio);
  checkLoudness(mono);
  const trimmed = trimSilence ? trimEnds(mono, from) : mono;
  checkLength(trimmed.length / from, seconds);
  const samples = resample(trimmed, from, sampleRateHz);
  // A rest of a sample must not make a frame more than was promised.
  return samples.subarray(0, Math.floor(seconds.max * sampleRateHz));
}

function mixDown({ samples, channels }: Audio): Float32Array {
  if (channels === 1) return samples;
  const mono = new Float32Array(Math.floor(samples.length / channels));
  for (let frame = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += samples[frame * channels + channel] ?? 0;
    }
    mono[frame] = sum / channels;
  }
  return mono;
}

// Loops over indices: an iterator, or a call a PCM sample, takes ten times as long.
function checkFinite(samples: Float32Array): void {
  let probe = 0; // NaN from the first sample on that is not finite
  for (let i = 0; i < samples.length; i++) probe += 0 * (samples[i] ?? 0);
  if (probe === 0) return;
  const index = samples.findIndex((sample) => !Number.isFinite(sample));
  throw new VoxfuseError(
    "ERR_AUDIO_INVALID",
    `PCM sample ${index} of the recording is ${samples[index]}; all must be finite numbers, in ` +
      "[-1, 1].",
  );
}

function checkLoudness(samples: Float32Array): void {
  let loudest = 0;
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const size = Math.abs(samples[i] ?? 0);
    if (size > loudest) loudest = size;
    if (size >= CLIPPED.level) clipped += 1;
  }
  if (loudest < SILENCE) {
    throw new VoxfuseError(
      "ERR_AUDIO_SILENT",
      "The recording is silent: no PCM sample is louder than -60 dB of full scale. Record it " +
        "again, or give another one.",
    );
  }
  if (clipped <= CLIPPED.share * samples.length) return;
  const percent = ((100 * clipped) / samples.length).toFixed(1);
  throw new VoxfuseError(
    "ERR_AUDIO_CLIPPED",
    `${percent} % of the recording's PCM samples are at full scale: it is clipped, and the voice ` +
      "would sound so. Record it again with less gain.",
  );
}

function checkLength(seconds: number, { min, max }: RecordingWishes["seconds"]): void {
  if (seconds < min) {
    throw new VoxfuseError(
      "ERR_AUDIO_TOO_SHORT",
      `The recording has ${seconds.toFixed(2)} s; a voice needs ${min} s at least, and is better ` +
        "for 5 to 15.",
    );
  }
  if (seconds <= max) return;
  throw new VoxfuseError(
    "ERR_AUDIO_TOO_LONG",
    `The recording has ${seconds.toFixed(1)} s; at most ${max} s are taken. Cut it: 5 to 15 s ` +
      "are enough for a voice.",
  );
}

/** Cuts silence of more than SILENCE_SECONDS.allowed at either end. */
function trimEnds(samples: Float32Array, sampleRateHz: number): Float32Array {
  const isLoud = (sample: number): boolean => Math.abs(sample) >= SILENCE;
  const first = samples.findIndex(isLoud);
  const last = samples.findLastIndex(isLoud);
  const allowed = SILENCE_SECONDS.allowed * sampleRateHz;
  const kept = Math.round(SILENCE_SECONDS.kept * sampleRateHz);
  const from = first > allowed ? first - kept : 0;
  const end = samples.length - 1 - last > allowed ? last + 1 + kept : samples.length;
  return samples.subarray(from, end);
}
