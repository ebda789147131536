#!/usr/bin/env node
// protocol.json → every generated file. `--check` writes nothing and fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { assemblyScript } from "./generator/assemblyscript.js";
import { binder, opTable, opsCmake, protocolHeader } from "./generator/cpp.js";
import { loadSchema } from "./generator/schema.js";
import { typeScript } from "./generator/typescript.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const TABLE_BEGIN = "<!-- op table: generated -->";
const TABLE_END = "<!-- end of op table -->";

/** kernels/README.md with its op table replaced; the rest of the page is written by hand. */
function readmeWithTable(schema) {
  const path = join(root, "kernels/README.md");
  const page = readIfThere(path) ?? `# Kernels\n\n${TABLE_BEGIN}\n${TABLE_END}\n`;
  const begin = page.indexOf(TABLE_BEGIN);
  const end = page.indexOf(TABLE_END);
  if (begin < 0 || end < begin) throw new Error(`${path}: the op table's markers are missing`);
  const table = `<!-- prettier-ignore-start -->\n${opTable(schema)}<!-- prettier-ignore-end -->`;
  return `${page.slice(0, begin + TABLE_BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

const schema = loadSchema(join(root, "shared/protocol.json"));
const files = {
  "shared/gen/protocol.hpp": protocolHeader(schema),
  "shared/gen/protocol.ts": typeScript(schema),
  "shared/gen/protocol.as.ts": assemblyScript(schema),
  "cuda-sidecar/gen/bind.hpp": binder(schema),
  "cuda-sidecar/gen/ops.cmake": opsCmake(schema),
  "kernels/README.md": readmeWithTable(schema),
};

const check = process.argv.includes("--check");
const stale = Object.entries(files).filter(
  ([path, text]) => readIfThere(join(root, path)) !== text,
);
for (const [path, text] of stale) {
  if (check) {
    console.error(`${path} is stale: run npm run gen`);
  } else {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
if (check && stale.length > 0) process.exitCode = 1;
