import test from "ava";
import type { ExecutionContext } from "ava";

import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { golden } from "../support/golden.ts";
import { SPEAKING, casesOf, codesOf, optionsOf } from "../support/golden-cases.ts";
import type { GoldenCase } from "../support/golden-cases.ts";

const LEVELS = ["sequential", "norm", "swiglu", "rope", "full"] as const;
const SIDES = ["device", "host"] as const;
/** The reference speaks whole cases once for each level; it and portable code are slow. */
const PICKS_OF_BEGINNING = 4;

interface Setting extends LoadOptions {
  readonly backend: "reference" | "cpu";
}

const PRODUCT: Setting[] = (["cpu", "reference"] as const).flatMap((backend) =>
  SIDES.flatMap((sampling) => LEVELS.map((fusion) => ({ backend, sampling, fusion }))),
);
const SETTINGS: readonly Setting[] = [
  ...PRODUCT,
  { backend: "cpu", isa: "portable", threads: 1 },
  { backend: "cpu", isa: "avx2", threads: 2 },
];

function wordsOf(setting: Setting): string {
  return Object.values(setting).join(" ");
}

interface Share {
  /** Or its first picks. */
  readonly isWhole: boolean;
  /** Whether the codes are vocoded too. */
  readonly audio: boolean;
}

/** Speaks the case and compares its codes. */
async function speaksAs(t: ExecutionContext, engine: Voxfuse, one: GoldenCase, share: Share) {
  const { isWhole, audio } = share;
  const maxNewTokens = isWhole ? one.max_new_tokens : PICKS_OF_BEGINNING;
  const { codes } = await engine.speak(one.text, { ...optionsOf(one), maxNewTokens, audio });
  t.is(codes.frames, isWhole ? one.frames : PICKS_OF_BEGINNING - 1, one.name);
  t.deepEqual([...codes.data], (await codesOf(one)).slice(0, codes.data.length), one.name);
}

// One after the other: each engine takes all cores.
for (const model of SPEAKING) {
  const cases = casesOf(model);

  for (const setting of SETTINGS) {
    const isQuick = setting.backend === "cpu" && setting.isa !== "portable";
    // No PCM is looked at here; what the reference vocodes, vocoder.test.ts and fusion.test.ts are
    // about, and it takes more time than all else.
    const audio = setting.backend === "cpu";

    test.serial(`${model} speaks the official codes in a batch: ${wordsOf(setting)}`, async (t) => {
      await using engine = await Voxfuse.load({ model: golden(model), ...setting, rows: 8 });
      const isWhole = isQuick || (setting.backend === "reference" && setting.sampling === "device");
      await Promise.all(cases.map((one) => speaksAs(t, engine, one, { isWhole, audio })));
    });

    test.serial(`${model} speaks the official codes one by one: ${wordsOf(setting)}`, async (t) => {
      await using engine = await Voxfuse.load({ model: golden(model), ...setting, rows: 1 });
      for (const one of cases) await speaksAs(t, engine, one, { isWhole: isQuick, audio });
    });
  }
}
