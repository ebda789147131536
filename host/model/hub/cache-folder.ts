import { readdir, readFile, readlink, realpath, rename, rm, stat, symlink } from "node:fs/promises";
import { mkdir, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join, relative } from "node:path";
import { isNotFound } from "../read-file.ts";
import type { HubFile } from "./listing.ts";
import { writing } from "./writing.ts";

/** Of a blob that is not whole yet; the hub's own tools go on with it too. */
export const PARTIAL_SUFFIX = ".incomplete";
const FOLDER = /^models--(?<owner>[\w.-]+?)--(?<name>[\w.-]+)$/;

/** One model's folder in the cache, as the hub's own tools lay it out. */
export class CacheFolder {
  readonly path: string;
  readonly #cache: string;
  readonly #folder: string;

  /** @param name "org/name" */
  constructor(cache: string, name: string) {
    this.#cache = cache;
    this.#folder = `models--${name.replace("/", "--")}`;
    this.path = join(cache, this.#folder);
  }

  /** Where a file's bytes are, once they are all there. */
  blob({ hash }: HubFile): string {
    return join(this.path, "blobs", hash.hex);
  }

  partial(file: HubFile): string {
    return `${this.blob(file)}${PARTIAL_SUFFIX}`;
  }

  snapshot(commit: string): string {
    return join(this.path, "snapshots", commit);
  }

  /** Of whoever downloads into the folder. */
  get lock(): string {
    return join(this.#cache, ".locks", this.#folder, "voxfuse.lock");
  }

  /** The file of a snapshot becomes a link to its blob. */
  async link(commit: string, file: HubFile): Promise<void> {
    const at = join(this.snapshot(commit), file.path);
    const target = relative(dirname(at), this.blob(file));
    if ((await readlink(at).catch(() => undefined)) === target) return;
    await writing(at, async () => {
      await mkdir(dirname(at), { recursive: true });
      const temporary = `${at}.${randomUUID()}`;
      await symlink(target, temporary);
      await rename(temporary, at);
    });
  }

  /** From now on the revision is this commit. */
  async setRef(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const ref = join(this.path, "refs", revision);
    await writing(ref, async () => {
      await mkdir(dirname(ref), { recursive: true });
      const temporary = `${ref}.${randomUUID()}`;
      await writeFile(temporary, commit);
      await rename(temporary, ref);
    });
  }

  /** Revisions of each commit. */
  async refs(): Promise<Map<string, string[]>> {
    const byCommit = new Map<string, string[]>();
    for (const name of await namesIn(join(this.path, "refs"))) {
      const commit = await readFile(join(this.path, "refs", name), "utf8").catch(() => "");
      byCommit.set(commit.trim(), [...(byCommit.get(commit.trim()) ?? []), name]);
    }
    return byCommit;
  }

  commits(): Promise<string[]> {
    return namesIn(join(this.path, "snapshots"));
  }

  /** Bytes of what an interrupted download left. */
  async partialBytes(): Promise<number> {
    const names = await namesIn(join(this.path, "blobs"));
    const partials = names.filter((name) => name.endsWith(PARTIAL_SUFFIX));
    const sizes = partials.map((name) => sizeOf(join(this.path, "blobs", name)));
    return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Bytes of all there is, each blob once. */
  async bytes(): Promise<number> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = files.map(({ parentPath, name }) => sizeOf(join(parentPath, name)));
    return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  }

  async remove(): Promise<void> {
    await writing(this.path, async () => {
      // Out of everybody's sight at once, whatever happens while it goes.
      const hidden = join(this.#cache, `.removed-${randomUUID()}`);
      await rename(this.path, hidden);
      await rm(hidden, { recursive: true });
      await rm(dirname(this.lock), { recursive: true, force: true });
    });
  }
}

/** Models of the cache: "org/name". */
export async function namesInCache(cache: string): Promise<string[]> {
  const folders = (await namesIn(cache)).map((name) => FOLDER.exec(name)?.groups);
  return folders.flatMap((found) =>
    found === undefined ? [] : [`${found["owner"] ?? ""}/${found["name"] ?? ""}`],
  );
}

/** Bytes of a folder's files, links followed. */
export async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = await realpath(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (path !== undefined) sum += await sizeOf(path);
  }
  return sum;
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
