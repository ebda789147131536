import test from "ava";

import { parseModelConfig } from "../../host/model/config.ts";
import { expectedEncoderTensors } from "../../host/model/expected-encoders.ts";
import { FusionLevel, PlanError, ProgramKind, WeightKind } from "../../shared/gen/protocol.ts";
import { built, levels, prepared } from "../support/planned-programs.ts";
import { releasedFiles } from "../support/planner-module.ts";
import { problemsOf } from "../support/program-check.ts";
import { readProgram, readWeights } from "../support/program.ts";

const BASE = ["0.6b-base", "1.7b-base"] as const;
const ENCODERS = [ProgramKind.EncodeSpeaker, ProgramKind.EncodeCodes] as const;
const RATE = 24_000;
/** Of the codec encoder, which has more of them, in f32. */
const WEIGHT_BYTES = 225e6;

for (const name of BASE) {
  for (const level of [FusionLevel.Sequential, FusionLevel.Full]) {
    test(`the encoders of ${name} are sound for recordings of any length, level ${level}`, (t) => {
      const planner = prepared(name, levels(level));
      for (const kind of ENCODERS) {
        for (const samples of [RATE / 2, 32_879, 32_880, 10 * RATE, 60 * RATE]) {
          t.is(planner.encoderFor(kind, samples), 1, `plan_error ${planner.error}`);
          const program = readProgram(planner.built());
          t.deepEqual(problemsOf(program, planner.layout), [], `${kind}, ${samples}`);
          const [at, bytes] = planner.encoderResult;
          const frames = Math.ceil(samples / 1920);
          const wanted = kind === ProgramKind.EncodeCodes ? frames * 16 : planner.layout.hidden;
          t.is(bytes, 4 * wanted);
          t.true(256 * at + bytes <= 256 * program.header.arenaUnits);
        }
      }
    });
  }

  test(`a minute's recording fits ${name}'s encoders into 1 GB with their weights`, (t) => {
    const planner = prepared(name, levels(FusionLevel.Full));
    for (const kind of ENCODERS) {
      planner.encoderFor(kind, 60 * RATE);
      const { arenaUnits } = readProgram(planner.built()).header;
      t.log(`${kind}: ${Math.round((256 * arenaUnits) / 1e6)} MB`);
      t.true(256 * arenaUnits + WEIGHT_BYTES < 1e9);
    }
  });

  test(`the encoders of ${name} use every tensor that is expected of its checkpoint`, (t) => {
    const planner = prepared(name);
    for (const kind of ENCODERS) planner.encoderFor(kind, RATE);
    const weights = readWeights(planner.takeWeights());
    const config = parseModelConfig({ ...releasedFiles(name), generation: {} });
    const expected = new Map(expectedEncoderTensors(config).map((each) => [each.name, each.shape]));
    const used = new Set(weights.flatMap(({ names }) => names));
    t.deepEqual([...used].sort(), [...expected.keys()].sort());
    for (const weight of weights) {
      const elements = weight.names
        .flatMap((tensor) => expected.get(tensor) ?? [0])
        .reduce((product, size) => product * size, 1);
      const isPlain = weight.kind === WeightKind.Tensor || weight.kind === WeightKind.ConvTaps;
      if (isPlain) t.is(elements, weight.rows * weight.cols, weight.names[0]);
    }
  });

  test(`the vocoder of ${name} goes through a recording in sound programs`, (t) => {
    const planner = prepared(name, levels(FusionLevel.Full));
    for (const lanes of [1, 4, 32]) {
      const program = built(planner, [ProgramKind.Prime, lanes, 8, 0]);
      t.deepEqual(problemsOf(program, planner.layout), []);
    }
  });
}

test("recordings too short to be mirrored, or too long, are no programs", (t) => {
  const planner = prepared("0.6b-base");
  for (const [kind, samples] of [
    [ProgramKind.EncodeSpeaker, 0],
    [ProgramKind.EncodeSpeaker, 1024],
    [ProgramKind.EncodeSpeaker, 60 * RATE + 1],
    [ProgramKind.EncodeCodes, 60 * RATE + 1],
    [ProgramKind.Decode, RATE],
  ] as const) {
    t.is(planner.encoderFor(kind, samples), 0);
    t.is(planner.error, PlanError.BadEncoder);
  }
});

test("a model without encoders plans neither them nor a pass over recordings", (t) => {
  const planner = prepared("0.6b-custom-voice");
  for (const kind of ENCODERS) t.is(planner.encoderFor(kind, RATE), 0);
  t.is(planner.programFor(ProgramKind.Prime, 1, 8), -1);
  t.is(planner.layout.referenceMax, 0);
});

test("encoder dimensions that do not fit are refused", (t) => {
  for (const changes of [
    { speakerWidth: 1000 },
    { speakerScale: 7 },
    { speakerTaps: [5, 2, 3, 3, 1, 0, 0, 0] },
    { speakerChannels: [512, 512, 512, 512, 1535, 0, 0, 0] },
    { encoderStride: 3 },
    { encoderRatioCount: 9 },
    { encoderHeadDim: 63 },
    { referenceMax: 1 << 20 },
  ]) {
    t.throws(() => prepared("0.6b-base", changes), {
      message: `plan_error ${PlanError.BadEncoder}`,
    });
  }
});
