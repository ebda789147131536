import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { fingerprint, pruneOutputs } from "./fingerprint.js";
import { withLock } from "./lock.js";
import { SetupError } from "./setup-error.js";
import { isCheckout, ROOT, stagesFor } from "./stages.js";

/** @typedef {import("./stages.js").Stage} Stage */

const NODE_MAJOR_MIN = 20;
const NODE_MINOR_MIN = 19;
const LOG_LINES_SHOWN = 40;

/**
 * Brings everything that `purpose` needs up to date. Silent when all is fresh.
 *
 * @param {keyof typeof import("./stages.js").PURPOSES} purpose
 */
export function build(purpose) {
  requireNode();
  const stages = stagesFor(purpose);
  if (!dependenciesAreStale() && !stages.some(isStale)) return;

  fs.mkdirSync(join(ROOT, "build"), { recursive: true });
  withLock(join(ROOT, "build/setup.lock"), () => {
    // Looked at again: another process may have built it while this one waited for the lock.
    if (dependenciesAreStale()) installDependencies();
    for (const stage of stages) if (isStale(stage)) buildStage(stage);
  });
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_MAJOR_MIN || (major === NODE_MAJOR_MIN && minor >= NODE_MINOR_MIN)) return;
  throw new SetupError(
    `this is Node ${process.versions.node}; ` +
      `voxfuse needs ${NODE_MAJOR_MIN}.${NODE_MINOR_MIN} or newer.`,
  );
}

/** Only a checkout installs its own dependencies; for a package npm has done it. */
function dependenciesAreStale() {
  if (!isCheckout()) return false;
  const installed = join(ROOT, "node_modules/.package-lock.json");
  if (!fs.existsSync(installed)) return true;
  return fs.statSync(join(ROOT, "package-lock.json")).mtimeMs > fs.statSync(installed).mtimeMs;
}

function installDependencies() {
  timed("installing dependencies", () => {
    runLogged("dependencies", [["npm", "ci", "--include=dev", "--no-audit", "--no-fund"]]);
  });
}

/**
 * @param {Stage} stage
 * @returns {boolean}
 */
function isStale(stage) {
  if (!stage.outputs.every((output) => fs.existsSync(join(ROOT, output)))) return true;
  const names = stage.coveredBy ? [stage.name, stage.coveredBy] : [stage.name];
  const stamps = names.map(stampPath).filter((path) => fs.existsSync(path));
  if (stamps.length === 0) return true;
  const inputs = fingerprint(stage);
  return !stamps.some((path) => fs.readFileSync(path, "utf8") === inputs);
}

/** @param {Stage} stage */
function buildStage(stage) {
  requirePrograms(stage);
  // Taken before the build: an input that changes meanwhile makes the stage stale again.
  const inputs = fingerprint(stage);
  timed(stage.says, () => {
    if (stage.prunes) pruneOutputs(ROOT, "build/js");
    runLogged(stage.name, stage.commands(), stage.advice?.());
  });
  const missing = stage.outputs.filter((output) => !fs.existsSync(join(ROOT, output)));
  if (missing.length > 0) throw new SetupError(`the build did not make ${missing.join(", ")}`);
  fs.writeFileSync(stampPath(stage.name), inputs);
}

/** @param {Stage} stage */
function requirePrograms(stage) {
  if (stage.needs.length === 0) return;
  if (process.platform !== "linux") {
    throw new SetupError(`the native part runs on Linux only; this is ${process.platform}.`);
  }
  const missing = stage.needs.filter((programs) => !programs.split("|").some(isInstalled));
  if (missing.length === 0) return;
  throw new SetupError(
    `the native part needs ${missing.join(" and ").replace("|", " or ")}, not found on PATH. ` +
      "On Debian or Ubuntu: sudo apt-get install --yes cmake g++ make",
  );
}

/** @param {string} program */
function isInstalled(program) {
  return spawnSync(program, ["--version"]).error === undefined;
}

/** @param {string} stageName */
function stampPath(stageName) {
  return join(ROOT, `build/${stageName}.stamp`);
}

/**
 * Announces a piece of work, does it and says how long it took. On stderr: stdout is the speaker's.
 *
 * @param {string} says
 * @param {() => void} work
 */
function timed(says, work) {
  const started = performance.now();
  process.stderr.write(`voxfuse: ${says} … `);
  try {
    work();
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/**
 * Runs commands one after the other with their output in build/<name>.log.
 *
 * @param {string} name
 * @param {string[][]} commands
 * @param {string} [advice] for a command that fails
 */
function runLogged(name, commands, advice = "") {
  const logName = `build/${name}.log`;
  const log = fs.openSync(join(ROOT, logName), "w");
  try {
    for (const [program = "", ...args] of commands) {
      const { status, error } = spawnSync(program, args, {
        cwd: ROOT,
        stdio: ["ignore", log, log],
      });
      if (error) throw new SetupError(`could not start ${program}: ${error.message}`);
      if (status === 0) continue;
      const lines = fs.readFileSync(join(ROOT, logName), "utf8").trimEnd().split("\n");
      const shown = lines.slice(-LOG_LINES_SHOWN).join("\n");
      const message = `${name} failed; the end of ${logName}:\n${shown}`;
      throw new SetupError([message, advice].filter((text) => text !== "").join("\n"));
    }
  } finally {
    fs.closeSync(log);
  }
}
