import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

export function addPlan(program: Command): void {
  program.enablePositionalOptions();
  const plan = program
    .command("plan")
    .description("look at what the planner made: plan_tool")
    .enablePositionalOptions();
  for (const [name, description] of [
    ["dump", "print programs and submissions of a recording"],
    ["diff", "run a recording on two backends, side by side, op by op"],
    ["replay", "run a recording again"],
  ] as const) {
    plan
      .command(name)
      .description(`${description}; arguments go to plan_tool`)
      .argument("[arguments...]")
      .allowUnknownOption()
      .passThroughOptions()
      .helpOption(false)
      .action(async (args: string[]) => {
        process.exitCode = await runTool([name, ...args]);
      });
  }
}

async function runTool(args: readonly string[]): Promise<number> {
  const { nativePath } = await import("../synthesis/native.ts");
  const tool = nativePath("plan_tool");
  if (!existsSync(tool)) {
    throw new VoxfuseError(
      "ERR_NATIVE_BUILD",
      `There is no ${tool}: plan_tool is built in a checkout only, with \`npm run build\`.`,
    );
  }
  return new Promise((done, failed) => {
    const child = spawn(tool, args, { stdio: "inherit" });
    child.once("error", failed);
    child.once("exit", (code) => {
      done(code ?? 1);
    });
  });
}
