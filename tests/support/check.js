// What `npm run check` and `npm run format` do: every check runs, even after one has failed, and
// the failed ones are listed at the end.
//
//   node tests/support/check.js          compares only
//   node tests/support/check.js format   rewrites the sources in the house's form
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const CLANG_FORMAT_MAJOR = 19;
const SOURCE = /\.(ts|js|cpp|hpp|cu|cuh)$/;
const CPP = /\.(cpp|hpp|cu|cuh)$/;
const GENERATED = /(^|\/)gen\//;

/** @type {string[]} */
const failures = [];

/**
 * @param {string} label
 * @param {string} program
 * @param {string[]} args
 */
function step(label, program, args) {
  console.log(`— ${label}`);
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  if (status !== 0) failures.push(label);
}

/**
 * @param {string} label
 * @param {string} script a JavaScript file, run on this Node
 * @param {string[]} args
 */
function nodeStep(label, script, ...args) {
  step(label, process.execPath, [script, ...args]);
}

/** Files of the working tree that git has or would take. */
function projectFiles() {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  return listed.stdout.split("\n").filter((file) => file !== "" && existsSync(file));
}

/** The clang-format of the one version that CI has: others break lines differently. */
function clangFormat() {
  return [`clang-format-${CLANG_FORMAT_MAJOR}`, "clang-format"].find((program) =>
    spawnSync(program, ["--version"], { encoding: "utf8" }).stdout?.includes(
      ` ${CLANG_FORMAT_MAJOR}.`,
    ),
  );
}

/**
 * @param {string[]} files
 * @param {string[]} mode
 */
function formatCpp(files, ...mode) {
  const sources = files.filter((file) => CPP.test(file) && !GENERATED.test(file));
  const program = clangFormat();
  if (sources.length === 0) return;
  if (program) step("clang-format", program, [...mode, ...sources]);
  else console.log(`— clang-format skipped: version ${CLANG_FORMAT_MAJOR} is not installed`);
}

/** @param {string[]} files */
function printLinesPerFolder(files) {
  /** @type {Map<string, number>} */
  const lines = new Map();
  for (const file of files.filter((name) => SOURCE.test(name) && !GENERATED.test(name))) {
    const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "(root)";
    const count = readFileSync(file, "utf8").split("\n").length - 1;
    lines.set(folder, (lines.get(folder) ?? 0) + count);
  }
  console.log("— lines per folder, generated files left out");
  for (const [folder, count] of [...lines].sort()) {
    console.log(`${String(count).padStart(8)}  ${folder}`);
  }
}

const PRETTIER = "node_modules/prettier/bin/prettier.cjs";
const TSC = "node_modules/typescript/bin/tsc";
const ASC = "node_modules/assemblyscript/bin/asc.js";

const files = projectFiles();
if (process.argv[2] === "format") {
  nodeStep("prettier", PRETTIER, "--write", "--log-level", "warn", ".");
  formatCpp(files, "-i");
} else {
  nodeStep("prettier", PRETTIER, "--check", ".");
  formatCpp(files, "--dry-run", "-Werror");
  nodeStep("eslint", "node_modules/eslint/bin/eslint.js", ".");
  nodeStep("types of the build scripts", TSC, "-p", "host/setup");
  nodeStep("types of the planner", TSC, "-p", "assembly");
  nodeStep("planner, pedantic", ASC, "--target", "debug", "--pedantic", "--noEmit");
  nodeStep("generated files", "shared/generate.js", "--check");
  nodeStep("house rules", "tests/support/tap-summary.js", "build/js/tests/house/*.test.js");
  nodeStep("package", "node_modules/publint/src/cli.js", "--strict");
  printLinesPerFolder(files);
}
if (failures.length > 0) {
  console.log(`failed: ${failures.join(", ")}`);
  process.exitCode = 1;
}
