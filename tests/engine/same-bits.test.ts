import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { startDaemon, stopDaemon } from "../../host/sidecar/daemon.ts";
import { spawnSidecar } from "../../host/sidecar/spawn.ts";
import { bitsOf, frames, TEXT, TINY } from "../support/engine.ts";
import { temporaryFolder } from "../support/golden.ts";
import { SMALL_REGION } from "../sidecar/peers.ts";

const FRAMES = 12;

/** The bits of one short speech by an engine that is loaded for it alone, on the CPU. */
async function spoken(options: LoadOptions) {
  await using engine = await Voxfuse.load({ backend: "cpu", model: TINY, rows: 1, ...options });
  return bitsOf(await engine.speak(TEXT, frames(FRAMES)));
}

/** Whether this machine's processor has AVX-512: the sidecar names the best that it found. */
async function bestIsa(): Promise<string> {
  const connection = await spawnSidecar({ region: SMALL_REGION });
  const { isa } = connection.hello;
  await connection.close();
  return isa;
}

const expected = spoken({ isa: "portable", threads: 1 });

const VARIANTS: readonly (readonly [what: string, options: LoadOptions])[] = [
  ["on two threads", { isa: "portable", threads: 2 }],
  ["with the best instructions of this machine, on one thread", { threads: 1 }],
  ["with the best instructions of this machine, on two threads", { threads: 2 }],
  ["picked by the host", { sampling: "host" }],
  ["with packets of one frame", { packetFrames: 1 }],
  ["with packets of eight frames", { packetFrames: 8 }],
  ["with a look of the host after every frame", { repeatMax: 1 }],
  ["without fused ops", { fusion: "sequential" }],
];

for (const [what, options] of VARIANTS) {
  test(`a seed speaks the same bits ${what}`, async (t) => {
    t.deepEqual(await spoken(options), await expected);
  });
}

for (const isa of ["avx2", "avx512"] as const) {
  test(`a seed speaks the same bits on ${isa}, where the processor has it`, async (t) => {
    const best = await bestIsa();
    const ranks = ["portable", "avx2", "avx512"];
    if (ranks.indexOf(best) < ranks.indexOf(isa)) {
      await t.throwsAsync(spoken({ isa }), { code: "ERR_DEVICE" });
      t.log(`not compared: the best of this processor is ${best}`);
    } else {
      t.deepEqual(await spoken({ isa }), await expected);
    }
  });
}

test("a seed speaks the same bits among seven other requests", async (t) => {
  await using engine = await Voxfuse.load({ backend: "cpu", model: TINY, rows: 8 });
  const others = [30, 3, 11, 17, 25, 8, 40];
  const all = [
    ...others
      .slice(0, 3)
      .map((count, seed) => engine.speak(`Other ${seed}.`, frames(count, { seed }))),
    engine.speak(TEXT, frames(FRAMES)),
    ...others.slice(3).map((count, seed) => engine.speak("Last.", frames(count, { seed }))),
  ];
  const speeches = await Promise.all(all);
  t.deepEqual(
    speeches.slice(3, 4).map((speech) => bitsOf(speech)),
    [await expected],
  );
});

test("a seed speaks the same bits through a standing sidecar that others use", async (t) => {
  const path = join(temporaryFolder(t), "sidecar.sock");
  t.teardown(() => stopDaemon(path));
  await startDaemon({ path, idleExitSeconds: 60 });
  const sidecar = `unix:${path}`;
  await using other = await Voxfuse.load({ backend: "cpu", model: TINY, sidecar });
  const [bits] = await Promise.all([
    spoken({ sidecar }),
    other.speak("Something else.", frames(20, { seed: 3 })),
  ]);
  t.deepEqual(bits, await expected);
});

test("a seed speaks the same bits before and after its sidecar was killed", async (t) => {
  await using engine = await Voxfuse.load({ backend: "cpu", model: TINY, rows: 1 });
  t.deepEqual(bitsOf(await engine.speak(TEXT, frames(FRAMES))), await expected);
  const { pid } = await engine.stats();
  process.kill(pid, "SIGKILL");
  t.deepEqual(bitsOf(await engine.speak(TEXT, frames(FRAMES))), await expected);
  t.not((await engine.stats()).pid, pid);
});

test("the embedded voice speaks the same bits on every path", async (t) => {
  const bits = [];
  for (const options of [
    { threads: 1 },
    { threads: 2, sampling: "host" },
    { isa: "portable" },
  ] as const) {
    await using engine = await Voxfuse.load({ backend: "cpu", rows: 1, ...options });
    bits.push(bitsOf(await engine.speak("Hi.", { seed: 5, maxNewTokens: 5 })));
  }
  t.deepEqual(bits, [bits[0], bits[0], bits[0]]);
});
