import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { isRecord } from "../json-fields.ts";
import { EMBEDDED_VOICE, locateModel } from "../locate.ts";
import { missingFiles } from "../required-files.ts";
import { CacheFolder, bytesIn, namesInCache } from "./cache-folder.ts";
import { requireHubName } from "./hub-name.ts";
import { cacheOf } from "./hub-options.ts";
import type { HubPlace } from "./hub-options.ts";

const MODEL_TYPE = "qwen3_tts";

/** A model that is on this machine. */
export interface ListedModel {
  /** As `model` of Voxfuse.load() takes it. */
  readonly name: string;
  /** 40 hex digits; empty for the embedded voice, and where nothing is whole yet. */
  readonly commit: string;
  /** Branches and tags that are this commit. */
  readonly revisions: readonly string[];
  readonly folder: string;
  readonly bytes: number;
  /** Whether every file is there; getModel() fetches those that are not. */
  readonly isWhole: boolean;
}

/** The embedded voice and the Qwen3-TTS models of the cache, cut downloads included. */
export async function listModels(options: Pick<HubPlace, "cache"> = {}): Promise<ListedModel[]> {
  const cache = cacheOf(options);
  const own = locateModel(undefined);
  const listed: ListedModel[] = [
    {
      name: EMBEDDED_VOICE,
      commit: "",
      revisions: [],
      folder: own,
      bytes: await bytesIn(own),
      isWhole: true,
    },
  ];
  for (const name of await namesInCache(cache)) {
    listed.push(...(await modelsIn(new CacheFolder(cache, name), name)));
  }
  return listed;
}

async function modelsIn(folder: CacheFolder, name: string): Promise<ListedModel[]> {
  const refs = await folder.refs();
  const commits = await folder.commits();
  const listed: ListedModel[] = [];
  for (const commit of commits) {
    const snapshot = folder.snapshot(commit);
    if (!(await isSpeechModel(snapshot))) continue;
    const isWhole = (await missingFiles(snapshot)).length === 0;
    const bytes = await bytesIn(snapshot);
    const revisions = refs.get(commit) ?? [];
    listed.push({ name, commit, revisions, folder: snapshot, bytes, isWhole });
  }
  // Cut before its configuration was there: nothing but its name says what it is.
  const bytes = listed.length > 0 ? 0 : await folder.partialBytes();
  if (bytes > 0 && /tts/i.test(name)) {
    listed.push({ name, commit: "", revisions: [], folder: folder.path, bytes, isWhole: false });
  }
  return listed;
}

async function isSpeechModel(folder: string): Promise<boolean> {
  try {
    const config: unknown = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    return isRecord(config) && config["model_type"] === MODEL_TYPE;
  } catch {
    return false;
  }
}

/**
 * Removes a model of the hub from the cache, all revisions of it; returns the bytes that it took.
 *
 * @param name org/name
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT, ERR_MODEL_NOT_FOUND, ERR_CACHE_NOT_WRITABLE.
 */
export async function removeModel(
  name: string,
  options: Pick<HubPlace, "cache"> = {},
): Promise<number> {
  const hub = requireHubName(name);
  if (name.includes("@")) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `${name} names a revision; a model is removed whole: give ${hub.name}.`,
    );
  }
  const cache = cacheOf(options);
  if (!(await namesInCache(cache)).includes(hub.name)) {
    throw new VoxfuseError("ERR_MODEL_NOT_FOUND", `${hub.name} is not in the cache at ${cache}.`);
  }
  const folder = new CacheFolder(cache, hub.name);
  const bytes = await folder.bytes();
  await folder.remove();
  return bytes;
}
