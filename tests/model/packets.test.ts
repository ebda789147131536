import test from "ava";
import type { ExecutionContext } from "ava";

import { spawnSidecar } from "../../host/sidecar/spawn.ts";
import { readCheckpoint, tensorManifest } from "../../host/synthesis/checkpoint.ts";
import { plannerConfig, resolveLimits } from "../../host/synthesis/limits.ts";
import {
  ENGINE_LAYOUT_BYTES,
  FusionLevel,
  LaneClass,
  ProgramKind,
} from "../../shared/gen/protocol.ts";
import { writeEngineLayout } from "../../shared/gen/protocol.ts";
import type { LaneEntry } from "../../shared/gen/protocol.ts";
import { nextCompletion } from "../sidecar/peers.ts";
import { golden, readTensor } from "../support/golden.ts";
import { PlannerModule } from "../support/planner-module.ts";
import { admitForVocode, defineRecord, extendCodes } from "../support/submission.ts";
import { releaseRecord, runRecord, submission } from "../support/submission.ts";

const MODEL = "tiny-custom-voice";
const BUCKETS = [1, 2, 4, 8];
const FRAMES = 40;
const REFERENCE_FRAMES = 12; // it is slow

/** A sidecar that vocodes in packets of the test's choice. */
class Vocoder {
  readonly #connection: Awaited<ReturnType<typeof spawnSidecar>>;
  readonly #programs: ReadonlyMap<number, number>;
  readonly #groups: number;
  #token = 0;
  #generation = 0;

  private constructor(
    connection: Awaited<ReturnType<typeof spawnSidecar>>,
    programs: ReadonlyMap<number, number>,
    groups: number,
  ) {
    this.#connection = connection;
    this.#programs = programs;
    this.#groups = groups;
  }

  static async start(t: ExecutionContext, backend: string, decodeLevel: number): Promise<Vocoder> {
    const checkpoint = await readCheckpoint(golden(MODEL));
    const limits = resolveLimits({ rows: 1, kvPages: 8 });
    const planner = new PlannerModule();
    t.is(planner.prepare({ ...plannerConfig(checkpoint.config, limits), decodeLevel }), 0);
    const { layout } = planner;
    const { rows, groups, frameSamples, logitsMax } = layout;
    const connection = await spawnSidecar({ region: { rows, groups, frameSamples, logitsMax } });
    t.teardown(() => connection.close());
    const bytes = new Uint8Array(ENGINE_LAYOUT_BYTES);
    writeEngineLayout(new DataView(bytes.buffer), 0, layout);
    const manifest = tensorManifest(checkpoint);
    const choice = { backend, threads: 2, isa: "auto", device: 0, graphs: 1, record: "" };
    await connection.load({ ...choice, ...manifest, layout: bytes });
    const programs = new Map<number, number>();
    const vocoder = new Vocoder(connection, programs, groups);
    for (const frames of BUCKETS) {
      const id = planner.programFor(ProgramKind.Vocode, 1, frames);
      programs.set(frames, id);
      await connection.weights(planner.takeWeights());
      await vocoder.#submit(t, [defineRecord(id, planner.built())]);
    }
    return vocoder;
  }

  /** PCM of the codes, given and vocoded packet by packet; larger ones in runs of the largest. */
  async pcm(t: ExecutionContext, codes: Uint32Array, packets: readonly number[]) {
    const lane: LaneEntry = { row: 0, generation: ++this.#generation };
    await this.#submit(t, [admitForVocode(lane)]);
    let done = 0;
    for (const frames of packets) {
      const largest = BUCKETS.at(-1) ?? 1;
      const bucket = BUCKETS.find((size) => size >= frames) ?? largest;
      const first = done * this.#groups;
      done += frames;
      const given = codes.subarray(first, done * this.#groups);
      const repeat = Math.ceil(frames / bucket);
      const program = this.#programs.get(bucket) ?? -1;
      await this.#submit(t, [
        extendCodes(lane, given, first, done),
        runRecord(program, LaneClass.Vocode, repeat, [lane]),
      ]);
    }
    const pcm = this.#connection.readPcm(lane.row, 0, done);
    await this.#submit(t, [releaseRecord(lane)]);
    return pcm;
  }

  async #submit(t: ExecutionContext, records: readonly Uint8Array[]): Promise<void> {
    t.true(this.#connection.submit(submission(++this.#token, records)));
    const { header } = await nextCompletion(this.#connection);
    t.like(header, { token: this.#token, status: 0 });
  }
}

/** Packets of one size; the last one has what is left. */
function packetsOf(frames: number, size: number): number[] {
  const whole = Array<number>(Math.floor(frames / size)).fill(size);
  return frames % size === 0 ? whole : [...whole, frames % size];
}

for (const [backend, level] of [
  ["cpu", "Sequential"],
  ["cpu", "Full"],
  ["reference", "Full"],
] as const) {
  test(`packets of any size give the same PCM: ${backend}, ${level}`, async (t) => {
    const vocoder = await Vocoder.start(t, backend, FusionLevel[level]);
    const file = golden(MODEL, "expected", `codec-${FRAMES}-frames.safetensors`);
    const all = Uint32Array.from((await readTensor(file, "codes")).values);
    const frames = backend === "reference" ? REFERENCE_FRAMES : FRAMES;
    const codes = all.subarray(0, (all.length / FRAMES) * frames);
    const whole = await vocoder.pcm(t, codes, [frames]);
    const expected = (await readTensor(file, "pcm")).values.slice(0, whole.length);
    t.true(expected.every((wanted, index) => Math.abs(wanted - (whole[index] ?? NaN)) <= 1e-4));
    const mixed = [1, 2, 3, 5, ...packetsOf(frames - 11, 4)];
    for (const packets of [...[1, 2, 3, 7].map((size) => packetsOf(frames, size)), mixed]) {
      const pcm = await vocoder.pcm(t, codes, packets);
      // As bits: an AVA comparison of so many samples would take long.
      t.is(Buffer.compare(bytesOf(pcm), bytesOf(whole)), 0, `packets ${packets.join(" ")}`);
    }
  });
}

function bytesOf(samples: Float32Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
