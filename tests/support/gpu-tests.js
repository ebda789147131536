// `npm run test:cuda`: the tests of tests/cuda, which need a GPU. Where there is none it says what
// is missing, skips them all and exits with 0.
import { spawnSync } from "node:child_process";

// Compiled before this runs; the path of the sources would not have its imports.
const { missingForGpu } = await import("../../build/js/tests/support/gpu.js");

const summary = ["tests/support/tap-summary.js", "--config", "ava.cuda.config.js"];
if (missingForGpu !== undefined) console.log(`skipped, because: ${missingForGpu}`);
// The reason is the same for every test and was said.
const options = missingForGpu === undefined ? [] : ["--all-skipped"];
const { status } = spawnSync(process.execPath, [...summary, ...options, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
