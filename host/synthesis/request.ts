import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { VoiceHints } from "../model/voice-hints.ts";
import type { PlannerRequest, PlannerVoice } from "../planner/planner.ts";
import { normaliseText } from "../text/normalise.ts";
import { encodePrompt, encodeTranscript } from "../text/prompt-tokens.ts";
import type { PromptTokens } from "../text/prompt-tokens.ts";
import { buildPrompt } from "../text/prompt.ts";
import type { TextLayout } from "../text/prompt.ts";
import { splitText } from "../text/sentences.ts";
import { writeOutNumbers } from "../text/spoken-numbers.ts";
import { AUTO_LANGUAGE, resolveVoice } from "../text/voices.ts";
import type { ResolvedVoice } from "../text/voices.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { voiceModelOf } from "./create-voice.ts";
import { choice, flag, invalid, whole } from "./limits.ts";
import type { EngineLimits } from "./limits.ts";
import type { SpeechReport } from "./speech.ts";
import { resolveSampling } from "./sampling-options.ts";
import type { SamplingOptions, SamplingSettings } from "./sampling-options.ts";
import { Voice, checkVoiceModel } from "./voice.ts";

export const TEXT_LAYOUTS = ["nonStreaming", "streaming"] as const;

/** What a caller may say about one piece of speech. */
export interface SpeakOptions extends SamplingOptions {
  /**
   * Name of a voice; with a base model a Voice that createVoice() made or Voice.load() read.
   * Default: the model's own choice, else its first one.
   */
  readonly voice?: string | Voice | undefined;
  /** Name of a language, or "auto". Default: the model's only one, else "auto". */
  readonly language?: string | undefined;
  /** How to speak, in words, for models that take instructions. */
  readonly instruct?: string | undefined;
  /**
   * "nonStreaming", the default: the whole text is in the prompt; "streaming", the default of a
   * base model, as officially. Says nothing about the audio.
   */
  readonly layout?: TextLayout | undefined;
  /** Larger goes first, -100 to 100. Default 0. */
  readonly priority?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether speech that is far longer than its text, or silent for six seconds, is ended. Default:
   * unless maxNewTokens is given.
   */
  readonly guard?: boolean | undefined;
  /** speak() only: false for speech of codes alone, whose samples are empty. Default true. */
  readonly audio?: boolean | undefined;
  /** speak() only: called with the seconds of speech so far, and with its frames. */
  readonly onProgress?: ((seconds: number, frames: number) => void) | undefined;
  /** stream() only: called when the last chunk was taken, unless the request failed or was left. */
  readonly onEnd?: ((report: SpeechReport) => void) | undefined;
}

/** A checked request: its segments are spoken one after the other. */
export interface SpeechPlan {
  readonly segments: readonly PlannerRequest[];
  readonly settings: SamplingSettings;
}

/** What all segments of a piece of speech have in common. */
export interface SpeechForm {
  readonly checkpoint: Checkpoint;
  readonly limits: EngineLimits;
  readonly layout: TextLayout;
  readonly settings: SamplingSettings;
  readonly voice: ResolvedVoice;
  /** Of a base model, with the text ids of its recording. */
  readonly cloned: Voice | undefined;
  readonly transcript: readonly number[];
  readonly instruct: string | undefined;
  readonly priority: number;
  readonly codesOnly: boolean;
  readonly isGuarded: boolean;
}

/** Prompts of the official models end here; a text of this size would overflow every one. */
export const CHARACTERS_MAX = 1_000_000;

/**
 * Turns a text and options into requests for the planner.
 *
 * @throws {VoxfuseError} as speechForm(); ERR_TEXT_EMPTY, ERR_TEXT_TOO_LONG.
 */
export function planSpeech(
  checkpoint: Checkpoint,
  limits: EngineLimits,
  text: string,
  options: SpeakOptions,
): SpeechPlan {
  const form = speechForm(checkpoint, limits, options);
  const segments = segmentsOf(checkpoint, text).map((words, segment) =>
    segmentRequest(form, encodePrompt(checkpoint.tokenizer, words, form.instruct), segment),
  );
  return { segments, settings: form.settings };
}

/**
 * Checks everything about a piece of speech but its text.
 *
 * @throws {VoxfuseError} ERR_VOICE_REQUIRED, ERR_VOICE_MODEL, ERR_CLONING_UNSUPPORTED,
 *   ERR_INSTRUCTION_UNSUPPORTED, ERR_INSTRUCTION_REQUIRED, ERR_LAYOUT_UNSUPPORTED,
 *   ERR_UNKNOWN_VOICE, ERR_UNKNOWN_LANGUAGE, ERR_SAMPLING_RANGE, ERR_INVALID_ARGUMENT.
 */
export function speechForm(
  checkpoint: Checkpoint,
  limits: EngineLimits,
  options: SpeakOptions,
): SpeechForm {
  checkModel(checkpoint, options);
  const { tokenizer } = checkpoint;
  const cloned = clonedVoice(checkpoint, options.voice);
  const usual = cloned === undefined ? "nonStreaming" : "streaming";
  const said = cloned?.transcript ?? null;
  return {
    checkpoint,
    limits,
    layout: layoutOf(checkpoint, options.layout ?? usual),
    priority: whole("priority", options.priority ?? 0, -100, 100),
    codesOnly: !flag("audio", options.audio ?? true),
    isGuarded: flag("guard", options.guard ?? options.maxNewTokens === undefined),
    settings: resolveSampling(options, checkpoint.config.generation),
    voice: voiceOf(checkpoint, options),
    cloned,
    transcript: said === null ? [] : encodeTranscript(tokenizer, said),
    instruct: options.instruct,
  };
}

/**
 * The request for one segment.
 *
 * @throws {VoxfuseError} ERR_TEXT_EMPTY, ERR_TEXT_TOO_LONG.
 */
export function segmentRequest(
  form: SpeechForm,
  tokens: PromptTokens,
  segment: number,
): PlannerRequest {
  const { cloned, transcript } = form;
  const continued = cloned && { frames: cloned.codes?.frames ?? 0, transcript };
  const prompt = buildPrompt(form.checkpoint.config, tokens, form.voice, form.layout, continued);
  checkLength(prompt.rows.length / 2, prompt.trailing.length, form.limits);
  return {
    promptRows: prompt.rows,
    promptExtras: prompt.extras,
    voice: cloned && plannerVoice(cloned),
    trailing: prompt.trailing,
    textOpen: false,
    ...form.settings,
    segment,
    priority: form.priority,
    vocodeFrames: 0,
    codesOnly: form.codesOnly,
  };
}

/** A request that turns given codes into PCM. */
export function planVocode(frames: number, priority: number): PlannerRequest {
  const greedy = { doSample: false, temperature: 1, topK: 0, topP: 1 };
  return {
    promptRows: new Int32Array(0),
    trailing: new Uint32Array(0),
    textOpen: false,
    talker: greedy,
    predictor: greedy,
    repetitionPenalty: 1,
    maxNewTokens: 1,
    minNewTokens: 0,
    seed: 0,
    segment: 0,
    priority,
    vocodeFrames: frames,
    codesOnly: false,
  };
}

/** Codes of whole frames within the codebooks. */
export function checkCodes(
  codes: unknown,
  { config }: Checkpoint,
  limits: EngineLimits,
): Uint32Array {
  if (!(codes instanceof Uint32Array)) throw invalid("codes", typeof codes, "a Uint32Array");
  const { codeGroups, codec } = config;
  const frames = codes.length / codeGroups;
  if (!Number.isInteger(frames) || frames < 1 || frames > limits.framesMax) {
    throw new VoxfuseError(
      "ERR_CODES_RANGE",
      `${codes.length} codes were given; give ${codeGroups} for each of 1 to ${limits.framesMax} ` +
        "frames, frame by frame.",
    );
  }
  const index = codes.findIndex((code) => code >= codec.codebookSize);
  if (index >= 0) {
    throw new VoxfuseError(
      "ERR_CODES_RANGE",
      `Code ${quote(codes[index])} at index ${index} is not below ${codec.codebookSize}, ` +
        "the size of a codebook.",
    );
  }
  return codes;
}

function checkModel({ config }: Checkpoint, { instruct }: SpeakOptions): void {
  if (instruct === undefined && config.type === "voice_design") {
    throw new VoxfuseError(
      "ERR_INSTRUCTION_REQUIRED",
      "This model designs its voice from words; describe the voice in `instruct`.",
    );
  }
  if (instruct === undefined) return;
  if (typeof instruct !== "string") throw invalid("instruct", instruct, "a string");
  if (!config.takesInstructions) {
    throw new VoxfuseError(
      "ERR_INSTRUCTION_UNSUPPORTED",
      "This model was not trained on instructions and would ignore one; leave `instruct` out.",
    );
  }
}

function layoutOf({ hints }: Checkpoint, given: unknown): TextLayout {
  const layout = choice("layout", given, TEXT_LAYOUTS);
  if (hints.textLayout === null || layout === hints.textLayout) return layout;
  throw new VoxfuseError(
    "ERR_LAYOUT_UNSUPPORTED",
    `This voice was trained for the layout ${hints.textLayout} alone and speaks no words in ` +
      `${layout}; leave \`layout\` out.`,
  );
}

/** The voice of a base model, which has none of its own; undefined for other models. */
function clonedVoice(checkpoint: Checkpoint, voice: unknown): Voice | undefined {
  const { config, folder } = checkpoint;
  if (config.cloning === null) {
    if (!(voice instanceof Voice)) return undefined;
    throw new VoxfuseError(
      "ERR_CLONING_UNSUPPORTED",
      `The model in ${folder} is of type ${config.type} and speaks with its own voices: name ` +
        "one of them, or load the Base model that the voice was made with.",
    );
  }
  if (!(voice instanceof Voice)) {
    throw new VoxfuseError(
      "ERR_VOICE_REQUIRED",
      `The model in ${folder} is a base model, which has no voice of its own. Make one of a ` +
        "recording with createVoice(), or read one with Voice.load(), and give it as `voice`.",
    );
  }
  checkVoiceModel(voice.model, voiceModelOf(checkpoint));
  return voice;
}

function plannerVoice({ embedding, codes }: Voice): PlannerVoice {
  return { embedding, codes: codes?.data ?? new Uint32Array(0), frames: codes?.frames ?? 0 };
}

function voiceOf({ config, hints }: Checkpoint, options: SpeakOptions): ResolvedVoice {
  const { voice, language } = options;
  const name = voice instanceof Voice ? undefined : voice;
  if (name !== undefined && typeof name !== "string") {
    throw invalid("voice", name, "a name or a Voice");
  }
  if (language !== undefined && typeof language !== "string") {
    throw invalid("language", language, "a string");
  }
  const [firstSpeaker] = config.speakers.keys();
  const [firstLanguage = AUTO_LANGUAGE] = config.languages.keys();
  const ownLanguage = config.languages.size === 1 ? firstLanguage : AUTO_LANGUAGE;
  const speaker = name ?? hints.defaultVoice ?? firstSpeaker;
  return resolveVoice(config, speaker, language ?? ownLanguage);
}

/** A text in pieces that the voice can speak in one go. */
export function segmentsOf({ hints }: Checkpoint, text: unknown): string[] {
  if (typeof text !== "string") throw invalid("text", text, "a string");
  if (text.length > CHARACTERS_MAX) {
    throw new VoxfuseError(
      "ERR_TEXT_TOO_LONG",
      `The text has ${text.length} characters, at most ${CHARACTERS_MAX} are taken. Split it.`,
    );
  }
  const normal = normaliseText(text);
  if (hints.charactersMax === null) return [spelledFor(hints, normal)];
  return splitText(normal, hints.charactersMax, (sentence) => spelledFor(hints, sentence));
}

/** Text as the voice was taught to read it. */
export function spelledFor({ writeOutNumbers: language }: VoiceHints, text: string): string {
  return language === "en" ? writeOutNumbers(text) : text;
}

function checkLength(rows: number, trailing: number, limits: EngineLimits): void {
  if (rows <= limits.promptMax && trailing <= limits.textMax) return;
  throw new VoxfuseError(
    "ERR_TEXT_TOO_LONG",
    `Text and instruction make ${Math.max(rows, trailing)} rows of text tokens; ` +
      `${limits.promptMax} fit. Split the text and speak the parts one after the other.`,
  );
}
