// Speaks every line of a file into OUT_DIR/000.wav, 001.wav, …: input for word_error_rate.py.
// usage: speak-sentences.js SENTENCES OUT_DIR SEED [WEIGHTS] [MODEL]
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Voxfuse } from "../../host/index.ts";

const [sentences, folder, seed, weights = "stored", model] = process.argv.slice(2);
if (!sentences || !folder || !seed) {
  throw new Error("usage: SENTENCES OUT_DIR SEED [WEIGHTS] [MODEL]");
}
if (weights !== "stored" && weights !== "int8") throw new Error("WEIGHTS: stored or int8");

mkdirSync(folder, { recursive: true });
const engine = await Voxfuse.load({ weights, ...(model && { model }) });
try {
  const lines = readFileSync(sentences, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 0);
  for (const [i, line] of lines.entries()) {
    const speech = await engine.speak(line, { seed: Number(seed) });
    await speech.save(join(folder, `${String(i).padStart(3, "0")}.wav`));
  }
} finally {
  await engine.close();
}
