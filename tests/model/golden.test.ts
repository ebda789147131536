import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions, SpeakOptions } from "../../host/index.ts";
import { readSafetensorsHeader } from "../../host/model/safetensors-header.ts";

const GOLDEN = "tests/golden";
const LEVELS = ["sequential", "norm", "swiglu", "rope", "full"] as const;

interface Expectation {
  readonly text: string;
  readonly language: string;
  readonly speaker: string | null;
  readonly instruct: string | null;
  readonly non_streaming: boolean;
  readonly max_new_tokens: number;
  readonly repetition_penalty: number;
  readonly frames: number;
}

interface Case extends Expectation {
  readonly name: string;
  readonly codesFile: string;
}

function casesOf(model: string): Case[] {
  const folder = join(GOLDEN, model, "expected");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const json: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
      // Other files there describe the tokenizer and the sampling cases.
      if (typeof json !== "object" || json === null || !("non_streaming" in json)) return [];
      const name = file.slice(0, -".json".length);
      const codesFile = join(folder, `${name}.safetensors`);
      return [{ ...(json as Expectation), name, codesFile }]; // of the form in the README there
    });
}

/** An integer tensor as numbers. */
async function tensorNumbers(file: string, name: string): Promise<number[]> {
  const tensor = (await readSafetensorsHeader(file)).find((entry) => entry.name === name);
  if (tensor === undefined) throw new Error(`${file} has no ${name}`);
  const bytes = readFileSync(file).subarray(tensor.offset, tensor.offset + tensor.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = tensor.bytes / tensor.shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: tensor.bytes / width }, (_, index) =>
    width === 8 ? Number(view.getBigInt64(8 * index, true)) : view.getInt32(4 * index, true),
  );
}

function optionsOf(one: Case): SpeakOptions {
  return {
    language: one.language,
    voice: one.speaker ?? undefined,
    instruct: one.instruct ?? undefined,
    layout: one.non_streaming ? "nonStreaming" : "streaming",
    doSample: false,
    subtalkerDoSample: false,
    repetitionPenalty: one.repetition_penalty,
    maxNewTokens: one.max_new_tokens,
  };
}

const SETTINGS: readonly LoadOptions[] = [
  ...LEVELS.map((fusion) => ({ backend: "cpu", fusion }) as const),
  { backend: "cpu", sampling: "host" },
  { backend: "cpu", isa: "portable", threads: 1 },
  { backend: "reference", fusion: "sequential" },
  { backend: "reference", fusion: "full" },
];

for (const model of ["tiny-custom-voice", "tiny-voice-design"]) {
  const cases = casesOf(model);
  for (const setting of SETTINGS) {
    const words = Object.values(setting).join(" ");
    test(`${model} speaks the official codes, ${words}, all cases at once`, async (t) => {
      await using engine = await Voxfuse.load({ model: join(GOLDEN, model), ...setting });
      const speeches = await Promise.all(
        cases.map((one) => engine.speak(one.text, optionsOf(one))),
      );
      for (const [index, one] of cases.entries()) {
        const speech = speeches[index];
        t.deepEqual(
          [...(speech?.codes.data ?? [])],
          await tensorNumbers(one.codesFile, "codes"),
          one.name,
        );
      }
    });
  }

  test(`${model} speaks the official codes one case after the other`, async (t) => {
    await using engine = await Voxfuse.load({ model: join(GOLDEN, model), rows: 1 });
    for (const one of cases) {
      const speech = await engine.speak(one.text, optionsOf(one));
      t.deepEqual([...speech.codes.data], await tensorNumbers(one.codesFile, "codes"), one.name);
      t.is(speech.samples.length, one.frames * (speech.samples.length / speech.codes.frames));
    }
  });
}
