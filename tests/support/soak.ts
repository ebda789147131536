import { readFileSync } from "node:fs";
import { concatPcm } from "../../host/audio/pcm.ts";
import { VoxfuseError } from "../../host/index.ts";
import type { SpeakOptions, Voxfuse } from "../../host/index.ts";
import { Dice } from "../fuzz/dice.ts";
import { frames, TEXT } from "./engine.ts";

/** What a client may ask for; the tiny models, of random weights, never end by themselves. */
const ASKED: readonly (readonly [text: string, options: SpeakOptions])[] = [
  ["Hi.", frames(2, { seed: 1 })],
  [TEXT, frames(5, { seed: 2 })],
  [TEXT, frames(12, { seed: 3, doSample: false })],
  [TEXT, frames(20, { seed: 4, layout: "streaming" })],
  [`${TEXT} ${TEXT}`, frames(33, { seed: 5, topK: 20, topP: 0.9 })],
  [TEXT, frames(70, { seed: 6 })],
  // Errors of the caller's.
  [TEXT.repeat(400), frames(2)],
  [TEXT, frames(2, { voice: "nobody" })],
  [TEXT, frames(2, { temperature: -1 })],
  [" ", frames(2)],
];

/** How a request ends: by itself, by its consumer, by its signal. */
type End = "whole" | "left" | "aborted";
const ENDS: [End, ...End[]] = ["whole", "whole", "whole", "left", "aborted"];

/** The PCM that was heard, or the code of the error that ended it. */
type Heard = Float32Array | string;

async function hear(engine: Voxfuse, which: number, end: End, chunksMax: number): Promise<Heard> {
  const [text, options] = ASKED[which] ?? [TEXT, {}];
  const abort = new AbortController();
  const chunks: Float32Array[] = [];
  try {
    for await (const { samples } of engine.stream(text, { ...options, signal: abort.signal })) {
      chunks.push(samples);
      if (chunks.length < chunksMax || end === "whole") continue;
      if (end === "left") break;
      abort.abort();
    }
  } catch (error) {
    if (error instanceof VoxfuseError) return error.code;
    if (error !== abort.signal.reason) return String(error);
  }
  return concatPcm(chunks);
}

/** Whether what was heard is the single run's, or the beginning of it for one that was cut off. */
function isRight(heard: Heard, single: Heard, end: End): boolean {
  if (typeof heard === "string" || typeof single === "string") return heard === single;
  if (end === "whole" && heard.length !== single.length) return false;
  return heard.length > 0 && heard.every((sample, index) => sample === single[index]);
}

export interface SoakOptions {
  readonly requests: number;
  /** Requests at once, of each client. */
  readonly atOnce: number;
  readonly seed: number;
  readonly onRequest?: (count: number) => void;
}

export interface SoakCount {
  requests: number;
  whole: number;
  cut: number;
  refused: number;
  /** Not what a single run gave: there must be none. */
  wrong: string[];
}

/** Has clients ask for whatever a seed chooses; `single` says what each of it is, run alone. */
export async function soak(
  clients: readonly Voxfuse[],
  single: Voxfuse,
  { requests, atOnce, seed, onRequest }: SoakOptions,
): Promise<SoakCount> {
  const expected: Heard[] = [];
  for (const which of ASKED.keys()) expected.push(await hear(single, which, "whole", 1));
  const count: SoakCount = { requests: 0, whole: 0, cut: 0, refused: 0, wrong: [] };
  const dice = new Dice(seed);
  const ask = async (client: Voxfuse): Promise<void> => {
    while (count.requests < requests) {
      count.requests += 1;
      onRequest?.(count.requests);
      const which = dice.below(ASKED.length);
      const end = dice.pick(ENDS);
      const heard = await hear(client, which, end, 1 + dice.below(4));
      if (!isRight(heard, expected[which] ?? "", end)) count.wrong.push(`${which}, ${end}`);
      else if (typeof heard === "string") count.refused += 1;
      else if (end === "whole") count.whole += 1;
      else count.cut += 1;
    }
  };
  await Promise.all(clients.flatMap((client) => Array.from({ length: atOnce }, () => ask(client))));
  return count;
}

/** Memory that a process holds. [bytes] */
export function residentBytes(pid: number): number {
  const [, kilobytes = ""] =
    /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return 1024 * Number(kilobytes);
}
