import { setMaxListeners } from "node:events";
import { mkdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { missingFiles } from "../required-files.ts";
import { CacheFolder, sizeOf } from "./cache-folder.ts";
import { PATIENCE, download } from "./download.ts";
import type { Patience } from "./download.ts";
import { hashOf } from "./file-hash.ts";
import { requireHubName } from "./hub-name.ts";
import type { HubName } from "./hub-name.ts";
import { resolvePlace } from "./hub-options.ts";
import type { HubPlace, ResolvedPlace } from "./hub-options.ts";
import { listFilesOf } from "./listing.ts";
import type { HubFile, HubListing } from "./listing.ts";
import { withLock } from "./lock.ts";
import { writing } from "./writing.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** Of all files, what was there before included. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly filesDone: number;
  readonly filesTotal: number;
}

export interface GetModelOptions extends HubPlace {
  /** Files at once, 1 to 16. Default 4. */
  readonly parallel?: number | undefined;
  /** Whether files that are there already are hashed once more. Default false. */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** How patient it is with a hub that fails. Default: 5 attempts, 30 s without a byte. */
  readonly patience?: Partial<Patience> | undefined;
}

/** A model in the cache. */
export interface GotModel {
  readonly name: string;
  /** 40 hex digits. */
  readonly commit: string;
  /** Its folder, for `model` of Voxfuse.load(). */
  readonly folder: string;
  readonly bytes: number;
  /** Of them, what had to be downloaded. */
  readonly bytesDownloaded: number;
}

const PARALLEL_MAX = 16;

/**
 * Downloads a model of the hub into the cache that Voxfuse.load() finds it in, or what is missing
 * of it: only the files that speaking needs. What a cut download left is gone on with; each file's
 * size and hash are those that the hub lists, or it is not kept. Only then is the revision set to
 * what came, so that a model is never half there under its name.
 *
 * @param name org/name or org/name@revision.
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT; ERR_MODEL_NOT_FOUND; ERR_OFFLINE where it would have
 *   to be downloaded; ERR_DOWNLOAD_REFUSED, ERR_DOWNLOAD_FAILED, ERR_DOWNLOAD_CORRUPT,
 *   ERR_CACHE_NOT_WRITABLE; the signal's own reason when aborted.
 */
export async function getModel(name: string, options: GetModelOptions = {}): Promise<GotModel> {
  const hub = requireHubName(name);
  const place = resolvePlace(options);
  const parallel = options.parallel ?? 4;
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > PARALLEL_MAX) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `parallel is ${String(parallel)}; it must be an integer from 1 to ${PARALLEL_MAX}.`,
    );
  }
  options.signal?.throwIfAborted();
  const folder = new CacheFolder(place.cache, hub.name);
  if (place.isOffline) return cached(folder, hub);
  // One failure ends the other downloads.
  const ending = new AbortController();
  const stop = (error: unknown): void => {
    ending.abort(error);
  };
  const abort = (): void => {
    stop(options.signal?.reason);
  };
  options.signal?.addEventListener("abort", abort);
  setMaxListeners(PARALLEL_MAX + 4, ending.signal); // one a file, and those that wait
  try {
    const { signal } = ending;
    const patience = { ...PATIENCE, ...options.patience };
    const listing = await listPatiently(hub, place, signal, patience.listMs);
    return await withLock(folder.lock, signal, () =>
      new Fetching({ hub, place, folder, listing, patience, signal, stop, options }).run(parallel),
    );
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

async function listPatiently(
  hub: HubName,
  { endpoint, token }: ResolvedPlace,
  signal: AbortSignal,
  listMs: number,
): Promise<HubListing> {
  const asking = new AbortController();
  const timer = setTimeout(() => {
    asking.abort();
  }, listMs);
  const abort = (): void => {
    asking.abort(signal.reason);
  };
  signal.addEventListener("abort", abort);
  try {
    return await listFilesOf(hub, { endpoint, token, signal: asking.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!asking.signal.aborted) throw error; // it did answer
    throw new VoxfuseError(
      "ERR_DOWNLOAD_FAILED",
      `The hub at ${endpoint} did not list ${hub.name} within ${listMs} ms. Try again later.`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** What the cache has of a model, without asking anybody. */
async function cached(folder: CacheFolder, { name, revision }: HubName): Promise<GotModel> {
  const refs = await folder.refs();
  const [commit = revision] = [...refs].find(([, names]) => names.includes(revision)) ?? [];
  const snapshot = folder.snapshot(commit);
  const missing = await missingFiles(snapshot);
  if (missing.length === 0) {
    const bytes = await folder.bytes();
    return { name, commit, folder: snapshot, bytes, bytesDownloaded: 0 };
  }
  throw new VoxfuseError(
    "ERR_OFFLINE",
    `${name} at ${revision} is not whole in the cache (${missing.join(", ")} missing from ` +
      `${snapshot}), and downloads are switched off. Allow them: leave --offline and ` +
      "HF_HUB_OFFLINE out.",
  );
}

interface FetchingParts {
  readonly hub: HubName;
  readonly place: ResolvedPlace;
  readonly folder: CacheFolder;
  readonly listing: HubListing;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Aborts the signal. */
  readonly stop: (error: unknown) => void;
  readonly options: GetModelOptions;
}

/** One model on its way into the cache. */
class Fetching {
  readonly #parts: FetchingParts;
  /** Bytes of each file that are there. */
  readonly #bytes = new Map<HubFile, number>();
  #filesDone = 0;
  #downloaded = 0;

  constructor(parts: FetchingParts) {
    this.#parts = parts;
  }

  async run(parallel: number): Promise<GotModel> {
    const { hub, folder, listing, stop } = this.#parts;
    const { commit, files } = listing;
    await this.#checkSpace();
    // The largest first: at the end none of them is left alone.
    const queue = files.toSorted((a, b) => b.bytes - a.bytes);
    const work = async (): Promise<void> => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        await this.#fetch(file);
      }
    };
    await allOrFirstError(Array.from({ length: parallel }, work), stop);
    await folder.setRef(hub.revision, commit);
    const snapshot = folder.snapshot(commit);
    const missing = await missingFiles(snapshot);
    if (missing.length > 0) {
      throw new VoxfuseError(
        "ERR_MODEL_FILE_MISSING",
        `${hub.name} on the hub has no ${missing.join(", ")}: it is not a Qwen3-TTS checkpoint.`,
      );
    }
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { name: hub.name, commit, folder: snapshot, bytes, bytesDownloaded: this.#downloaded };
  }

  async #fetch(file: HubFile): Promise<void> {
    const { hub, place, folder, listing, patience, signal } = this.#parts;
    if (!(await this.#isThere(file))) {
      const path = file.path.split("/").map(encodeURIComponent).join("/");
      const partial = folder.partial(file);
      const before = await sizeOf(partial);
      await download({
        file,
        url: `${place.endpoint}/${hub.name}/resolve/${listing.commit}/${path}`,
        name: hub.name,
        token: place.token,
        partial,
        target: folder.blob(file),
        patience,
        signal,
        onBytes: (bytes) => {
          this.#report(file, bytes);
        },
      });
      this.#downloaded += Math.max(0, file.bytes - before);
    }
    await folder.link(listing.commit, file);
    this.#filesDone += 1;
    this.#report(file, file.bytes);
  }

  /** Whether a file's blob is there, of its size and, where that is asked for, with its hash. */
  async #isThere(file: HubFile): Promise<boolean> {
    const { folder, options } = this.#parts;
    const blob = folder.blob(file);
    if ((await sizeOf(blob)) === file.bytes && file.bytes > 0) {
      if (options.verify !== true || (await hashOf(blob, file)) === file.hash.hex) return true;
    }
    await writing(blob, () => rm(blob, { force: true }));
    return false;
  }

  #report(file: HubFile, bytes: number): void {
    const { listing, options, signal } = this.#parts;
    this.#bytes.set(file, bytes);
    if (signal.aborted) return;
    options.onProgress?.({
      bytesDone: [...this.#bytes.values()].reduce((sum, each) => sum + each, 0),
      bytesTotal: listing.files.reduce((sum, each) => sum + each.bytes, 0),
      filesDone: this.#filesDone,
      filesTotal: listing.files.length,
    });
  }

  /** @throws {VoxfuseError} ERR_CACHE_NOT_WRITABLE when what is to come has no room. */
  async #checkSpace(): Promise<void> {
    const { folder, listing, hub } = this.#parts;
    await writing(folder.path, () => mkdir(join(folder.path, "blobs"), { recursive: true }));
    let wanted = 0;
    for (const file of listing.files) {
      const held = (await sizeOf(folder.blob(file))) + (await sizeOf(folder.partial(file)));
      wanted += Math.max(0, file.bytes - held);
    }
    const { bavail, bsize } = await statfs(folder.path);
    if (wanted <= bavail * bsize) return;
    const [needs, has] = [wanted, bavail * bsize].map((bytes) => (bytes / 1e9).toFixed(2));
    throw new VoxfuseError(
      "ERR_CACHE_NOT_WRITABLE",
      `${hub.name} needs ${needs ?? ""} GB more; ${folder.path} has ${has ?? ""} GB. Make room, ` +
        "or name another cache by HF_HUB_CACHE.",
    );
  }
}

/** All of it done, or the first error once none of it is at work any more. */
async function allOrFirstError(
  work: readonly Promise<void>[],
  stop: (error: unknown) => void,
): Promise<void> {
  const errors: unknown[] = [];
  const ended = work.map((each) =>
    each.catch((error: unknown) => {
      errors.push(error);
      stop(error);
    }),
  );
  await Promise.all(ended);
  if (errors.length > 0) throw errors[0];
}
