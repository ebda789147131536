import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./stages.js";

// Data beside the sources: many files, none of them an input of a build.
const SKIPPED_FOLDERS = new Set(["golden", "fixtures", "configs", "node_modules"]);

/**
 * A digest of a stage's settings and of the names, sizes and times of its inputs. Not of their
 * bytes: it is taken on every start, and must not be felt there.
 *
 * @param {import("./stages.js").Stage} stage
 */
export function fingerprint(stage) {
  const hash = createHash("sha256");
  hash.update(stage.settings?.() ?? "");
  for (const input of stage.inputs) {
    for (const path of filesUnder(input, stage.inputNames)) {
      const { size, mtimeMs } = statSync(join(ROOT, path));
      hash.update(`${path} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

/**
 * Deletes compiled files whose TypeScript source is gone: a deleted test must not run on.
 *
 * @param {string} root
 * @param {string} outputFolder relative to the root
 */
export function pruneOutputs(root, outputFolder) {
  for (const path of filesUnder(outputFolder, /\.(js|d\.ts|js\.map)$/)) {
    const source = path.slice(outputFolder.length + 1).replace(/\.(js|d\.ts|js\.map)$/, ".ts");
    if (!existsSync(join(root, source))) rmSync(join(root, path));
  }
}

/**
 * @param {string} path a file or folder, relative to the root; one that is missing has no files
 * @param {RegExp} names which files of a folder count; a file named directly always does
 * @returns {Generator<string>} paths relative to the root
 */
function* filesUnder(path, names) {
  const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (!stats) return;
  if (stats.isFile()) yield path;
  else yield* filesOf(path, names);
}

/**
 * @param {string} folder
 * @param {RegExp} names
 * @returns {Generator<string>}
 */
function* filesOf(folder, names) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) yield* filesOf(path, names);
    } else if (names.test(entry.name)) {
      yield path;
    }
  }
}
