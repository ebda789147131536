import type { EngineStats, LoadOptions } from "../../index.ts";
import type { Checkpoint } from "../../synthesis/checkpoint.ts";
import type { StepBytes } from "../../synthesis/weight-bytes.ts";
import type { EngineLimits } from "../../synthesis/limits.ts";

/** What a bench must know of its model besides the engine's own account. */
export interface BenchModel {
  readonly checkpoint: Checkpoint;
  readonly limits: EngineLimits;
  /** Weights that a step reads; without the vocoder's where only codes are made. */
  readonly weightBytes: StepBytes;
  /** Of the talker's cache, for each position that a frame attends to. */
  readonly cacheBytes: number;
}

export async function benchModel(
  options: LoadOptions,
  { dtype, vocoderDtype, weights: kept }: EngineStats,
  codesOnly: boolean,
): Promise<BenchModel> {
  const { readCheckpoint } = await import("../../synthesis/checkpoint.ts");
  const { resolveLimits } = await import("../../synthesis/limits.ts");
  const bytes = await import("../../synthesis/weight-bytes.ts");
  const checkpoint = await readCheckpoint(options.model);
  const limits = resolveLimits(options);
  const weights = bytes.bytesPerStep(checkpoint, limits.packetFrames, {
    vocoderDtype,
    weights: kept,
  });
  return {
    checkpoint,
    limits,
    weightBytes: codesOnly ? { ...weights, vocoder: 0 } : weights,
    cacheBytes: bytes.cacheBytesPerPosition(checkpoint, dtype),
  };
}

/** Prompt rows of each piece in which a text is spoken. */
export async function promptRowsOf(
  { checkpoint, limits }: BenchModel,
  text: string,
): Promise<number[]> {
  const { planSpeech } = await import("../../synthesis/request.ts");
  const { segments } = planSpeech(checkpoint, limits, text, {});
  return segments.map(({ promptRows }) => promptRows.length / 2);
}
