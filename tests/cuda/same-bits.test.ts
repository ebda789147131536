import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { bitsOf, frames, TEXT, TINY } from "../support/engine.ts";
import { VOICE } from "../support/golden.ts";
import { onGpu } from "../support/gpu.ts";

const register = onGpu(test);
const SEEDS = Array.from({ length: 32 }, (_, seed) => seed);
/** Of requests that end one after the other, so that lanes move while others speak. */
const framesOf = (seed: number): number => 12 + (seed % 7);

/** Bits of the first `count` seeds, `rows` of them at once. */
async function spoken(options: LoadOptions, rows: number, count: number) {
  await using engine = await Voxfuse.load({
    backend: "cuda",
    dtype: "bf16",
    fusion: "full",
    rows,
    ...options,
  });
  const speak = async (seed: number) =>
    bitsOf(await engine.speak(TEXT, frames(framesOf(seed), { seed })));
  const seeds = SEEDS.slice(0, count);
  if (rows > 1) return await Promise.all(seeds.map(speak));
  const bits = [];
  for (const seed of seeds) bits.push(await speak(seed));
  return bits;
}

const VARIANTS: readonly (readonly [
  what: string,
  options: LoadOptions,
  rows: number,
  count: number,
])[] = [
  ["again", {}, 1, 8],
  ["without graphs", { graphs: false }, 1, 8],
  ["in 8 rows", {}, 8, 8],
  ["in 8 rows without graphs", { graphs: false }, 8, 8],
  ["in 32 rows", {}, 32, 32],
  ["in 32 rows without graphs", { graphs: false }, 32, 32],
  ["picked by the host", { sampling: "host" }, 1, 4],
  ["picked by the host, in 8 rows", { sampling: "host" }, 8, 8],
  ["picked by the host, in 32 rows without graphs", { sampling: "host", graphs: false }, 32, 32],
  ["with packets of one frame", { packetFrames: 1 }, 8, 8],
  ["with a look of the host after every frame", { repeatMax: 1 }, 8, 8],
];

for (const [name, model] of [
  ["the tiny model", TINY],
  ["the embedded voice", VOICE],
] as const) {
  let expected: ReturnType<typeof spoken> | undefined;
  const alone = () => (expected ??= spoken({ model }, 1, SEEDS.length));

  for (const [what, options, rows, count] of VARIANTS) {
    register(`a seed speaks the same bf16 bits with ${name} ${what}`, async (t) => {
      t.deepEqual(
        await spoken({ model, ...options }, rows, count),
        (await alone()).slice(0, count),
      );
    });
  }
}
