import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { HubFile } from "./listing.ts";

/** A hash that comes to the file's own once its bytes went in. */
export function hashFor({ hash, bytes }: HubFile): Hash {
  if (hash.algorithm === "sha256") return createHash("sha256");
  return createHash("sha1").update(`blob ${bytes}\0`); // as git hashes a file
}

/** What the bytes at `path` come to, in hexadecimal digits. */
export async function hashOf(path: string, file: HubFile): Promise<string> {
  const hash = hashFor(file);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
