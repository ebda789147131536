import { listNames, quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

/** What a model can be asked to speak as and in; a ModelConfig fits. Names are lower case. */
export interface VoiceTables {
  readonly languages: ReadonlyMap<string, number>;
  readonly dialects: ReadonlyMap<string, number>;
  readonly speakers: ReadonlyMap<string, { readonly id: number; readonly dialect: string | null }>;
}

/** Rows of the codec embedding that say who speaks which language. */
export interface ResolvedVoice {
  /** Null: "auto", the model finds out. */
  readonly languageId: number | null;
  /** Null: no speaker row in the prompt. */
  readonly speakerId: number | null;
}

export const AUTO_LANGUAGE = "auto";

const LANGUAGE_OF_DIALECTS = "chinese";

/**
 * Looks up a speaker and a language by name, in any case.
 *
 * A speaker with a dialect speaks it when the language is chinese or auto; any other language that
 * is named wins over the dialect. Dialects themselves cannot be named.
 *
 * @throws {VoxfuseError} ERR_UNKNOWN_VOICE, ERR_UNKNOWN_LANGUAGE, with the names that exist.
 * Source: the official `generate`, language and dialect handling.
 */
export function resolveVoice(
  tables: VoiceTables,
  speakerName: string | undefined,
  languageName: string = AUTO_LANGUAGE,
): ResolvedVoice {
  const speaker =
    speakerName === undefined ? undefined : tables.speakers.get(speakerName.toLowerCase());
  if (speakerName !== undefined && speaker === undefined) {
    const known = listNames(tables.speakers.keys());
    const advice = tables.speakers.size > 0 ? "Name one of them." : "Leave the voice out.";
    throw new VoxfuseError(
      "ERR_UNKNOWN_VOICE",
      `No voice ${quote(speakerName)} in this model; its voices: ${known}. ${advice}`,
    );
  }
  const language = languageName.toLowerCase();
  const isAuto = language === AUTO_LANGUAGE;
  const languageId = isAuto ? null : tables.languages.get(language);
  if (languageId === undefined) {
    throw new VoxfuseError(
      "ERR_UNKNOWN_LANGUAGE",
      `No language ${quote(languageName)} in this model; name one of ` +
        `${listNames([AUTO_LANGUAGE, ...tables.languages.keys()], 24)}.`,
    );
  }
  const dialect = speaker?.dialect ?? null;
  const speaksDialect = dialect !== null && (isAuto || language === LANGUAGE_OF_DIALECTS);
  return {
    languageId: (speaksDialect ? tables.dialects.get(dialect) : undefined) ?? languageId,
    speakerId: speaker?.id ?? null,
  };
}

/** Whether and why an instruction belongs to a request; a ModelConfig fits. */
export interface InstructionRules {
  readonly type: string;
  readonly size: string;
  readonly takesInstructions: boolean;
}

/**
 * Refuses an instruction that the model would not follow. The official wrapper drops it silently,
 * which leaves the caller to wonder. A designed voice is nothing but its instruction, so it needs
 * one.
 *
 * @throws {VoxfuseError} ERR_INSTRUCTION_UNSUPPORTED, ERR_INSTRUCTION_REQUIRED.
 */
export function checkInstruction(model: InstructionRules, instruct: string | undefined): void {
  if (instruct !== undefined && !model.takesInstructions) {
    throw new VoxfuseError(
      "ERR_INSTRUCTION_UNSUPPORTED",
      `The instruction ${quote(instruct)} cannot be followed: a model of type ${model.type} and ` +
        `size ${model.size} takes none. Leave it out, or use a 1.7B CustomVoice or VoiceDesign ` +
        "model.",
    );
  }
  if (instruct === undefined && model.type === "voice_design") {
    throw new VoxfuseError(
      "ERR_INSTRUCTION_REQUIRED",
      "A voice_design model needs an instruction that describes the voice; give one, for example " +
        '"A calm, warm adult voice."',
    );
  }
}
