// `node build/js/tests/bench/clone.js MODEL [BACKEND] [SECONDS…]`: how long `engine.createVoice`
// takes for recordings of these lengths (10 and 60 s unless told), of noise, which costs what
// speech does: once with the vector alone, once with the codes that a transcript asks for.
import { Voxfuse } from "../../host/index.ts";
import type { BackendName } from "../../host/index.ts";
import { noise } from "../support/generator.ts";
import { median } from "./hyperfine.ts";

const RUNS = 7;
const RATE = 24000;

const [model, backend = "auto", ...lengths] = process.argv.slice(2);
if (model === undefined) throw new Error("usage: clone.js MODEL [BACKEND] [SECONDS…]");
const engine = await Voxfuse.load({ model, backend: backend as BackendName });
for (const seconds of lengths.length === 0 ? [10, 60] : lengths.map(Number)) {
  const audio = noise(seconds * RATE, 0.1);
  for (const transcript of [undefined, "Some words that were said."]) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const begin = performance.now();
      await engine.createVoice({ audio, sampleRate: RATE, transcript, trimSilence: false });
      times.push(performance.now() - begin);
    }
    const [first, ...warm] = times;
    const spread = [Math.min(...warm), median(warm), Math.max(...warm)];
    const shown = [first, ...spread].map((ms) => ms?.toFixed(1));
    const what = transcript === undefined ? "vector" : "vector and codes";
    console.log(
      `${seconds} s, ${what}: first ${shown[0]} ms, then ${shown.slice(1).join(" / ")} ms`,
    );
  }
}
await engine.close();
