import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AudioChunk, SpeakOptions, SpeechReport, Voxfuse } from "../../host/index.ts";
import { VOICE } from "./golden.ts";

/** On either side of a joint. [PCM samples] */
export const NEAR = 240;
/** A step, or a bend, of the wave that is heard as a click: 40 dB below full scale. */
export const CLICK = 0.01;

/** So many words of the evaluation's sentences, again and again. */
export function words(count: number): string {
  const sentences = readFileSync(join(VOICE, "eval", "sentences.txt"), "utf8").split("\n");
  const all = sentences.join(" ").trim().split(/\s+/);
  return Array.from({ length: count }, (_, index) => all[index % all.length]).join(" ");
}

/** The wave around each place where silence and speech meet, from audio that is not kept. */
class Joints {
  readonly waves: Float32Array[] = [];
  #before = new Float32Array(0);
  #segment = 0;
  #wasPause = false;

  take({ samples, segment, frames }: AudioChunk): void {
    const isPause = frames === 0;
    if (isPause || this.#wasPause || segment !== this.#segment) {
      const wave = new Float32Array(this.#before.length + NEAR);
      wave.set(this.#before);
      wave.set(samples.subarray(0, NEAR), this.#before.length);
      this.waves.push(wave);
    }
    this.#before = samples.slice(-NEAR);
    this.#segment = segment;
    this.#wasPause = isPause;
  }
}

/** The largest step between two samples, and the largest bend, where high frequencies show. */
export function roughness(wave: Float32Array): { step: number; bend: number } {
  let [step, bend] = [0, 0];
  for (let i = 2; i < wave.length; i++) {
    const [a = 0, b = 0, c = 0] = wave.subarray(i - 2, i + 1);
    step = Math.max(step, Math.abs(c - b));
    bend = Math.max(bend, Math.abs(c - 2 * b + a));
  }
  return { step, bend };
}

/** What a long text came to: at each joint the wave, and the memory held. */
export interface Listened {
  readonly waves: readonly Float32Array[];
  /** Of the sidecar. */
  readonly residentBytes: readonly number[];
  /** Of this process, in array buffers. */
  readonly heldBytes: readonly number[];
  readonly samples: number;
  readonly report: SpeechReport | undefined;
}

/** Streams a text and keeps no audio of it but what is near a joint. */
export async function listen(
  engine: Voxfuse,
  text: string,
  options: SpeakOptions,
): Promise<Listened> {
  const joints = new Joints();
  const residentBytes: number[] = [];
  const heldBytes: number[] = [];
  let samples = 0;
  let report: SpeechReport | undefined;
  const onEnd = (end: SpeechReport) => void (report = end);
  for await (const chunk of engine.stream(text, { ...options, onEnd })) {
    joints.take(chunk);
    samples += chunk.samples.length;
    if (chunk.frames > 0) continue;
    residentBytes.push((await engine.stats()).residentBytes);
    heldBytes.push(process.memoryUsage().arrayBuffers);
  }
  return { waves: joints.waves, residentBytes, heldBytes, samples, report };
}
