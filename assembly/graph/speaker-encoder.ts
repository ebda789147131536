// The speaker encoder of base models: a recording's mel spectrogram through ECAPA-TDNN to the
// vector that stands where other models have a speaker's row. Every convolution sees the recording
// mirrored at its ends.
import { ABSENT, Activation, Dtype, Padding, ProbeKind } from "../../shared/gen/protocol.as";
import { WeightKind, encodeChannelStatistics, encodeColumns } from "../../shared/gen/protocol.as";
import { encodeGateAdd, encodeLogMel, encodeMatmul } from "../../shared/gen/protocol.as";
import { PlanError } from "../../shared/gen/protocol.as";
import { speakerConfig } from "../encoder-config";
import { acquire, release } from "../plan/buffers";
import { fail } from "../plan/fault";
import { emit, here, probe } from "../plan/writer";
import { activateInPlace, convolution, recordingInput, recordingResult } from "./recording";
import { addOnto, projectBiased } from "./steps";
import { beginWeight, endWeight, scope, scopeIndex, scopeText, tensor } from "./weights";

// The spectrogram's sizes: part of the official feature extraction, not of a configuration.
const FOURIER_SAMPLES: u32 = 1024;
const HOP_SAMPLES: u32 = 256;
const BINS: u32 = FOURIER_SAMPLES / 2 + 1;

/** Frames of the spectrogram. */
let frames: u32 = 0;

export function buildSpeakerEncoder(samples: u32): void {
  frames = samples / HOP_SAMPLES;
  // What is mirrored must be there: half a window of PCM, and the widest convolution's half.
  if (samples <= FOURIER_SAMPLES || frames <= widestReach()) {
    fail(PlanError.BadEncoder);
    return;
  }
  const mel = melSpectrogram(samples);
  probe(ProbeKind.EncoderStage, 0, mel);
  const joined = joinedBlocks(mel);
  const pooled = attentivePooling(joined);
  scope("speaker_encoder.fc.");
  const channels = speakerConfig.channels(speakerConfig.blocks - 1);
  const result = projectBiased(pooled, 1, 2 * channels, speakerConfig.width);
  release(pooled);
  probe(ProbeKind.EncoderStage, 1, result);
  recordingResult(result);
  release(result);
}

function widestReach(): u32 {
  let widest: u32 = 0;
  for (let block: u32 = 0; block < speakerConfig.blocks; block++) {
    const reach = ((speakerConfig.taps(block) - 1) / 2) * speakerConfig.dilation(block);
    widest = max(widest, reach);
  }
  return widest;
}

function melSpectrogram(samples: u32): u32 {
  const pcm = recordingInput(samples);
  beginWeight(WeightKind.DftBasis, 2 * BINS, FOURIER_SAMPLES, 0);
  const basis = endWeight(Dtype.F32);
  convolution.begin(samples, 1, 2 * BINS, FOURIER_SAMPLES);
  convolution.steps = frames;
  convolution.stride = HOP_SAMPLES;
  convolution.padLeft = (FOURIER_SAMPLES - HOP_SAMPLES) / 2;
  convolution.padding = Padding.Reflect;
  const spectrum = convolution.emitWith(pcm, basis, ABSENT);
  release(pcm);
  const bands = speakerConfig.bands;
  beginWeight(WeightKind.MelFilters, bands, BINS, <f32>speakerConfig.sampleRate);
  const filters = endWeight(Dtype.F32);
  const mel = acquire(<u64>frames * bands, Dtype.F32);
  emit(encodeLogMel(here(), spectrum, filters, mel, frames, BINS, bands));
  release(spectrum);
  return mel;
}

/** The convolution of the scope with its activation, mirrored around. Keeps x. */
function delayed(x: u32, inputs: u32, outputs: u32, taps: u32, dilation: u32): u32 {
  convolution.begin(frames, inputs, outputs, taps);
  convolution.dilation = dilation;
  convolution.padLeft = ((taps - 1) / 2) * dilation;
  convolution.padding = Padding.Reflect;
  convolution.after = Activation.Relu;
  return convolution.emit(x, true);
}

function enterBlock(block: u32, rest: string): void {
  scope("speaker_encoder.blocks.");
  scopeIndex(block);
  scopeText(rest);
}

/** All blocks: each inner one's output side by side, through the last one. Releases mel. */
function joinedBlocks(mel: u32): u32 {
  const last = speakerConfig.blocks - 1;
  const width = speakerConfig.channels(last);
  enterBlock(0, ".conv.");
  const first = speakerConfig.channels(0);
  let x = delayed(
    mel,
    speakerConfig.bands,
    first,
    speakerConfig.taps(0),
    speakerConfig.dilation(0),
  );
  release(mel);
  const joined = acquire(<u64>frames * width, Dtype.F32);
  let column: u32 = 0;
  for (let block: u32 = 1; block < last; block++) {
    x = squeezedBlock(block, x);
    const channels = speakerConfig.channels(block);
    copyColumns(x, frames, channels, 0, joined, width, column, channels);
    column += channels;
  }
  release(x);
  scope("speaker_encoder.mfa.conv.");
  const y = delayed(joined, width, width, speakerConfig.taps(last), speakerConfig.dilation(last));
  release(joined);
  return y;
}

/** A block of parts that build on one another, gated and added onto its input, which it returns. */
function squeezedBlock(block: u32, x: u32): u32 {
  const channels = speakerConfig.channels(block);
  enterBlock(block, ".tdnn1.conv.");
  const wide = delayed(x, channels, channels, 1, 1);
  const parts = buildingParts(block, wide, channels);
  release(wide);
  enterBlock(block, ".tdnn2.conv.");
  const y = delayed(parts, channels, channels, 1, 1);
  release(parts);
  const gate = squeezed(block, y, channels);
  emit(encodeGateAdd(here(), y, gate, x, frames, channels));
  release(gate);
  release(y);
  return x;
}

/** Part i sees its own columns and, from the third on, what the part before it made. Keeps x. */
function buildingParts(block: u32, x: u32, channels: u32): u32 {
  const width = channels / speakerConfig.scale;
  const taps = speakerConfig.taps(block);
  const dilation = speakerConfig.dilation(block);
  const parts = acquire(<u64>frames * channels, Dtype.F32);
  copyColumns(x, frames, channels, 0, parts, channels, 0, width);
  let before: u32 = ABSENT;
  for (let index: u32 = 1; index < speakerConfig.scale; index++) {
    const own = acquire(<u64>frames * width, Dtype.F32);
    copyColumns(x, frames, channels, index * width, own, width, 0, width);
    if (before != ABSENT) addOnto(own, before, frames, width);
    enterBlock(block, ".res2net_block.blocks.");
    scopeIndex(index - 1);
    scopeText(".conv.");
    before = delayed(own, width, width, taps, dilation);
    release(own);
    copyColumns(before, frames, width, 0, parts, channels, index * width, width);
  }
  release(before);
  return parts;
}

/** The gate of each channel, before its sigmoid, from the channel's mean. Keeps y. */
function squeezed(block: u32, y: u32, channels: u32): u32 {
  const inner = speakerConfig.squeeze;
  const statistics = channelStatistics(y, ABSENT, channels);
  enterBlock(block, ".se_block.conv1.");
  // Of the statistics only the means, which come first.
  const hidden = projectBiased(statistics, 1, channels, inner);
  release(statistics);
  activateInPlace(hidden, 1, inner, Activation.Relu);
  enterBlock(block, ".se_block.conv2.");
  const gate = projectBiased(hidden, 1, inner, channels);
  release(hidden);
  return gate;
}

/** Means and deviations, weighted by what a small network makes of the whole. Releases x. */
function attentivePooling(x: u32): u32 {
  const channels = speakerConfig.channels(speakerConfig.blocks - 1);
  const inner = speakerConfig.attention;
  const plain = channelStatistics(x, ABSENT, channels);
  const context = acquire(<u64>frames * 3 * channels, Dtype.F32);
  copyColumns(x, frames, channels, 0, context, 3 * channels, 0, channels);
  copyColumns(plain, 1, 2 * channels, 0, context, 3 * channels, channels, 2 * channels);
  release(plain);
  scope("speaker_encoder.asp.tdnn.conv.");
  const hidden = delayed(context, 3 * channels, inner, 1, 1);
  release(context);
  activateInPlace(hidden, frames, inner, Activation.Tanh);
  scope("speaker_encoder.asp.conv.");
  const scores = projectBiased(hidden, frames, inner, channels);
  release(hidden);
  const pooled = channelStatistics(x, scores, channels);
  release(scores);
  release(x);
  return pooled;
}

function channelStatistics(x: u32, scores: u32, channels: u32): u32 {
  const y = acquire(<u64>2 * channels, Dtype.F32);
  emit(encodeChannelStatistics(here(), x, scores, y, frames, channels));
  return y;
}

function copyColumns(
  x: u32,
  xRows: u32,
  xStride: u32,
  xAt: u32,
  y: u32,
  yStride: u32,
  yAt: u32,
  width: u32,
): void {
  emit(encodeColumns(here(), x, y, frames, width, xRows, xStride, xAt, yStride, yAt));
}
