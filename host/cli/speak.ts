import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { SpeakOptions, SpeechReport, Voxfuse } from "../index.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { Interrupted, interruptSignal } from "./exit.ts";
import { addEngineFlags, integer, loadOptions, real } from "./options.ts";
import type { WavWriter as Writer } from "../audio/wav-writer.ts";
import type { EngineFlags } from "./options.ts";
import { play } from "./player.ts";
import { Progress, showLoading } from "./progress.ts";
import { streamOut } from "./wav-stream.ts";

interface SpeakFlags extends EngineFlags {
  readonly file?: string;
  readonly output: string;
  readonly voice?: string;
  readonly language?: string;
  readonly instruct?: string;
  readonly layout?: SpeakOptions["layout"];
  readonly seed?: number;
  readonly greedy?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly repetitionPenalty?: number;
  readonly maxNewTokens?: number;
  readonly json?: boolean;
  readonly play?: boolean;
}

/** Names of voice files end so; those of a model's voices do not. */
const VOICE_SUFFIX = ".voxvoice";
/** Known, or still coming. */
type Text = string | AsyncIterable<string>;

const DEFAULT_TEXT = "Hello! I am a small voice that lives inside this package.";

export function addSpeak(program: Command): void {
  const command = program
    .command("speak")
    .description("speak a text into a WAV file")
    .argument("[text...]", "what to say; - speaks what standard input brings, while it comes")
    .option("-f, --file <file>", "read the text from a file")
    .option("-o, --output <file>", "WAV file; - streams to standard output", "voxfuse.wav")
    .option("--voice <name>", "see `voxfuse voices`; or a file of `voxfuse voice create`")
    .option("--language <name>", "see `voxfuse voices`")
    .option("--instruct <text>", "how to speak, for models that take instructions")
    .option("--layout <layout>", "nonStreaming or streaming: how the text is fed to the model")
    .option("--seed <number>", "the same seed speaks the same again", integer)
    .option("--greedy", "always take the likeliest code; for comparisons, not for listening")
    .option("--temperature <number>", "of the sampling", real)
    .option("--top-k <count>", "of the sampling", integer)
    .option("--top-p <probability>", "of the sampling", real)
    .option("--repetition-penalty <number>", "of the sampling", real)
    .option("--max-new-tokens <count>", "frames at most, 12.5 a second, and one", integer)
    .option("--json", "print one JSON object instead of sentences")
    .option("--play", "play the file when it is done");
  addEngineFlags(command).action(async (words: string[], flags: SpeakFlags) => {
    await speak(await textOf(words, flags), flags);
  });
}

/** The words on the command line, a file, or standard input as it comes. */
async function textOf(words: readonly string[], { file, layout }: SpeakFlags): Promise<Text> {
  const isStdin = words.length === 1 && words[0] === "-";
  if (file !== undefined && words.length > 0) {
    throw new VoxfuseError("ERR_INVALID_ARGUMENT", "Give a text or --file, not both.");
  }
  if (isStdin) {
    const chunks: AsyncIterable<string> = process.stdin.setEncoding("utf8");
    // A layout that has the whole text in the prompt waits for all of it.
    return layout === "nonStreaming" ? joined(chunks) : chunks;
  }
  if (file === undefined) return words.length > 0 ? words.join(" ") : DEFAULT_TEXT;
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new VoxfuseError("ERR_INVALID_ARGUMENT", `${file} cannot be read; name a text file.`, {
      cause,
    });
  }
}

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text;
}

async function speak(text: Text, flags: SpeakFlags): Promise<void> {
  if (flags.output === "-" && (flags.json === true || flags.play === true)) {
    throw new VoxfuseError("ERR_INVALID_ARGUMENT", "--json and --play need a file: name --output.");
  }
  const signal = interruptSignal();
  const { Voxfuse } = await import("../index.ts");
  const loading = new Progress("loading", { isQuiet: flags.json === true });
  const engine = await Voxfuse.load({
    ...loadOptions(flags),
    signal,
    onProgress: showLoading(loading),
  }).finally(() => {
    loading.clear();
  });
  let path: string | undefined;
  try {
    const options = { ...(await speakOptions(flags)), signal };
    if (flags.output === "-") await streamOut(engine.stream(text, options), engine.sampleRate);
    else path = await speakToFile(engine, text, options, flags);
  } finally {
    // A text that nobody waits for any more must not keep the process.
    if (typeof text !== "string") process.stdin.destroy();
    await engine.close();
  }
  if (flags.play === true && path !== undefined) await play(path, signal);
}

async function speakOptions(flags: SpeakFlags): Promise<SpeakOptions> {
  const { language, instruct, layout, seed } = flags;
  const { temperature, topK, topP, repetitionPenalty, maxNewTokens, greedy } = flags;
  return {
    voice: await voiceOf(flags),
    language,
    instruct,
    layout,
    seed,
    temperature,
    topK,
    topP,
    repetitionPenalty,
    maxNewTokens,
    ...(greedy === true ? { doSample: false, subtalkerDoSample: false } : {}),
  };
}

/** A name of the model's, or a voice that a file holds. */
async function voiceOf({ voice }: SpeakFlags): Promise<SpeakOptions["voice"]> {
  if (voice?.endsWith(VOICE_SUFFIX) !== true) return voice;
  const { Voice } = await import("../index.ts");
  return Voice.load(voice);
}

/** Writes the file while it is spoken; an interrupt keeps what was spoken until then. */
async function speakToFile(
  engine: Voxfuse,
  text: Text,
  options: SpeakOptions,
  flags: SpeakFlags,
): Promise<string> {
  const { WavWriter } = await import("../audio/wav-writer.ts");
  const path = resolve(flags.output);
  const { sampleRate } = engine;
  let report: SpeechReport | undefined;
  const speech = engine.stream(text, { ...options, onEnd: (end) => (report = end) });
  const progress = new Progress("speaking", { isQuiet: flags.json === true });
  // Opened with the first sound, so that what is wrong with the request is said before.
  let file: Writer | undefined;
  const open = (): Promise<Writer> =>
    WavWriter.open(path, { format: "pcm16", sampleRateHz: sampleRate });
  try {
    for await (const { samples } of speech) {
      file ??= await open();
      await file.append(samples);
      progress.show(`${(file.samples / sampleRate).toFixed(1)} s of speech`);
    }
    file ??= await open();
    await file.finish();
  } catch (error) {
    if (file !== undefined && error instanceof Interrupted) {
      await file.finish();
      const seconds = (file.samples / sampleRate).toFixed(2);
      console.error(`voxfuse: interrupted; ${path} has the ${seconds} s that were spoken`);
    }
    throw error;
  } finally {
    progress.clear();
    await file?.discard();
  }
  if (report !== undefined) tell(path, file.samples / sampleRate, report, flags);
  return path;
}

function tell(path: string, seconds: number, report: SpeechReport, flags: SpeakFlags): void {
  const { seed, timings, finishReason, model } = report;
  if (flags.json === true) {
    console.log(JSON.stringify({ path, seconds, seed, finishReason, model, timings }));
    return;
  }
  const took = (timings.totalMs / 1000).toFixed(2);
  console.log(`${path}: ${seconds.toFixed(2)} s of speech in ${took} s, seed ${seed}`);
  if (finishReason === "length") console.error("voxfuse: cut off at --max-new-tokens");
  if (finishReason === "guard") {
    console.error("voxfuse: a piece ran away from its text, or fell silent, and was ended");
  }
}
