import test from "ava";

import { ALIGNMENT, Dtype, FusionLevel, ProbeKind } from "../../shared/gen/protocol.ts";
import { ProgramKind, WeightKind } from "../../shared/gen/protocol.ts";
import type { EngineLayout, PlannerConfig } from "../../shared/gen/protocol.ts";
import { allKeys, built, levels, prepared } from "../support/planned-programs.ts";
import { problemsOf } from "../support/program-check.ts";
import { readWeights } from "../support/program.ts";
import type { NamedWeight } from "../support/program.ts";

const { F32, Bf16, Stored, I8 } = Dtype;

interface Mix {
  readonly words: string;
  readonly dtypes: Pick<PlannerConfig, "actDtype" | "codecActDtype">;
}

const MIXES: readonly Mix[] = [
  { words: "f32 and a f32 vocoder", dtypes: { actDtype: F32, codecActDtype: F32 } },
  { words: "bf16 and a f32 vocoder", dtypes: { actDtype: Bf16, codecActDtype: F32 } },
  { words: "f32 and a bf16 vocoder", dtypes: { actDtype: F32, codecActDtype: Bf16 } },
  { words: "bf16 and a bf16 vocoder", dtypes: { actDtype: Bf16, codecActDtype: Bf16 } },
];

/** Kinds of weights that are computed when they are loaded. */
const COMPUTED: readonly number[] = [
  WeightKind.RopeFrequencies,
  WeightKind.Codebooks,
  WeightKind.Exp,
  WeightKind.ExpInverse,
];

/** Of the released checkpoints: what a step of talker or predictor multiplies with. */
const MATRICES =
  /^talker\..*(_proj|small_to_mtp_projection|linear_fc[12]|codec_head|lm_head\.\d+)\.weight$/;

for (const { words, dtypes } of MIXES) {
  for (const [name, level] of Object.entries(FusionLevel)) {
    test(`all programs in ${words} are sound at level ${name}`, (t) => {
      const planner = prepared("1.7b-custom-voice", { ...levels(level), ...dtypes });
      for (const key of allKeys()) {
        const program = built(planner, key);
        const isVocode = program.header.kind === ProgramKind.Vocode;
        t.is(program.header.actDtype, isVocode ? dtypes.codecActDtype : dtypes.actDtype);
        t.deepEqual(problemsOf(program, planner.layout), [], `key ${key.join()}`);
      }
    });
  }

  test(`logits stay f32 in ${words}`, (t) => {
    const planner = prepared("0.6b-custom-voice", dtypes);
    const { probes, buffers } = built(planner, [ProgramKind.Decode, 2, 1, 0]);
    const logits = probes.filter(({ kind }) => kind === ProbeKind.Logits);
    t.deepEqual(
      logits.map(({ buffer }) => buffers[buffer]?.dtype),
      Array(16).fill(F32),
    );
  });

  test(`weights in ${words} are asked for as the vocoder wants them, computed ones never`, (t) => {
    const planner = prepared("0.6b-custom-voice", dtypes);
    for (const key of allKeys()) built(planner, key);
    const wrong = readWeights(planner.takeWeights()).filter(
      (weight) => weight.dtype !== wantedDtype(weight, dtypes.codecActDtype),
    );
    t.deepEqual(wrong, []);
  });

  test(`rows and caches in ${words} have room for their elements`, (t) => {
    const changes = { ...dtypes, rows: 3, pages: 7 };
    const { layout } = prepared("0.6b-custom-voice", changes);
    const act = dtypes.actDtype === Bf16 ? 2 : 4;
    const codec = dtypes.codecActDtype === Bf16 ? 2 : 4;
    // The sidecar checks this field without knowing its dtype: there is room for both.
    t.is(layout.logitsAt - layout.hiddenAt, units(1024 * 4));
    t.is(layout.rowUnits - layout.stateAt, historyUnits(codec));
    t.is(layout.kvUnits, cacheUnits(layout, act, codec));
  });
}

test("asked for i8, the matrices of talker and predictor are, and nothing else is", (t) => {
  for (const level of Object.values(FusionLevel)) {
    const planner = prepared("1.7b-custom-voice", { ...levels(level), matrixDtype: I8 });
    for (const key of allKeys()) built(planner, key);
    const weights = readWeights(planner.takeWeights());
    const isMatrix = ({ names }: NamedWeight) => {
      return names.length > 0 && names.every((name) => MATRICES.test(name));
    };
    const wrong = weights.filter((weight) => weight.dtype !== (isMatrix(weight) ? I8 : Stored));
    t.deepEqual(wrong, []);
    t.true(weights.some(isMatrix));
  }
});

function wantedDtype({ kind, names }: NamedWeight, codecActDtype: number): number {
  const isVocoder = names.every((name) => name.startsWith("speech_tokenizer."));
  return isVocoder && !COMPUTED.includes(kind) && codecActDtype === Bf16 ? Bf16 : Stored;
}

function units(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT);
}

/** The codec's whole state, each history padded to a unit. */
function historyUnits(elementBytes: number): number {
  const histories = [
    2 * 512,
    6 * 1024,
    6 * 1024,
    6 * 1024,
    ...[1536, 768, 384, 192].flatMap((width) => [
      width,
      ...[6, 18, 54].map((tokens) => (tokens * width) / 2),
    ]),
    6 * 96,
  ];
  return histories.reduce((sum, elements) => sum + units(elements * elementBytes), 0);
}

/** k and v of every layer of the released 0.6B checkpoint and its codec. */
function cacheUnits({ rows, pages }: EngineLayout, act: number, codec: number): number {
  const talker = 28 * units(pages * 64 * 8 * 128 * act);
  const predictor = 5 * units(rows * 16 * 8 * 128 * act);
  const vocoder = 8 * units(rows * (72 + 8) * 16 * 64 * codec);
  return 2 * (talker + predictor + vocoder);
}
