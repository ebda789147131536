import { readdirSync } from "node:fs";
import test from "ava";

import { parseModelConfig, readModelConfig } from "../../host/model/config.ts";
import { loadTokenizer } from "../../host/text/bpe.ts";
import { encodePrompt } from "../../host/text/prompt-tokens.ts";
import { buildPrompt } from "../../host/text/prompt.ts";
import type { PromptIds, TextLayout } from "../../host/text/prompt.ts";
import { checkInstruction, resolveVoice } from "../../host/text/voices.ts";
import type { ResolvedVoice } from "../../host/text/voices.ts";
import { golden, PROJECT, readJson, readTensor, throwsCode } from "../support/golden.ts";

interface GoldenCase {
  readonly text: string;
  readonly language: string;
  readonly speaker: string | null;
  readonly instruct: string | null;
  readonly non_streaming: boolean;
}

const NOT_A_PROMPT = /^(codec-|sampling|tokenizer|reference)/;
const SPEECH_TAIL = "<|im_end|>\n<|im_start|>assistant\n";

for (const checkpoint of ["tiny-custom-voice", "tiny-voice-design"]) {
  const cases = readdirSync(golden(checkpoint, "expected")).filter(
    (file) => file.endsWith(".json") && !NOT_A_PROMPT.test(file),
  );
  for (const file of cases) {
    test(`${checkpoint}: the prompt of ${file} has the recorded ids and row counts`, async (t) => {
      const path = golden(checkpoint, "expected", file);
      // A file whose form the golden data's README fixes.
      const asked = readJson(path) as GoldenCase;
      const tensors = path.replace(/json$/, "safetensors");
      const config = await readModelConfig(golden(checkpoint));
      const tokenizer = await loadTokenizer(golden(checkpoint));

      const tokens = encodePrompt(tokenizer, asked.text, asked.instruct ?? undefined);
      const tail = tokenizer.encode(SPEECH_TAIL, { specials: "parse" });
      const inputIds = await readTensor(tensors, "input_ids");
      t.deepEqual([...tokens.role, ...tokens.text, ...tail], inputIds.values);
      if (asked.instruct !== null) {
        t.deepEqual([...tokens.instruct], (await readTensor(tensors, "instruct_ids")).values);
      }

      const voice = resolveVoice(config, asked.speaker ?? undefined, asked.language);
      const layout: TextLayout = asked.non_streaming ? "nonStreaming" : "streaming";
      const prompt = buildPrompt(config, tokens, voice, layout);
      const prefill = await readTensor(tensors, "prefill_embeds");
      t.like(prefill.shape, [prompt.rows.length / 2]);
      // The official list of a non-streaming layout is one pad row: an empty list here.
      const trailing = await readTensor(tensors, "trailing_text");
      t.like(trailing.shape, [Math.max(prompt.trailing.length, 1)]);
    });
  }
}

const RELEASED_IDS: PromptIds = {
  textIds: { pad: 151671, bos: 151672, eos: 151673 },
  codecIds: { pad: 2148, bos: 2149, think: 2154, nothink: 2155, thinkBos: 2156, thinkEos: 2157 },
};
const ROLE = [151644, 77091, 198];

test("English, speaker ryan, «Hello»: the rows of the official layout", (t) => {
  const tokens = { role: ROLE, text: [9707], instruct: [] };
  const voice = { languageId: 2050, speakerId: 3061 };
  const { rows, trailing } = buildPrompt(RELEASED_IDS, tokens, voice, "nonStreaming");
  t.deepEqual(
    [...rows],
    [
      ...[151644, -1, 77091, -1, 198, -1],
      ...[151671, 2154, 151671, 2156, 151671, 2050, 151671, 2157, 151671, 3061],
      ...[151672, 2148, 9707, 2148, 151673, 2148, 151671, 2149],
    ],
  );
  t.is(trailing.length, 0);
});

test("streaming: the first text token is in the prompt, the others and the end follow", (t) => {
  const tokens = { role: ROLE, text: [1, 2, 3], instruct: [] };
  const voice = { languageId: null, speakerId: null };
  const { rows, trailing } = buildPrompt(RELEASED_IDS, tokens, voice, "streaming");
  t.deepEqual([...rows].slice(6), [
    ...[151671, 2155, 151671, 2156, 151671, 2157],
    ...[151672, 2148, 1, 2149],
  ]);
  t.deepEqual([...trailing], [2, 3, 151673]);
});

const LANGUAGE = { languageId: 2050, speakerId: 3061 };
const AUTO = { languageId: null, speakerId: 3061 };
const LENGTHS: readonly [string, number, ResolvedVoice, TextLayout, number][] = [
  ["a language", 0, LANGUAGE, "nonStreaming", 16],
  ["auto", 0, AUTO, "nonStreaming", 15],
  ["an instruction", 7, LANGUAGE, "nonStreaming", 23],
  ["streaming text", 0, LANGUAGE, "streaming", 10],
  ["a designed voice", 7, { ...LANGUAGE, speakerId: null }, "nonStreaming", 22],
  ["a designed voice in auto", 7, { ...AUTO, speakerId: null }, "nonStreaming", 21],
];

for (const [what, instructTokens, voice, layout, rowCount] of LENGTHS) {
  test(`five text tokens with ${what} make ${rowCount} rows`, (t) => {
    const instruct = Array.from({ length: instructTokens }, () => 5);
    const tokens = { role: ROLE, text: [1, 2, 3, 4, 5], instruct };
    t.is(buildPrompt(RELEASED_IDS, tokens, voice, layout).rows.length, 2 * rowCount);
  });
}

test("a prompt without text tokens is refused", async (t) => {
  const build = (): unknown =>
    buildPrompt(RELEASED_IDS, { role: ROLE, text: [], instruct: [] }, AUTO, "streaming");
  await throwsCode(t, build, "ERR_TEXT_EMPTY");
});

test("blank text and a blank instruction are refused", async (t) => {
  const tokenizer = await loadTokenizer(golden("tiny-custom-voice"));
  await throwsCode(t, () => encodePrompt(tokenizer, " \n"), "ERR_TEXT_EMPTY");
  await throwsCode(t, () => encodePrompt(tokenizer, "a", " "), "ERR_TEXT_EMPTY");
});

const RELEASED = parseModelConfig({
  model: readJson(`${PROJECT}/tests/bench/configs/0.6b-custom-voice.json`),
  generation: {},
  codec: readJson(`${PROJECT}/tests/bench/configs/speech-tokenizer.json`),
});

const VOICES: readonly [string | undefined, string | undefined, ResolvedVoice][] = [
  [undefined, undefined, { languageId: null, speakerId: null }],
  ["Ryan", "English", { languageId: 2050, speakerId: 3061 }],
  ["eric", "auto", { languageId: 2062, speakerId: 2875 }],
  ["eric", "Chinese", { languageId: 2062, speakerId: 2875 }],
  ["dylan", undefined, { languageId: 2074, speakerId: 2878 }],
  ["dylan", "English", { languageId: 2050, speakerId: 2878 }],
  ["vivian", "chinese", { languageId: 2055, speakerId: 3065 }],
];

for (const [speaker, language, expected] of VOICES) {
  test(`voice ${speaker ?? "none"} in ${language ?? "no language"} is found`, (t) => {
    t.deepEqual(resolveVoice(RELEASED, speaker, language), expected);
  });
}

test("an unknown voice is refused with the voices that exist", async (t) => {
  const find = (): unknown => resolveVoice(RELEASED, "nobody");
  await throwsCode(t, find, "ERR_UNKNOWN_VOICE", /"nobody".*"serena".*"dylan"/);
});

test("a voice for a model without voices is refused", async (t) => {
  const config = await readModelConfig(golden("tiny-voice-design"));
  const sentence = /voices: none\. Leave the voice out/;
  await throwsCode(t, () => resolveVoice(config, "ryan"), "ERR_UNKNOWN_VOICE", sentence);
});

for (const language of ["klingon", "", "sichuan_dialect", "constructor"]) {
  test(`language ${JSON.stringify(language)} is refused with those that exist`, async (t) => {
    const find = (): unknown => resolveVoice(RELEASED, "ryan", language);
    await throwsCode(t, find, "ERR_UNKNOWN_LANGUAGE", /"auto", "chinese".*"russian"/);
  });
}

test("an instruction for a model that takes none is refused", async (t) => {
  const sentence = /"Sing\." .*custom_voice and size 0b6 takes none/;
  const check = (): void => {
    checkInstruction(RELEASED, "Sing.");
  };
  await throwsCode(t, check, "ERR_INSTRUCTION_UNSUPPORTED", sentence);
  t.notThrows(() => {
    checkInstruction(RELEASED, undefined);
  });
});

test("a voice-design model without an instruction is refused", async (t) => {
  const config = await readModelConfig(golden("tiny-voice-design"));
  const check = (): void => {
    checkInstruction(config, undefined);
  };
  await throwsCode(t, check, "ERR_INSTRUCTION_REQUIRED", /describes the voice/);
  t.notThrows(() => {
    checkInstruction(config, "A calm voice.");
  });
});
