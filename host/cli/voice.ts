import { resolve } from "node:path";
import type { Command } from "commander";
import type { Voice } from "../index.ts";
import { interruptSignal } from "./exit.ts";
import { addEngineFlags, loadOptions } from "./options.ts";
import type { EngineFlags } from "./options.ts";
import { Progress, showLoading } from "./progress.ts";

interface CreateFlags extends EngineFlags {
  readonly transcript?: string;
  readonly output: string;
  readonly trim?: boolean;
  readonly json?: boolean;
}

export function addVoice(program: Command): void {
  const voice = program.command("voice").description("voices made of recordings");
  const create = voice
    .command("create")
    .description("make a voice of a recording, with a Base model; only of people who agreed to it")
    .argument("<recording>", "WAV, FLAC, MP3 or Ogg, or what ffmpeg on PATH reads; 0.5 to 60 s")
    .option("--transcript <text>", "what is said in it, word by word: speech goes on from it")
    .option("-o, --output <file>", "voice file", "voice.voxvoice")
    .option("--no-trim", "keep long silence at the ends")
    .option("--json", "print one JSON object")
    .exitOverride();
  addEngineFlags(create).action(createVoice);
  voice
    .command("show")
    .description("what a voice file holds")
    .argument("<file>", "voice file")
    .option("--json", "print one JSON object")
    .exitOverride()
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      const { Voice } = await import("../synthesis/voice.ts");
      report(resolve(file), await Voice.load(file), json);
    });
}

async function createVoice(recording: string, flags: CreateFlags): Promise<void> {
  const signal = interruptSignal();
  const { Voxfuse } = await import("../index.ts");
  const isQuiet = flags.json === true;
  const loading = new Progress("loading", { isQuiet });
  const engine = await Voxfuse.load({
    ...loadOptions(flags),
    signal,
    onProgress: showLoading(loading),
  }).finally(() => {
    loading.clear();
  });
  const listening = new Progress("listening", { isQuiet });
  listening.show(recording);
  try {
    const { transcript, trim } = flags;
    const options = { audio: recording, transcript, trimSilence: trim, signal };
    const voice = await engine.createVoice(options).finally(() => {
      listening.clear();
    });
    const path = resolve(flags.output);
    await voice.save(path);
    report(path, voice, flags.json);
  } finally {
    await engine.close();
  }
}

function report(path: string, voice: Voice, json: boolean | undefined): void {
  const { kind, model, transcript } = voice;
  const frames = voice.codes?.frames ?? 0;
  const width = voice.embedding.length;
  if (json === true) {
    console.log(JSON.stringify({ path, kind, model, width, frames, transcript }));
    return;
  }
  console.log(`voice       ${path}`);
  console.log(`kind        ${kind}`);
  console.log(`model       ${model.name} (${model.size}, ${model.hash.slice(0, 12)}…)`);
  console.log(`vector      ${width} numbers`);
  console.log(`recording   ${frames === 0 ? "not kept" : `${frames} code frames`}`);
  console.log(`transcript  ${transcript ?? "none"}`);
}
