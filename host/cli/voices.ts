import type { Command } from "commander";
import { addEngineFlags, loadOptions } from "./options.ts";
import type { EngineFlags } from "./options.ts";

interface VoicesFlags extends EngineFlags {
  readonly json?: boolean;
}

export function addVoices(program: Command): void {
  const command = program
    .command("voices")
    .description("voices and languages of a model")
    .option("--json", "print one JSON object");
  addEngineFlags(command).action(async (flags: VoicesFlags) => {
    const { readCheckpoint } = await import("../synthesis/checkpoint.ts");
    const { config, folder, hash } = await readCheckpoint(loadOptions(flags).model);
    const voices = [...config.speakers.keys()];
    const languages = ["auto", ...config.languages.keys()];
    if (flags.json === true) {
      console.log(JSON.stringify({ model: folder, hash, type: config.type, voices, languages }));
      return;
    }
    console.log(`model      ${folder}`);
    console.log(`voices     ${voices.length > 0 ? voices.join(", ") : "none"}`);
    console.log(`languages  ${languages.join(", ")}`);
  });
}
