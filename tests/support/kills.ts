import { VoxfuseError } from "../../host/index.ts";
import type { SpeakOptions, Voxfuse } from "../../host/index.ts";
import { concatPcm } from "../../host/audio/pcm.ts";
import { TEXT, bitsOf, children, frames } from "./engine.ts";

export interface KillOptions {
  readonly kills: number;
  /** Streams at once. */
  readonly streams: number;
  /** Of the moments. */
  readonly seed: number;
  /** Between two kills at most. [ms] */
  readonly pauseMs: number;
  readonly onKill?: (count: number) => void;
}

/** What became of the streams that lived while sidecars were killed. */
export interface KillCount {
  kills: number;
  /** To the bit what they are undisturbed. */
  equal: number;
  /** Ended with ERR_SIDECAR_GONE. */
  gone: number;
  /** Anything else: there must be none. */
  wrong: string[];
}

/** Requests of several lengths: with and without sampling, whole texts and texts that arrive. */
const REQUESTS: readonly SpeakOptions[] = [
  frames(12, { seed: 1 }),
  frames(40, { seed: 2 }),
  frames(90, { seed: 3 }),
  frames(25, { seed: 4, doSample: false }),
  frames(64, { seed: 5, layout: "streaming" }),
  frames(150, { seed: 6 }),
];
const STREAMING = 4;

async function* inWords(text: string): AsyncGenerator<string> {
  for (const word of text.split(/(?<=\s)/)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield word;
  }
}

/** The PCM of a request, or the code of the error that ended it. */
async function heard(engine: Voxfuse, index: number): Promise<string> {
  const options = REQUESTS[index] ?? {};
  const text = index === STREAMING ? inWords(TEXT) : TEXT;
  const chunks: Float32Array[] = [];
  try {
    for await (const { samples } of engine.stream(text, options)) chunks.push(samples);
  } catch (error) {
    return error instanceof VoxfuseError ? error.code : String(error);
  }
  const codes = { data: new Uint32Array(0), frames: 0, groups: 0 };
  return bitsOf({ codes, samples: concatPcm(chunks) }).pcm;
}

/** Kills the engine's sidecar at moments that a seed chooses, while streams live. */
export async function killAmongStreams(engine: Voxfuse, options: KillOptions): Promise<KillCount> {
  const expected: string[] = [];
  for (const index of REQUESTS.keys()) expected.push(await heard(engine, index));
  const count: KillCount = { kills: 0, equal: 0, gone: 0, wrong: [] };
  let isOver = false;
  const stream = async (first: number): Promise<void> => {
    for (let index = first; !isOver; index += 1) {
      const which = index % REQUESTS.length;
      const result = await heard(engine, which);
      if (result === expected[which]) count.equal += 1;
      else if (result === "ERR_SIDECAR_GONE") count.gone += 1;
      else count.wrong.push(`request ${which}: ${result}`);
    }
  };
  const streams = Array.from({ length: options.streams }, (_, first) => stream(first));
  let state = options.seed;
  while (count.kills < options.kills) {
    state = (state * 48271) % 0x7fffffff;
    await new Promise((resolve) => setTimeout(resolve, state % options.pauseMs));
    for (const pid of children()) process.kill(pid, "SIGKILL");
    count.kills += 1;
    options.onKill?.(count.kills);
  }
  isOver = true;
  await Promise.all(streams);
  for (const [which, wanted] of expected.entries()) {
    const result = await heard(engine, which);
    if (result !== wanted) count.wrong.push(`request ${which}, undisturbed again: ${result}`);
  }
  return count;
}
