// The files that voxfuse reads, each with valid ones to spoil and what must hold whatever they say.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadAudio } from "../../host/audio/load.ts";
import { parseWav } from "../../host/audio/read-wav.ts";
import { encodeWav } from "../../host/audio/wav.ts";
import { parseModelConfig } from "../../host/model/config.ts";
import type { ModelConfig } from "../../host/model/config.ts";
import { expectedEncoderTensors } from "../../host/model/expected-encoders.ts";
import { expectedTensors } from "../../host/model/expected-tensors.ts";
import { readSafetensorsHeader } from "../../host/model/safetensors-header.ts";
import { parseVoiceHints } from "../../host/model/voice-hints.ts";
import { golden, VOICE } from "../support/golden.ts";
import type { Dice } from "./dice.ts";
import { holds } from "./holds.ts";
import type { Json } from "./spoil.ts";
import { spoilBytes, spoiledJsonText } from "./spoil.ts";
import { meetMerges, meetVocabulary } from "./tokenizers.ts";

/** One kind of file. */
export interface Format {
  /** Codes that its reader may answer. */
  readonly codes: RegExp;
  /** Spoils a file, reads it and checks what came of it; throws what the reader throws. */
  readonly meet: (dice: Dice, folder: string) => Promise<void> | void;
}

function jsonOf(...path: string[]): Json {
  return JSON.parse(readFileSync(join(...path), "utf8")) as Json; // any JSON is that
}

function configsOf(folder: string): Record<"model" | "generation" | "codec", Json> {
  return {
    model: jsonOf(folder, "config.json"),
    generation: jsonOf(folder, "generation_config.json"),
    codec: jsonOf(folder, "speech_tokenizer", "config.json"),
  };
}

const CONFIGS = [
  configsOf(golden("tiny-custom-voice")),
  configsOf(golden("tiny-base")),
  configsOf(VOICE),
] as const;
const HINTS = jsonOf(VOICE, "voice.json");

/** Spoils one of three configuration files. */
function meetConfig(dice: Dice): void {
  const files = dice.pick(CONFIGS);
  if (dice.once(16)) {
    parseVoiceHints(spoiledJsonText(dice, HINTS));
    return;
  }
  const which = dice.pick(["model", "model", "codec", "codec", "generation"] as const);
  let spoiled: unknown;
  try {
    spoiled = JSON.parse(spoiledJsonText(dice, files[which]));
  } catch {
    return; // a fault of form is met by who reads the file
  }
  const config = parseModelConfig({ ...files, [which]: spoiled });
  checkConfig(config);
}

/** What the planner and the sidecar take from a configuration as given. */
function checkConfig(config: ModelConfig): void {
  const { codec } = config;
  holds(codec.samplesPerFrame <= 65_536, "a frame fits the shared memory");
  holds(codec.framesPerSecond > 0, "frames have a rate");
  let parameters = 0;
  for (const { name, shape } of [...expectedTensors(config), ...expectedEncoderTensors(config)]) {
    const elements = shape.reduce((product, axis) => product * axis, 1);
    holds(
      shape.every((axis) => Number.isSafeInteger(axis) && axis >= 1),
      `${name} has a shape`,
    );
    parameters += elements;
  }
  holds(Number.isFinite(parameters), "a model has a size");
}

/** A file of three tensors whose header lies. */
async function meetSafetensors(dice: Dice, folder: string): Promise<void> {
  const tensors: Json = {
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: "BF16", shape: [4], data_offsets: [24, 32] },
    c: { dtype: "I64", shape: [], data_offsets: [32, 40] },
  };
  const header = Buffer.from(spoiledJsonText(dice, tensors));
  const file = Buffer.alloc(8 + header.length + 40);
  const lie = dice.once(8) ? dice.pick([-1, 1, 2 ** 31, 2 ** 52, -header.length]) : 0;
  file.writeBigUInt64LE(BigInt(Math.max(0, header.length + lie)));
  header.copy(file, 8);
  const path = join(folder, "fuzzed.safetensors");
  writeFileSync(path, dice.once(8) ? spoilBytes(dice, file) : file);
  let end = 0;
  for (const { bytes, offset, shape } of await readSafetensorsHeader(path)) {
    holds(end === 0 || offset === end, "tensors follow one another");
    holds(bytes >= 0 && shape.every((axis) => axis >= 0), "a tensor has a size");
    end = offset + bytes;
  }
}

/** A chunk of a WAV file that says another length at times. */
function chunk(dice: Dice, name: string, body: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  const lie = dice.once(8)
    ? dice.pick([0, 1, 7, body.length + 1, 2 ** 31, 2 ** 32 - 1])
    : undefined;
  head.writeUInt32LE(lie ?? body.length, 4);
  return Buffer.concat([head, body, new Uint8Array(body.length % 2)]);
}

/** Tag and bits. */
const WAV_ENCODINGS: [[number, number], ...[number, number][]] = [
  [1, 8],
  [1, 16],
  [1, 24],
  [1, 32],
  [3, 32],
  [3, 64],
];

/** A format chunk; each of its fields is another one at times. */
function wavFormat(dice: Dice): Uint8Array {
  const [tag, bits] = dice.pick(WAV_ENCODINGS);
  const channels = dice.pick([1, 2, 3, 32]);
  const isExtensible = dice.once(3);
  const fields = [
    isExtensible ? 0xfffe : tag,
    channels,
    24_000,
    0,
    0,
    0,
    (channels * bits) / 8,
    bits,
  ];
  fields.push(22, bits, 4, 0, tag);
  const format = Buffer.alloc(isExtensible ? 40 : dice.pick([16, 18]));
  fields.forEach((field, index) => {
    const lie = dice.pick([0, 1, 3, 7, 0xfffe, 0xffff, field + 1]);
    if (2 * index + 2 > format.length) return;
    format.writeUInt16LE((dice.once(40) ? lie : field) & 0xffff, 2 * index);
  });
  return dice.once(40) ? format.subarray(0, dice.below(format.length)) : format;
}

function meetWav(dice: Dice): void {
  const format = wavFormat(dice);
  const data = Uint8Array.from({ length: dice.below(200) }, () => dice.below(256));
  const chunks = [chunk(dice, "fmt ", format), chunk(dice, "data", data)];
  if (dice.once(4)) chunks.splice(dice.below(3), 0, chunk(dice, "LIST", data.subarray(0, 7)));
  if (dice.once(8)) chunks.reverse();
  let file: Uint8Array = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE", "latin1"), ...chunks]);
  if (dice.once(4)) file = spoilBytes(dice, file);
  const wav = parseWav(file);
  holds(wav.samples.length % wav.channels === 0, "blocks are whole");
  holds(wav.samples.length <= file.length, "no PCM sample is made up");
}

const RECORDINGS = ["reference.flac", "reference.mp3", "reference-opus.ogg", "reference-vorbis.ogg"]
  .map((name) => new Uint8Array(readFileSync(golden("recordings", name))))
  // A second of sound is as good as three.
  .map((bytes) => bytes.slice(0, Math.min(bytes.length, 12_000)));
RECORDINGS.push(
  encodeWav(
    Float32Array.from({ length: 999 }, (_, i) => Math.sin(i)),
    {
      format: "pcm16",
      sampleRateHz: 24_000,
    },
  ),
);

/** Recordings whose head lies, or that are cut. */
async function meetRecording(dice: Dice): Promise<void> {
  const file = RECORDINGS[dice.below(RECORDINGS.length)] ?? new Uint8Array(0);
  const spoiled = spoilBytes(dice, file, dice.pick([64, 512, file.length]));
  const { samples, channels } = await loadAudio(spoiled, 24_000);
  holds(channels >= 1 && samples.length % channels === 0, "blocks are whole");
}

export const FORMATS = {
  safetensors: { codes: /^ERR_(MODEL_FILE_CORRUPT|TENSOR_DTYPE)$/, meet: meetSafetensors },
  vocabulary: { codes: /^ERR_MODEL_CONFIG$/, meet: meetVocabulary },
  merges: { codes: /^ERR_MODEL_CONFIG$/, meet: meetMerges },
  config: { codes: /^ERR_MODEL_CONFIG$/, meet: meetConfig },
  wav: { codes: /^ERR_AUDIO_INVALID$/, meet: meetWav },
  recordings: { codes: /^ERR_AUDIO_(INVALID|DECODER)$/, meet: meetRecording },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
