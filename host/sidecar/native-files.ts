import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NATIVE_FOLDER = "build/native/bin";

/** The nearest folder above this file that has a package.json: compiled or not, the package's. */
function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) return folder;
    folder = parent;
  }
  return folder;
}

const ROOT = findRoot();

/** Where the native build leaves `name`; it need not be there. */
export function nativePath(name: string): string {
  return join(ROOT, NATIVE_FOLDER, name);
}

/** The package's own version, for the sidecar's log. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const has = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return has && typeof manifest.version === "string" ? manifest.version : "0.0.0";
}
