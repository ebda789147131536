import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { parseHubName } from "./hub/hub-name.ts";
import { hubCache } from "./hub/hub-options.ts";
import type { Environment } from "./hub/hub-options.ts";
import { isRecord } from "./json-fields.ts";

export const EMBEDDED_VOICE = "aviary";

/**
 * The folder of a model's files, as an absolute path.
 *
 * `model` is a folder; or an embedded voice's name; or a hub name `org/name` (or
 * `org/name@revision`) that is already in the Hugging Face cache: nothing is downloaded. Without
 * it, the embedded voice. A folder wins over a hub name that looks the same.
 *
 * @throws {VoxfuseError} ERR_MODEL_NOT_FOUND, with the places that were tried.
 */
export function locateModel(model?: string, env: Environment = process.env): string {
  const voices = join(packageRoot(), "voices");
  const name = model ?? EMBEDDED_VOICE;
  const tried: string[] = [];

  const places = [...(model === undefined ? [] : [resolve(name)])];
  if (/^[\w-]+$/.test(name)) places.push(join(voices, name));
  for (const place of places) {
    if (existsSync(join(place, "config.json"))) return place;
    tried.push(isFolder(place) ? `${place} (a folder without config.json)` : place);
  }
  const hub = parseHubName(name);
  if (hub !== undefined) {
    const repository = join(hubCache(env), `models--${hub.name.replace("/", "--")}`);
    const snapshot = snapshotOf(repository, hub.revision);
    if (snapshot !== undefined) return snapshot;
    tried.push(repository);
  }
  throw new VoxfuseError(
    "ERR_MODEL_NOT_FOUND",
    `No model ${quote(name)}; tried ${tried.length > 0 ? tried.join(", ") : "nothing"}. ` +
      "Give a checkpoint folder, a hub name such as Qwen/Qwen3-TTS-12Hz-0.6B-CustomVoice that " +
      "`voxfuse models get` has brought into the Hugging Face cache, or leave it out for the " +
      `embedded voice ${EMBEDDED_VOICE}.`,
  );
}

/** The nearest folder above this file whose package.json is voxfuse's own. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (isPackageRoot(folder)) return folder;
    if (folder === dirname(folder)) {
      throw new VoxfuseError(
        "ERR_MODEL_NOT_FOUND",
        "voxfuse's own package.json is not above its code, so the embedded voice cannot be " +
          "found. Install the package whole, or name a model folder.",
      );
    }
  }
}

function isPackageRoot(folder: string): boolean {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  return isRecord(json) && json["name"] === "voxfuse";
}

/** `revision` is a branch or tag with a ref file, or a commit hash with a snapshot of its own. */
function snapshotOf(repository: string, revision: string): string | undefined {
  const ref = join(repository, "refs", revision);
  const commit = existsSync(ref) && !isFolder(ref) ? readFileSync(ref, "utf8").trim() : revision;
  if (!/^[\w.-]+$/.test(commit) || /^\.+$/.test(commit)) return undefined;
  const snapshot = join(repository, "snapshots", commit);
  return existsSync(join(snapshot, "config.json")) ? snapshot : undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
