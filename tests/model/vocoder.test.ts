import { readdirSync } from "node:fs";
import { basename } from "node:path";
import test from "ava";

import { readSafetensorsHeader } from "../../host/model/safetensors-header.ts";
import { ProbeKind } from "../../shared/gen/protocol.ts";
import { golden, readTensor } from "../support/golden.ts";
import { joined, record, relativeError, replay } from "../support/recording.ts";
import type { Probe, Replay } from "../support/recording.ts";

const ALLOWED = 1e-4;
/**
 * How far a golden stage is itself from the decoder computed in f64, where that is beyond ALLOWED:
 * the last Snake's random slopes double the error that reaches it. Ours are 1.04e-4 (cpu) and
 * 0.50e-4 (reference) from f64 there; the golden of one frame is 0.53e-4 from it and has no entry.
 */
const ERROR_OF_GOLDEN = new Map([["codec-5-frames.safetensors decoder_5", 1.2e-4]]);
/** Names of the golden tensors by stage index. */
const STAGES = [
  "quantized",
  "pre_conv",
  "pre_transformer",
  "upsample_0_0",
  "upsample_0_1",
  "upsample_1_0",
  "upsample_1_1",
  ...Array.from({ length: 6 }, (_, index) => `decoder_${index}`),
];
/** Before it is clamped; probe_kind.pcm. */
const UNCLAMPED = "decoder_6";
/** (time, channel) as here; the others are (channel, time). */
const TIME_FIRST = new Set(["pre_transformer"]);

function codecFilesOf(model: string): string[] {
  return readdirSync(golden(model, "expected"))
    .filter((file) => /^codec-.*\.safetensors$/.test(file))
    .map((file) => golden(model, "expected", file));
}

/** A golden tensor as (time, channel). */
async function timeFirst(file: string, name: string): Promise<number[]> {
  const { shape, values } = await readTensor(file, name);
  if (TIME_FIRST.has(name)) return values;
  const [channels = 0, times = 0] = shape;
  return values.map((_, index) => {
    const time = Math.floor(index / channels);
    return values[(index % channels) * times + time] ?? NaN;
  });
}

/** Relative errors of all stages that the file has. */
async function stageErrors(file: string, probes: readonly Probe[]): Promise<Map<string, number>> {
  const present = new Set((await readSafetensorsHeader(file)).map(({ name }) => name));
  const errors = new Map<string, number>();
  for (const [index, name] of [...STAGES, UNCLAMPED].entries()) {
    if (!present.has(name)) continue;
    const of = (probe: Probe): boolean =>
      name === UNCLAMPED
        ? probe.kind === ProbeKind.Pcm
        : probe.kind === ProbeKind.VocoderStage && probe.index === index;
    const actual = joined(probes.filter(of).map(({ values }) => values));
    errors.set(name, relativeError(await timeFirst(file, name), actual));
  }
  return errors;
}

/** The largest difference. */
function absoluteError(expected: readonly number[], actual: ArrayLike<number>): number {
  if (expected.length !== actual.length) return Infinity;
  return expected.reduce(
    (worst, wanted, index) => Math.max(worst, Math.abs(wanted - (actual[index] ?? NaN))),
    0,
  );
}

/** Each stream's part of the PCM. */
function pcmOf({ streams, pcm }: Replay): Float32Array[] {
  const frames = streams.reduce((sum, stream) => sum + stream.pcm_frames, 0);
  let at = 0;
  return streams.map((stream) => {
    const from = at;
    at += (stream.pcm_frames * pcm.length) / frames;
    return pcm.subarray(from, at);
  });
}

// For the third tiny checkpoint there are no such cases.
for (const model of ["tiny-custom-voice", "tiny-base"]) {
  const files = codecFilesOf(model);
  for (const fusion of ["sequential", "full"] as const) {
    test(`${model} turns codes into the official PCM, ${fusion}`, async (t) => {
      const options = { model: golden(model), fusion, rows: files.length };
      const recording = await record(t, options, async (engine) =>
        Promise.all(
          files.map(async (file) => {
            const codes = Uint32Array.from((await readTensor(file, "codes")).values);
            return engine.vocode(codes);
          }),
        ),
      );
      for (const backend of ["reference", "cpu"]) {
        const replayed = await replay(t, recording, backend);
        const pcm = pcmOf(replayed);
        const worst = new Map<string, number>();
        for (const [index, file] of await inOrder(files, replayed)) {
          const own = replayed.probes.filter(({ row }) => row === replayed.streams[index]?.row);
          const errors = await stageErrors(file, own);
          const expected = (await readTensor(file, "pcm")).values;
          errors.set("pcm", absoluteError(expected, pcm[index] ?? []));
          for (const [name, error] of errors) {
            // The two errors have different causes: they add up as squares.
            const allowed = Math.hypot(
              ALLOWED,
              ERROR_OF_GOLDEN.get(`${basename(file)} ${name}`) ?? 0,
            );
            t.true(error <= allowed, `${backend}, ${file}: ${name} is off by ${error}`);
            worst.set(name, Math.max(worst.get(name) ?? 0, error));
          }
        }
        for (const [name, error] of worst) t.log(`${backend} ${name}: ${error.toExponential(1)}`);
      }
    });
  }
}

/** Files by stream: they were read in any order, but each has its own number of frames. */
async function inOrder(files: readonly string[], { streams }: Replay): Promise<[number, string][]> {
  return Promise.all(
    files.map(async (file) => {
      const { shape } = await readTensor(file, "codes");
      return [streams.findIndex(({ frames }) => frames === shape[0]), file];
    }),
  );
}
