import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { readTrace } from "../../host/synthesis/trace/file.ts";
import { summariseTrace } from "../../host/synthesis/trace/summary.ts";
import { temporaryFolder, VOICE } from "../support/golden.ts";
import { onGpu } from "../support/gpu.ts";
import { readVoiceCodes, speakCodes } from "../support/voice-codes.ts";

const register = onGpu(test);
const SENTENCES = 20;
const SEED = 7;

/** The first sentences of the voice's evaluation. */
function sentences(): string[] {
  const text = readFileSync(join(VOICE, "eval", "sentences.txt"), "utf8");
  return text.trim().split("\n").slice(0, SENTENCES);
}

async function codesOfSentences(options: LoadOptions): Promise<number[][]> {
  await using engine = await Voxfuse.load({ rows: 8, ...options });
  const speeches = await Promise.all(
    sentences().map((sentence) => engine.speak(sentence, { seed: SEED })),
  );
  return speeches.map(({ codes }) => [...codes.data]);
}

register(`the embedded voice speaks ${SENTENCES} sentences in f32 as on the CPU`, async (t) => {
  const expected = await codesOfSentences({ backend: "cpu" });
  const spoken = await codesOfSentences({ backend: "cuda", dtype: "f32" });
  t.is(spoken.length, SENTENCES);
  for (const [index, codes] of spoken.entries()) {
    const wanted = expected[index] ?? [];
    const at = codes.findIndex((code, place) => code !== wanted[place]);
    t.is(codes.length, wanted.length, `sentence ${index}`);
    t.is(at, -1, `sentence ${index} differs from its code ${at} on`);
  }
});

register("the embedded voice draws in f32 the codes that are kept", async (t) => {
  const expected = readVoiceCodes();
  await using engine = await Voxfuse.load({ rows: 8, backend: "cuda", dtype: "f32" });
  t.deepEqual(await speakCodes(engine, expected), expected);
});

register("an engine takes the GPU without being told, in bf16, and says so", async (t) => {
  await using engine = await Voxfuse.load({ rows: 1 });
  await engine.speak("Hi.", { seed: SEED, maxNewTokens: 4 });
  const stats = await engine.stats();
  t.like(stats, { backend: "cuda", dtype: "bf16", vocoderDtype: "bf16", graphs: true });
  t.true(stats.device.length > 0);
  t.true(stats.uploadedBytes > 0 && stats.deviceBytes >= stats.uploadedBytes);
});

register("a trace has the launches of every part of a frame", async (t) => {
  const file = join(temporaryFolder(t), "trace.json");
  await using engine = await Voxfuse.load({ rows: 1 });
  await engine.startTrace(file);
  await engine.speak("Hi.", { seed: SEED, maxNewTokens: 9 });
  const { events, deviceKernels } = await engine.endTrace();
  t.true(events > 0);
  const all = await readTrace(file);
  t.true(all.some(({ cat }) => cat === "planner") && all.some(({ cat }) => cat === "ring"));
  t.log(`${events} events, ${deviceKernels} timed kernels`);
  if (deviceKernels === 0) return; // the driver of this machine has no CUPTI
  const { frames, phases } = summariseTrace(all);
  t.true(frames >= 8, `${frames} frames`);
  const named = new Set(phases.map(({ phase }) => phase));
  for (const phase of ["prompt", "talker", "predictor", "heads and picks", "vocoder"]) {
    t.true(named.has(phase), phase);
  }
});
