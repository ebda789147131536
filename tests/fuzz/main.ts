// Has the readers of one kind of file meet spoiled ones, and says what they answered:
//
//   node build/js/tests/fuzz/main.js FORMAT [INPUTS] [FIRST_SEED]
//
// Exits with 1 when one met anything but a file that can be read or an error of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { hushDecoders } from "../support/hush-decoders.ts";
import type { FormatName } from "./formats.ts";
import { FORMATS } from "./formats.ts";
import { meet } from "./meet.ts";

const [name = "", count = "1000000", first = "0"] = process.argv.slice(2);
if (!Object.hasOwn(FORMATS, name)) {
  console.error(`Name a format: ${Object.keys(FORMATS).join(", ")}.`);
  process.exit(2);
}
hushDecoders();
process.title = `fuzz_${name}`;
const folder = mkdtempSync(join(tmpdir(), "voxfuse-fuzz-"));
try {
  const format = FORMATS[name as FormatName]; // one of its keys, as just checked
  const met = await meet(format, { first: Number(first), count: Number(count), folder });
  console.log(JSON.stringify({ format: name, ...met }));
  if (met.findings.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
