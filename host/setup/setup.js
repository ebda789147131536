#!/usr/bin/env node
// Builds what is stale, and nothing else. Plain JavaScript without dependencies, because it runs
// before there is a node_modules folder.
//
//   node host/setup/setup.js build --for start|test|js    what the npm scripts call
//   node host/setup/setup.js install                      npm's install script; never fails
import { build } from "./build.js";
import { SetupError } from "./setup-error.js";
import { isCheckout, PURPOSES } from "./stages.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** A checkout builds on first use; an installed package brings all but its native part. */
function install() {
  if (isCheckout()) return;
  try {
    build("start");
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`voxfuse: the native part is not built yet.\n${error.message}`);
    console.error("Everything else is installed. Once that is mended, run: npm rebuild voxfuse");
  }
}

/** @param {string[]} args what follows the script's name on the command line */
function main(args) {
  const [command, flag, purpose = ""] = args;
  if (command === "install" && args.length === 1) return install();
  if (command === "build" && flag === "--for" && Object.hasOwn(PURPOSES, purpose)) {
    return build(/** @type {keyof typeof PURPOSES} */ (purpose));
  }
  console.error(`usage: setup.js install | build --for ${Object.keys(PURPOSES).join("|")}`);
  process.exitCode = EXIT_USAGE;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`voxfuse: ${error.message}`);
  process.exitCode = EXIT_FAILED;
}
