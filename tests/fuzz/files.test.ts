import test from "ava";

import { hushDecoders } from "../support/hush-decoders.ts";
import { temporaryFolder } from "../support/golden.ts";
import type { FormatName } from "./formats.ts";
import { FORMATS } from "./formats.ts";
import { meet } from "./meet.ts";

/** Inputs for each: a second's worth at most. `.ci/fuzz` has them meet a million. */
const INPUTS: Readonly<Record<FormatName, number>> = {
  safetensors: 500,
  vocabulary: 200,
  merges: 200,
  config: 1000,
  wav: 2000,
  recordings: 25,
};

hushDecoders();

for (const name of Object.keys(FORMATS) as FormatName[] /* its own keys */) {
  test.serial(`${name}: a file that lies is read or refused, and nothing else`, async (t) => {
    const folder = temporaryFolder(t);
    const met = await meet(FORMATS[name], { first: 0, count: INPUTS[name], folder });
    t.deepEqual(met.findings, []);
    t.true((met.outcomes["read"] ?? 0) > 0, "some are read, or the reader is not tested");
  });
}
