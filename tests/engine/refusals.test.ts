import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { VoxfuseErrorCode } from "../../host/index.ts";
import { failure } from "../sidecar/peers.ts";
import { frames, TEXT, TINY, untilIdle } from "../support/engine.ts";
import { copyOfGolden, golden, temporaryFolder } from "../support/golden.ts";

/** Values that no request may have, by option. */
const OUT_OF_RANGE: Readonly<Record<string, readonly unknown[]>> = {
  doSample: [1, "yes"],
  temperature: [0, -1, NaN, Infinity, "1"],
  topK: [-1, 1.5, NaN, 2 ** 32],
  topP: [0, -0.1, 1.01, NaN],
  repetitionPenalty: [0, -1, NaN, Infinity],
  subtalkerDoSample: [0],
  subtalkerTemperature: [0, -1, NaN],
  subtalkerTopK: [-1, 0.5],
  subtalkerTopP: [0, 2, NaN],
  maxNewTokens: [0, -5, 1.5, 1e9],
  seed: [-1, 0.5, 2 ** 53, NaN],
};

test("each sampling option out of its range is refused by its name", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1 });
  for (const [name, values] of Object.entries(OUT_OF_RANGE)) {
    for (const value of values) {
      const speaking = engine.speak(TEXT, { [name]: value }); // as JavaScript could
      const error = await failure(t, speaking, "ERR_SAMPLING_RANGE");
      t.true(error.message.startsWith(`${name} is `), error.message);
    }
  }
  await untilIdle(engine);
  t.is((await engine.speak(TEXT, frames(2))).codes.frames, 2);
});

test("a model that designs its voice needs an instruction", async (t) => {
  await using engine = await Voxfuse.load({ model: golden("tiny-voice-design"), rows: 1 });
  await failure(t, engine.speak(TEXT), "ERR_INSTRUCTION_REQUIRED");
  const designed = await engine.speak(TEXT, frames(2, { instruct: "A calm voice." }));
  t.is(designed.codes.frames, 2);
});

test("a model that was not trained on instructions refuses one", async (t) => {
  const folder = copyOfGolden(t, "tiny-custom-voice");
  rewrite(join(folder, "config.json"), (text) =>
    text.replace(/"tts_model_size": *"[^"]*"/, '"tts_model_size": "0b6"'),
  );
  await using engine = await Voxfuse.load({ model: folder, rows: 1 });
  await failure(t, engine.speak(TEXT, { instruct: "Loudly." }), "ERR_INSTRUCTION_UNSUPPORTED");
});

test("a voice that was trained for one text layout refuses the other", async (t) => {
  await using engine = await Voxfuse.load({ rows: 1 });
  const asked = frames(2, { layout: "streaming" });
  await failure(t, engine.speak(TEXT, asked), "ERR_LAYOUT_UNSUPPORTED");
  t.is((await engine.speak(TEXT, { ...asked, layout: "nonStreaming" })).codes.frames, 2);
});

test("speech is saved where one may write, and nowhere else", async (t) => {
  await using engine = await Voxfuse.load({ model: TINY, rows: 1 });
  const speech = await engine.speak(TEXT, frames(2));
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "taken"));
  await failure(t, speech.save(join(folder, "no", "such", "a.wav")), "ERR_OUTPUT_NOT_WRITABLE");
  await failure(t, speech.save(join(folder, "taken")), "ERR_OUTPUT_NOT_WRITABLE");
  await speech.save(join(folder, "a.wav"));
});

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, "latin1")), "latin1");
}

/** Changes one tensor's entry in a safetensors header; its length stays the same. */
function rewriteHeader(path: string, tensor: string, from: RegExp, to: string): void {
  rewrite(path, (text) => {
    const at = text.indexOf(`"${tensor}"`);
    const end = text.indexOf("}", at);
    const entry = text.slice(at, end);
    const changed = entry.replace(from, to.padEnd(from.exec(entry)?.[0].length ?? 0));
    if (changed === entry || changed.length !== entry.length) throw new Error("nothing changed");
    return text.slice(0, at) + changed + text.slice(end);
  });
}

const WEIGHTS = "model.safetensors";
const TENSOR = "talker.model.norm.weight";

/** Ways to damage a checkpoint, and what loading it answers. */
const DAMAGES: readonly (readonly [
  what: string,
  damage: (folder: string) => void,
  code: VoxfuseErrorCode,
])[] = [
  [
    "no weights",
    (folder) => {
      rmSync(join(folder, WEIGHTS));
    },
    "ERR_MODEL_FILE_MISSING",
  ],
  [
    "weights cut off by one byte",
    (folder) => {
      const path = join(folder, WEIGHTS);
      truncateSync(path, readFileSync(path).length - 1);
    },
    "ERR_MODEL_FILE_CORRUPT",
  ],
  [
    "no weights of the codec",
    (folder) => {
      rmSync(join(folder, "speech_tokenizer", WEIGHTS));
    },
    "ERR_MODEL_FILE_MISSING",
  ],
  [
    "a tensor under another name",
    (folder) => {
      rewrite(join(folder, WEIGHTS), (text) =>
        text.replace(`"${TENSOR}"`, `"${TENSOR.replace("norm", "nurm")}"`),
      );
    },
    "ERR_TENSOR_MISSING",
  ],
  [
    "a tensor of another dtype",
    (folder) => {
      rewriteHeader(join(folder, WEIGHTS), TENSOR, /"dtype": ?"\w+"/, '"dtype":"I16"');
    },
    "ERR_TENSOR_DTYPE",
  ],
  [
    "a tensor whose shape is not that of its bytes",
    (folder) => {
      rewriteHeader(join(folder, WEIGHTS), TENSOR, /"shape": ?\[\d+\]/, '"shape":[4]');
    },
    "ERR_MODEL_FILE_CORRUPT",
  ],
  [
    "weights of another width than its configuration says",
    (folder) => {
      rewrite(join(folder, "config.json"), (text) =>
        text.replace(/"intermediate_size": *\d+/, '"intermediate_size": 24'),
      );
    },
    "ERR_TENSOR_SHAPE",
  ],
  [
    "a configuration that is no JSON",
    (folder) => {
      writeFileSync(join(folder, "config.json"), "{");
    },
    "ERR_MODEL_CONFIG",
  ],
  [
    "a configuration of another model",
    (folder) => {
      writeFileSync(join(folder, "config.json"), '{"model_type":"other"}');
    },
    "ERR_MODEL_CONFIG",
  ],
  [
    "no vocabulary",
    (folder) => {
      rmSync(join(folder, "vocab.json"));
    },
    "ERR_MODEL_FILE_MISSING",
  ],
];

for (const [what, damage, code] of DAMAGES) {
  test(`a model with ${what} does not load: ${code}`, async (t) => {
    const folder = copyOfGolden(t, "tiny-custom-voice");
    damage(folder);
    await failure(t, Voxfuse.load({ model: folder }), code);
  });
}
