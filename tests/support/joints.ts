import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AudioChunk, SpeakOptions, SpeechReport, Voxfuse } from "../../host/index.ts";
import { VOICE } from "./golden.ts";

/** On either side of a joint. [PCM samples] */
export const NEAR = 240;
/** A step, or a bend, of the wave that is heard as a click: 40 dB below full scale. */
export const CLICK = 0.01;
/** What such a step has above 6 kHz at least, as loudness() finds it. [dB of full scale] */
export const CLICK_DB = -67;

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

/** Where a click shows and a voice at its end or beginning does not. */
const BRIGHT_HZ = 6000;
/** Of a look at the spectrum: 5 ms. [PCM samples] */
export const WINDOW = 128;

/** Cosines and sines of the bins above BRIGHT_HZ, each under a Hann window, and its energy. */
const BRIGHT = ((): { bins: (readonly [Float64Array, Float64Array])[]; energy: number } => {
  const shape = Float64Array.from(
    { length: WINDOW },
    (_, i) => Math.sin((Math.PI * i) / WINDOW) ** 2,
  );
  const bins: (readonly [Float64Array, Float64Array])[] = [];
  for (let bin = Math.ceil((BRIGHT_HZ / 24_000) * WINDOW); bin < WINDOW / 2; bin++) {
    const angle = (i: number): number => (2 * Math.PI * bin * i) / WINDOW;
    bins.push([
      shape.map((x, i) => x * Math.cos(angle(i))),
      shape.map((x, i) => x * Math.sin(angle(i))),
    ]);
  }
  return { bins, energy: shape.reduce((sum, x) => sum + x * x, 0) };
})();

/**
 * The loudest 5 ms of a wave of 24 kHz: their level, and the level of what they have above 6 kHz,
 * where a click has as much as anywhere. [dB of full scale]
 */
export function loudness(wave: Float32Array): { level: number; bright: number } {
  let [level, bright] = [0, 0];
  for (let at = 0; at + WINDOW <= wave.length; at += WINDOW / 4) {
    const part = wave.subarray(at, at + WINDOW);
    const along = (basis: Float64Array): number =>
      basis.reduce((sum, x, i) => sum + x * (part[i] ?? 0), 0) ** 2;
    const above = BRIGHT.bins.reduce((sum, [c, s]) => sum + along(c) + along(s), 0);
    bright = Math.max(bright, (2 * above) / (WINDOW * BRIGHT.energy));
    level = Math.max(level, part.reduce((sum, x) => sum + x * x, 0) / WINDOW);
  }
  return { level: 10 * Math.log10(level), bright: 10 * Math.log10(bright) };
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
