// Runs AVA with the arguments given and sums its TAP stream up in one last line:
// `ava: N passed, N failed, N skipped`. Exits 1 on a failure, and when nothing ran.
//
//   --all-skipped  every test is expected to be skipped, for a reason that was said
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const AVA = "node_modules/ava/entrypoints/cli.mjs";
const RESULT = /^(not )?ok \d+ - (.*?)(?: # (SKIP|TODO)\b.*)?$/;
const ALL_SKIPPED = "--all-skipped";

const args = process.argv.slice(2);
const isAllSkipped = args.includes(ALL_SKIPPED);
const avaArgs = [AVA, "--tap", ...args.filter((arg) => arg !== ALL_SKIPPED)];
const ava = spawn(process.execPath, avaArgs, { stdio: ["ignore", "pipe", "inherit"] });
const avaExit = new Promise((resolve) => ava.on("close", resolve));

const count = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
let showsDetails = false;
for await (const line of createInterface({ input: ava.stdout })) {
  const [isResult, failed, title, exempt] = RESULT.exec(line) ?? [];
  if (isResult === undefined) {
    // Indented lines explain the result above them; comments come from t.log().
    if (showsDetails && /^(\s|#)/.test(line)) console.log(line);
    continue;
  }
  showsDetails = false;
  if (exempt) {
    count.skipped += 1;
    if (!isAllSkipped) console.log(`skipped: ${title}`);
  } else if (failed) {
    count.failed += 1;
    failures.push(title);
    showsDetails = true;
    console.log(`FAILED: ${title}`);
  } else {
    count.passed += 1;
  }
}

const exitCode = await avaExit;
const ran = count.passed + count.failed;
const isWrongCount = isAllSkipped ? ran > 0 || count.skipped === 0 : ran === 0;
if (isWrongCount) console.log(isAllSkipped ? "not every test was skipped" : "no test ran");
else if (exitCode !== 0 && count.failed === 0) console.log(`AVA exited with ${exitCode}`);
// Once more without the details, which may fill a terminal.
if (failures.length > 1) console.log(["failed:", ...failures].join("\n  "));
console.log(`ava: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 || isWrongCount || exitCode !== 0 ? 1 : 0;
