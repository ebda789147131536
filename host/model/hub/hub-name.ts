import { quote } from "../../errors/quote.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";

const HUB_NAME = /^(?<owner>[\w.-]+)\/(?<name>[\w.-]+)(?:@(?<revision>[\w.-]+))?$/;

/** A model as the hub names it. */
export interface HubName {
  /** "org/name" */
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** `org/name` or `org/name@revision`, whose default is main; undefined for anything else. */
export function parseHubName(text: string): HubName | undefined {
  const found = HUB_NAME.exec(text)?.groups;
  const { owner = "", name = "", revision = "main" } = found ?? {};
  // Names become folders: no part may be a step upwards.
  if (found === undefined || [owner, name, revision].some((part) => /^\.+$/.test(part))) {
    return undefined;
  }
  return { name: `${owner}/${name}`, revision };
}

/** @throws {VoxfuseError} ERR_INVALID_ARGUMENT */
export function requireHubName(text: unknown): HubName {
  const parsed = typeof text === "string" ? parseHubName(text) : undefined;
  if (parsed !== undefined) return parsed;
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `${quote(text)} names no model of the hub; give org/name or org/name@revision, such as ` +
      "Qwen/Qwen3-TTS-12Hz-0.6B-CustomVoice.",
  );
}
