import { VoxfuseError } from "../../host/index.ts";
import { Dice } from "./dice.ts";
import type { Format } from "./formats.ts";

/** Longest that a reader may compute for one small file, on whatever machine. [ms] */
const PATIENCE_MS = 2000;

/** What became of the inputs. */
export interface Met {
  readonly inputs: number;
  /** How many were read or refused, by code. */
  readonly outcomes: Record<string, number>;
  /** Inputs, by their seeds, that met something else, and what. */
  readonly findings: string[];
}

/** Has a format's reader meet `count` inputs, made of the seeds from `first` on. */
export async function meet(
  format: Format,
  { first, count, folder }: { first: number; count: number; folder: string },
): Promise<Met> {
  const outcomes: Record<string, number> = {};
  const findings: string[] = [];
  for (let seed = first; seed < first + count && findings.length < 10; seed++) {
    const began = performance.now();
    const outcome = await outcomeOf(format, seed, folder);
    if (outcome !== "read" && !format.codes.test(outcome)) findings.push(`${seed}: ${outcome}`);
    // To ask for processor time takes a tenth of what an input does, and other work may have run
    // meanwhile: only an input that seems slow is asked about, once more.
    const isSlow = performance.now() - began > PATIENCE_MS;
    const took = isSlow ? await computedMs(() => outcomeOf(format, seed, folder)) : 0;
    if (took > PATIENCE_MS) findings.push(`${seed}: took ${took.toFixed(0)} ms`);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return { inputs: count, outcomes, findings };
}

async function computedMs(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function outcomeOf(format: Format, seed: number, folder: string): Promise<string> {
  try {
    // Neighbouring seeds would give neighbouring numbers to begin with.
    await format.meet(new Dice(Math.imul(seed + 1, 0x9e3779b1)), folder);
    return "read";
  } catch (error) {
    if (error instanceof VoxfuseError) return error.code;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
