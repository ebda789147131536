import { readdirSync } from "node:fs";
import { basename } from "node:path";

import type { SpeakOptions } from "../../host/index.ts";
import { golden, readJson, readTensor } from "./golden.ts";

/** A greedy utterance of the official implementation, as tests/golden/README.md describes it. */
export interface GoldenCase {
  readonly name: string;
  /** The tensors that came out. */
  readonly file: string;
  readonly text: string;
  readonly language: string;
  readonly speaker: string | null;
  readonly instruct: string | null;
  /** Of a cloned voice that speech goes on from: what its recording says. */
  readonly ref_text?: string | null;
  readonly non_streaming: boolean;
  readonly max_new_tokens: number;
  readonly repetition_penalty: number;
  readonly frames: number;
}

/** The tiny checkpoints that speak without a reference recording. */
export const SPEAKING = ["tiny-custom-voice", "tiny-voice-design"] as const;

export function casesOf(model: string): GoldenCase[] {
  const files = readdirSync(golden(model, "expected")).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => {
    const json = readJson(golden(model, "expected", file));
    // Other files there describe the tokenizer and the sampling cases.
    if (typeof json !== "object" || json === null || !("non_streaming" in json)) return [];
    const name = basename(file, ".json");
    const tensors = golden(model, "expected", `${name}.safetensors`);
    return [{ ...(json as GoldenCase), name, file: tensors }]; // of the form in the README there
  });
}

/** How voxfuse is asked for the same. */
export function optionsOf(one: GoldenCase): SpeakOptions {
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

export async function codesOf(one: GoldenCase): Promise<number[]> {
  return (await readTensor(one.file, "codes")).values;
}
