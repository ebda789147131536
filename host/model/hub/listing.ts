import { quote } from "../../errors/quote.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import type { HubName } from "./hub-name.ts";
import type { ResolvedPlace } from "./hub-options.ts";

/** How a file's contents are told: SHA-256 for large ones, git's blob hash for the others. */
export interface FileHash {
  readonly algorithm: "sha256" | "git";
  readonly hex: string;
}

/** One file of a model on the hub. */
export interface HubFile {
  /** Relative to the model, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly hash: FileHash;
}

/** The files of one commit. */
export interface HubListing {
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** Files that a checkpoint is read from, and those that say what it is. */
const WANTED =
  /^(?:speech_tokenizer\/)?[\w][\w.-]*\.(?:json|txt|safetensors)$|^(?:LICENSE|README\.md)$/;
const FILES_MAX = 1000;

export interface ListingOptions extends Pick<ResolvedPlace, "endpoint" | "token"> {
  readonly signal: AbortSignal;
}

/**
 * Asks the hub for the commit of a revision and for those of its files that speaking needs.
 *
 * @throws {VoxfuseError} ERR_MODEL_NOT_FOUND, ERR_DOWNLOAD_REFUSED; ERR_DOWNLOAD_FAILED, also for
 *   an answer that makes no sense; the signal's reason.
 */
export async function listFilesOf(hub: HubName, options: ListingOptions): Promise<HubListing> {
  const { listFiles, modelInfo } = await import("@huggingface/hub");
  const { name, revision } = hub;
  const { endpoint: hubUrl, token, signal } = options;
  const asked = {
    hubUrl,
    ...(token === undefined ? {} : { accessToken: token }),
    fetch: (url: string | URL | Request, init?: RequestInit) => fetch(url, { ...init, signal }),
  };
  try {
    const { sha } = await modelInfo({ name, revision, additionalFields: ["sha"], ...asked });
    const commit = checkedCommit(sha);
    const files: HubFile[] = [];
    const listed = listFiles({
      repo: { type: "model", name },
      revision: commit,
      recursive: true,
      ...asked,
    });
    for await (const { type, path, size, oid, lfs } of listed) {
      if (type !== "file" || !WANTED.test(path)) continue;
      files.push({ path, bytes: checkedSize(lfs?.size ?? size), hash: checkedHash(oid, lfs?.oid) });
      if (files.length > FILES_MAX) throw senseless(`more than ${FILES_MAX} files`);
    }
    if (new Set(files.map(({ path }) => path)).size < files.length) throw senseless("a file twice");
    if (files.some(({ path }) => path === "config.json")) return { commit, files };
    throw new VoxfuseError("ERR_MODEL_NOT_FOUND", `${name} has no config.json at ${revision}.`);
  } catch (error) {
    signal.throwIfAborted();
    throw hubError(error, hub, token !== undefined);
  }
}

function checkedCommit(sha: unknown): string {
  if (typeof sha === "string" && /^[0-9a-f]{40}$/.test(sha)) return sha;
  throw senseless(`the commit ${quote(sha)}`);
}

function checkedSize(size: unknown): number {
  if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
  throw senseless(`a file of ${quote(size)} bytes`);
}

function checkedHash(oid: unknown, lfsOid: unknown): FileHash {
  if (typeof lfsOid === "string" && /^[0-9a-f]{64}$/.test(lfsOid)) {
    return { algorithm: "sha256", hex: lfsOid };
  }
  if (lfsOid === undefined && typeof oid === "string" && /^[0-9a-f]{40}$/.test(oid)) {
    return { algorithm: "git", hex: oid };
  }
  throw senseless(`the hash ${quote(lfsOid ?? oid)}`);
}

function senseless(what: string): VoxfuseError {
  return new VoxfuseError(
    "ERR_DOWNLOAD_FAILED",
    `The hub answered with ${what}, which makes no sense. Look whether the endpoint is a hub.`,
  );
}

/** What went wrong, in terms of the model that was asked for. */
function hubError(error: unknown, { name, revision }: HubName, hasToken: boolean): VoxfuseError {
  if (error instanceof VoxfuseError) return error;
  const status = statusOf(error);
  if (status === 401 || status === 403) return refused(name, hasToken);
  const options = { cause: error };
  if (status === 404) {
    const message = `The hub has no model ${name} with a revision ${revision}.`;
    return new VoxfuseError("ERR_MODEL_NOT_FOUND", message, options);
  }
  const said = error instanceof Error ? error.message : String(error);
  return new VoxfuseError(
    "ERR_DOWNLOAD_FAILED",
    `The hub could not be asked for ${name} (${said}). Look whether the endpoint can be reached ` +
      "from here, and try again.",
    options,
  );
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return undefined;
  return typeof error.statusCode === "number" ? error.statusCode : undefined;
}

/** The hub does not give a model to whoever this is; it says so of names it does not have, too. */
export function refused(name: string, hasToken: boolean): VoxfuseError {
  const advice = hasToken
    ? "the token may not read it: accept the model's terms on the hub, or use another token"
    : "it may be private, gated or misspelt: check the name, or give a token (HF_TOKEN)";
  return new VoxfuseError("ERR_DOWNLOAD_REFUSED", `The hub refuses ${name}; ${advice}.`);
}
