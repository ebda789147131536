import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { TEXT, TINY, untilIdle } from "../support/engine.ts";

const REQUESTS = 8;

test("eight requests on four rows all finish, each the same as alone", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 4, queueLimit: REQUESTS });
  const options = Array.from({ length: REQUESTS }, (_, seed) => ({
    seed,
    maxNewTokens: 10 + 7 * seed,
  }));
  const burst = await Promise.all(options.map((one) => engine.speak(TEXT, one)));
  await untilIdle(engine);
  for (const [index, one] of options.entries()) {
    const alone = await engine.speak(TEXT, one);
    t.is(alone.codes.frames, one.maxNewTokens - 1);
    t.deepEqual(burst[index]?.codes, alone.codes);
    t.deepEqual(burst[index]?.samples, alone.samples);
  }
});

test("of requests that wait, the higher priority goes first, then the earlier one", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1, queueLimit: REQUESTS });
  const order: number[] = [];
  const priorities = [0, 0, 5, -3, 5, 0];
  await Promise.all(
    priorities.map(async (priority, index) => {
      await engine.speak(TEXT, { seed: index, maxNewTokens: 6, priority });
      order.push(index);
    }),
  );
  t.deepEqual(order, [2, 4, 0, 1, 5, 3]);
});
