import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { JsonFields } from "./json-fields.ts";
import { isNotFound, missingFile } from "./read-file.ts";

const FILE = "voice.json";

/** What a voice's makers know about it that the released file layout has no place for. */
export interface VoiceHints {
  /** Of the voice, for people. Null: the voice has no voice.json. */
  readonly name: string | null;
  /** Speaker to take when the caller names none. */
  readonly defaultVoice: string | null;
  /** Longest text to speak in one go, in UTF-16 code units; longer is split. Null: no limit. */
  readonly charactersMax: number | null;
  /** Language in which digits are written out before they are spoken; null: leave them. */
  readonly writeOutNumbers: "en" | null;
  /** The only text layout that the voice was trained for; null: both. */
  readonly textLayout: "nonStreaming" | "streaming" | null;
}

/** Hints of a model without voice.json. */
export const NO_HINTS: VoiceHints = {
  name: null,
  defaultVoice: null,
  charactersMax: null,
  writeOutNumbers: null,
  textLayout: null,
};

/**
 * Reads `voice.json` beside a model's files; NO_HINTS where there is none. Other fields
 * (licence, sources) are for people.
 *
 * @throws {VoxfuseError} ERR_MODEL_CONFIG for a malformed file.
 */
export async function readVoiceHints(folder: string): Promise<VoiceHints> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), "utf8");
  } catch (error) {
    if (isNotFound(error)) return NO_HINTS;
    throw missingFile(folder, FILE, error);
  }
  return parseVoiceHints(text);
}

/** The hints in the text of a voice.json. Any field may be left out. */
export function parseVoiceHints(text: string): VoiceHints {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: null is refused below as not an object.
  }
  const fields = new JsonFields(FILE, json);
  const optional = <T>(name: string, read: (name: string) => T): T | null =>
    fields.has(name) ? read(name) : null;
  return {
    name: optional("name", (name) => fields.string(name)),
    defaultVoice: optional("default_voice", (name) => fields.string(name)),
    charactersMax: optional("characters_max", (name) => fields.integer(name, 16, 1 << 20)),
    writeOutNumbers: optional("write_out_numbers", (name) => fields.oneOf(name, ["en"])),
    textLayout: optional("text_layout", (name) =>
      fields.oneOf(name, ["nonStreaming", "streaming"]),
    ),
  };
}
