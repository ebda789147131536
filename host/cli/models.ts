import type { Command } from "commander";
import type { DownloadProgress, GetModelOptions } from "../index.ts";
import { interruptSignal } from "./exit.ts";
import { integer } from "./options.ts";
import { Progress } from "./progress.ts";
import { tableLines } from "./table.ts";

/** Between two lines where stderr is no terminal. [ms] */
const LINE_MS = 5000;

interface JsonFlags {
  readonly json?: boolean;
}

interface GetFlags extends JsonFlags, GetModelOptions {}

export function addModels(program: Command): void {
  const models = program.command("models").description("models on this machine and on the hub");
  models
    .command("list")
    .description("the embedded voice, and Qwen3-TTS models in the Hugging Face cache")
    .option("--json", "print one JSON array")
    .action(listOut);
  models
    .command("get")
    .description("download a model into the Hugging Face cache, or what is missing of it")
    .argument("<model>", "org/name or org/name@revision")
    .option("--token <token>", "of the hub, for models that are not public; default HF_TOKEN")
    .option("--endpoint <url>", "of the hub; default HF_ENDPOINT, else https://huggingface.co")
    .option("--offline", "download nothing; say whether the model is there")
    .option("--parallel <count>", "files at once, 1 to 16", integer)
    .option("--verify", "hash files that are there already once more")
    .option("--json", "print one JSON object")
    .action(get);
  models
    .command("rm")
    .description("remove a model from the Hugging Face cache")
    .argument("<model>", "org/name")
    .option("--json", "print one JSON object")
    .action(remove);
  for (const command of models.commands) command.exitOverride();
}

async function listOut({ json }: JsonFlags): Promise<void> {
  const { listModels } = await import("../index.ts");
  const listed = await listModels();
  if (json === true) {
    console.log(JSON.stringify(listed));
    return;
  }
  const rows = listed.map(({ name, commit, revisions, bytes, isWhole }) => [
    name,
    commit === "" ? "" : [commit.slice(0, 12), ...revisions].join(" "),
    gigabytes(bytes),
    isWhole ? "" : "not whole",
  ]);
  for (const line of tableLines(rows)) console.log(line);
}

async function get(model: string, flags: GetFlags): Promise<void> {
  const { json, ...options } = flags;
  const { getModel } = await import("../index.ts");
  const progress = new Progress(model, { isQuiet: json === true, lineMs: LINE_MS });
  const got = await getModel(model, {
    ...options,
    signal: interruptSignal(),
    onProgress: (far) => {
      progress.show(said(far), far.bytesDone / Math.max(1, far.bytesTotal));
    },
  }).finally(() => {
    progress.clear();
  });
  if (json === true) console.log(JSON.stringify(got));
  else {
    const { folder, bytes, bytesDownloaded } = got;
    console.log(`${folder}: ${gigabytes(bytes)}, ${gigabytes(bytesDownloaded)} of it downloaded`);
  }
}

async function remove(model: string, { json }: JsonFlags): Promise<void> {
  const { removeModel } = await import("../index.ts");
  const bytes = await removeModel(model);
  if (json === true) console.log(JSON.stringify({ name: model, bytes }));
  else console.log(`${model} removed: ${gigabytes(bytes)}`);
}

function said({ bytesDone, bytesTotal, filesDone, filesTotal }: DownloadProgress): string {
  const share = Math.floor((100 * bytesDone) / Math.max(1, bytesTotal));
  const bytes = `${gigabytes(bytesDone)} of ${gigabytes(bytesTotal)}`;
  return `${share} %, ${bytes}, ${filesDone} of ${filesTotal} files`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e7 ? 4 : 2)} GB`;
}
