import type { PlannerConfig } from "../../shared/gen/protocol.ts";
import type { ModelConfig } from "../model/config.ts";

/** Length of the recordings that a voice can be made of. [seconds] */
export const RECORDING_SECONDS = { min: 0.5, max: 60 } as const;

type CloningPart = Pick<
  PlannerConfig,
  Extract<keyof PlannerConfig, `speaker${string}` | `encoder${string}` | "referenceMax">
>;

const STAGES = 8;

/** What the planner must know of a model's encoders; zeros for a model that clones no voice. */
export function cloningPart({ cloning, codec }: ModelConfig): CloningPart {
  if (cloning === null) return NO_CLONING;
  const { speaker, codec: encoder } = cloning;
  return {
    referenceMax: Math.ceil(RECORDING_SECONDS.max * codec.framesPerSecond),
    speakerWidth: speaker.width,
    speakerBands: speaker.melBands,
    speakerSampleRate: speaker.sampleRateHz,
    speakerBlockCount: speaker.channels.length,
    speakerChannels: padded(speaker.channels),
    speakerTaps: padded(speaker.taps),
    speakerDilations: padded(speaker.dilations),
    speakerScale: speaker.scale,
    speakerSqueeze: speaker.squeezeWidth,
    speakerAttention: speaker.attentionWidth,
    encoderHidden: encoder.width,
    encoderIntermediate: encoder.feedForwardWidth,
    encoderLayers: encoder.layers,
    encoderHeads: encoder.heads,
    encoderKvHeads: encoder.kvHeads,
    encoderHeadDim: encoder.headWidth,
    encoderNormEps: encoder.normEps,
    encoderRopeTheta: encoder.ropeTheta,
    encoderFilters: encoder.filters,
    encoderCompress: encoder.compress,
    encoderTaps: encoder.taps,
    encoderLastTaps: encoder.lastTaps,
    encoderResidualTaps: encoder.residualTaps,
    encoderRatioCount: encoder.strides.length,
    encoderRatios: padded(encoder.strides),
    encoderStride: encoder.frameStride,
    encoderCodebookDim: encoder.codeVectorWidth,
  };
}

function padded(values: readonly number[]): number[] {
  return Array.from({ length: STAGES }, (_, index) => values[index] ?? 0);
}

const NO_CLONING: CloningPart = {
  referenceMax: 0,
  speakerWidth: 0,
  speakerBands: 0,
  speakerSampleRate: 0,
  speakerBlockCount: 0,
  speakerChannels: padded([]),
  speakerTaps: padded([]),
  speakerDilations: padded([]),
  speakerScale: 0,
  speakerSqueeze: 0,
  speakerAttention: 0,
  encoderHidden: 0,
  encoderIntermediate: 0,
  encoderLayers: 0,
  encoderHeads: 0,
  encoderKvHeads: 0,
  encoderHeadDim: 0,
  encoderNormEps: 0,
  encoderRopeTheta: 0,
  encoderFilters: 0,
  encoderCompress: 0,
  encoderTaps: 0,
  encoderLastTaps: 0,
  encoderResidualTaps: 0,
  encoderRatioCount: 0,
  encoderRatios: padded([]),
  encoderStride: 0,
  encoderCodebookDim: 0,
};
