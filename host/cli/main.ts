#!/usr/bin/env node
// Commands import what is heavy themselves: `voxfuse --version` and the first sound both wait for
// nothing that they do not need.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { notWritable } from "../audio/save.ts";
import { ExitCode, exitCodeOf, reportError } from "./exit.ts";
import { addBench } from "./bench.ts";
import { addDoctor } from "./doctor.ts";
import { addModels } from "./models.ts";
import { addPlan } from "./plan.ts";
import { addSidecar } from "./sidecar.ts";
import { addSpeak } from "./speak.ts";
import { addTrace } from "./trace.ts";
import { addVoice } from "./voice.ts";
import { addVoices } from "./voices.ts";

const EXIT_HELP = `
Exit codes: 0 done; 1 failed while running; 2 wrong usage or arguments; 3 the model is missing or
damaged; 4 the native part or the sidecar is missing or does not run; 130 interrupted.`;

/** From host/cli in a checkout and build/js/host/cli when compiled. */
function version(): string {
  for (const up of ["../../package.json", "../../../../package.json"]) {
    try {
      const json: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8"));
      if (typeof json === "object" && json !== null && "version" in json) {
        return String(json.version);
      }
    } catch {
      // Not here: the other place.
    }
  }
  return "unknown";
}

const program = new Command("voxfuse")
  .description("Speaks text with Qwen3-TTS models.")
  .version(version())
  .addHelpText("after", EXIT_HELP)
  .showHelpAfterError("(voxfuse --help says more)")
  .exitOverride();
const COMMANDS = [
  addSpeak,
  addVoice,
  addVoices,
  addModels,
  addBench,
  addTrace,
  addPlan,
  addSidecar,
  addDoctor,
];
for (const add of COMMANDS) add(program);
for (const command of program.commands) command.exitOverride();

// console.log is silent about an output that takes nothing: a full disk must not look like success.
process.stdout.once("error", (error: NodeJS.ErrnoException) => {
  process.once("beforeExit", () => {
    if (process.exitCode !== undefined && process.exitCode !== ExitCode.Done) return;
    process.exitCode = ExitCode.Failed;
    // A reader that has left knows that it has.
    if (error.code !== "EPIPE") reportError(notWritable("standard output", error));
  });
});
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
  } else {
    reportError(error);
    process.exitCode = exitCodeOf(error);
  }
}
