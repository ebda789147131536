// Speaks a long text with the embedded voice and says how memory and joints fared, as JSON:
//
//   node build/js/tests/bench/long-text.js [WORDS] [THREADS]
import { Voxfuse } from "../../host/index.ts";
import { listen, loudness, roughness, words } from "../support/joints.ts";

const count = Number(process.argv[2] ?? 5000);
const threads = Number(process.argv[3] ?? 0);

await using engine = await Voxfuse.load({ rows: 2, threads });
const firstMs: number[] = [];
for (let i = 0; i < 3; i++) {
  const speech = engine.stream(words(9), { seed: 7 });
  const began = performance.now();
  await speech.next();
  firstMs.push(performance.now() - began);
  await speech.return();
}
const listened = await listen(engine, words(count), { seed: 7 });
const { report, waves, residentBytes, heldBytes, samples } = listened;
const rough = waves.map(roughness);
const loud = waves.map(loudness);
const tenths = Array.from({ length: 11 }, (_, i) => Math.floor((i * (heldBytes.length - 1)) / 10));
const megabytes = (all: readonly number[]): number[] =>
  tenths.map((index) => Math.round((all[index] ?? 0) / 1e5) / 10);
console.log(
  JSON.stringify({
    words: count,
    finishReason: report?.finishReason,
    seconds: samples / engine.sampleRate,
    tookMs: report?.timings.totalMs,
    firstAudioMs: report?.timings.firstAudioMs,
    firstAudioOfOneSentenceMs: firstMs.sort((a, b) => a - b)[1],
    joints: waves.length / 2,
    largestStep: Math.max(...rough.map(({ step }) => step)),
    largestBend: Math.max(...rough.map(({ bend }) => bend)),
    loudestDb: Math.max(...loud.map(({ level }) => level)),
    brightestDb: Math.max(...loud.map(({ bright }) => bright)),
    sidecarResidentMb: megabytes(residentBytes),
    ownBuffersMb: megabytes(heldBytes),
  }),
);
