// Codes to PCM: dequantisation, transformer, latent upsampling, waveform blocks. Every activation
// is (lanes, time, channel); `rate` is how many time steps a frame has so far.
import { Dtype, ProbeKind, WeightKind, encodeCodebookSum } from "../../shared/gen/protocol.as";
import { ABSENT, encodePublishPcm, encodeVocodeBegin } from "../../shared/gen/protocol.as";
import { encodeReferenceAdvance, encodeReferenceBegin } from "../../shared/gen/protocol.as";
import { VOCODE_FRAMES_MAX, codecRate, codecRatio, config } from "../config";
import { referenceMax } from "../encoder-config";
import { CONV_TAPS, PRE_CONV_TAPS, RESIDUAL_UNITS, unitDilation } from "../layout";
import { acquire, release } from "../plan/buffers";
import { emit, here, probe } from "../plan/writer";
import { codecTransformer } from "./codec-transformer";
import { CodecRun, convolve, convolveDepthwise, layerNorm, snake, upsample } from "./convolution";
import { act, beginHistories, codesField, endHistories, pcmField } from "./places";
import { referenceField, rowState } from "./places";
import { addScaled, geluInPlace, projectBiased, projectOnto, sized } from "./steps";
import { beginWeight, endWeight, part, scope, scopeIndex, scopeText, tensor } from "./weights";

/** Inner width of a ConvNeXt block over its outer one. */
const CONVNEXT_EXPANSION: u32 = 4;
/** Of the ConvNeXt blocks' norm. */
const LAYER_NORM_EPS: f32 = 1e-6;
/** Time steps that an output of a waveform block's transposed convolution sees. */
const BLOCK_SPANS: u32 = 2;
/** First index of a residual unit inside its block: before it lie Snake and convolution. */
const FIRST_UNIT: u32 = 2;

const run: CodecRun = new CodecRun();
let stage: u32 = 0;

/** Frames that wait to become PCM. */
export function buildVocode(level: u32, lanes: u32, frames: u32): void {
  const valid = acquire(lanes, Dtype.U32);
  emit(encodeVocodeBegin(here(), rowState(), valid, lanes, frames));
  const samples = decodeFrames(level, lanes, frames, valid, false);
  emitPublish(samples, lanes, frames, valid);
  release(samples);
  release(valid);
}

/** Frames of a voice's recording: they leave the state that speech in that voice begins from. */
export function buildPrime(level: u32, lanes: u32, frames: u32): void {
  const valid = acquire(lanes, Dtype.U32);
  emit(encodeReferenceBegin(here(), rowState(), valid, lanes, frames));
  release(decodeFrames(level, lanes, frames, valid, true));
  emit(encodeReferenceAdvance(here(), valid, rowState(), lanes));
  release(valid);
}

/** From the codes of a row, or of its voice's recording, to samples. */
function decodeFrames(level: u32, lanes: u32, frames: u32, valid: u32, ofReference: bool): u32 {
  run.begin(level, lanes, frames, valid);
  stage = 0;
  beginHistories();
  let x = dequantise(ofReference);
  x = staged(preConvolution(x));
  x = staged(codecTransformer(level, lanes, frames, valid, x));
  for (let i: u32 = 0; i < config.ratioCount; i++) x = staged(upsamplingStage(i, x));
  scope("speech_tokenizer.decoder.decoder.0.conv.");
  x = staged(convolve(run, x, config.latentDim, config.decoderDim, CONV_TAPS, 1));
  let width = config.decoderDim;
  for (let block: u32 = 1; block <= config.rateCount; block++) {
    x = staged(waveformBlock(block, x, width));
    width /= 2;
  }
  const samples = waveformEnd(x, width);
  probe(ProbeKind.Pcm, 0, samples);
  endHistories();
  return samples;
}

/** Labels x as the output of the next stage. */
function staged(x: u32): u32 {
  probe(ProbeKind.VocoderStage, stage++, x);
  return x;
}

/** Sums of codebook entries, projected: semantic groups and the others apart, then added. */
function dequantise(ofReference: bool): u32 {
  const dim = config.codebookDim;
  const outputs = config.quantizedDim;
  const rows = run.rows;
  const semantic = acquire(<u64>rows * dim, act());
  const acoustic = acquire(<u64>rows * dim, act());
  emitCodebookSum(semantic, acoustic, ofReference);
  scope("speech_tokenizer.decoder.quantizer.rvq_first.output_proj.");
  const z = run.project(semantic, dim, outputs);
  scope("speech_tokenizer.decoder.quantizer.rvq_rest.output_proj.");
  const w = tensor("weight", outputs, dim);
  projectOnto(z, acoustic, w, ABSENT, sized(rows, dim, outputs), run.level);
  return staged(z);
}

function emitCodebookSum(semantic: u32, acoustic: u32, ofReference: bool): void {
  emit(
    encodeCodebookSum(
      here(),
      rowState(),
      ofReference ? referenceField() : codesField(),
      run.valid,
      codebooks(),
      semantic,
      acoustic,
      run.lanes,
      run.tokens,
      config.groups,
      config.semanticGroups,
      config.codebookSize,
      config.codebookDim,
      ofReference ? referenceMax : config.framesMax,
      ofReference ? 1 : 0,
    ),
  );
}

/** All groups' codebooks, each entry divided by how often it was used. */
function codebooks(): u32 {
  beginWeight(WeightKind.Codebooks, config.groups * config.codebookSize, config.codebookDim, 0);
  for (let group: u32 = 0; group < config.groups; group++) {
    const isSemantic = group < config.semanticGroups;
    scope("speech_tokenizer.decoder.quantizer.");
    scopeText(isSemantic ? "rvq_first" : "rvq_rest");
    scopeText(".vq.layers.");
    scopeIndex(isSemantic ? group : group - config.semanticGroups);
    scopeText("._codebook.");
    part("embedding_sum");
    part("cluster_usage");
  }
  return endWeight(Dtype.F32);
}

function preConvolution(z: u32): u32 {
  scope("speech_tokenizer.decoder.pre_conv.conv.");
  return convolve(run, z, config.quantizedDim, config.latentDim, PRE_CONV_TAPS, 1);
}

/** A transposed convolution without overlap, then a ConvNeXt block. Releases x. */
function upsamplingStage(index: u32, x: u32): u32 {
  const width = config.latentDim;
  const inner = CONVNEXT_EXPANSION * width;
  enterUpsampling(index, ".0.conv.");
  const y = staged(upsample(run, x, width, width, codecRatio(index), 1));

  enterUpsampling(index, ".1.dwconv.conv.");
  const mixed = convolveDepthwise(run, y, width, CONV_TAPS);
  enterUpsampling(index, ".1.norm.");
  layerNorm(mixed, run.rows, width, LAYER_NORM_EPS);
  enterUpsampling(index, ".1.pwconv1.");
  const wide = projectBiased(mixed, run.rows, width, inner);
  release(mixed);
  geluInPlace(wide, run.rows, inner);
  enterUpsampling(index, ".1.pwconv2.");
  const d = projectBiased(wide, run.rows, inner, width);
  release(wide);
  enterUpsampling(index, ".1.");
  addScaled(y, d, "gamma", run.rows, width);
  return y;
}

function enterUpsampling(index: u32, rest: string): void {
  scope("speech_tokenizer.decoder.upsample.");
  scopeIndex(index);
  scopeText(rest);
}

/** Snake, a transposed convolution that halves the width, residual units. Releases x. */
function waveformBlock(block: u32, x: u32, width: u32): u32 {
  enterBlock(block, 0);
  snake(run, x, x, width);
  enterBlock(block, 1);
  scopeText("conv.");
  const y = upsample(run, x, width, width / 2, codecRate(block - 1), BLOCK_SPANS);
  for (let unit: u32 = 0; unit < RESIDUAL_UNITS; unit++) {
    residualUnit(block, unit, y, width / 2);
  }
  return y;
}

/** x += conv1x1(snake(conv(snake(x)))). */
function residualUnit(block: u32, unit: u32, x: u32, width: u32): void {
  const place = FIRST_UNIT + unit;
  enterBlock(block, place);
  scopeText("act1.");
  const active = acquire(<u64>run.rows * width, act());
  snake(run, x, active, width);
  enterBlock(block, place);
  scopeText("conv1.conv.");
  const y = convolve(run, active, width, width, CONV_TAPS, unitDilation(unit));
  enterBlock(block, place);
  scopeText("act2.");
  snake(run, y, y, width);
  enterBlock(block, place);
  scopeText("conv2.conv.");
  const w = tensor("weight", width, width);
  const bias = tensor("bias", width, 1);
  projectOnto(x, y, w, bias, sized(run.rows, width, width), run.level);
}

function enterBlock(block: u32, place: u32): void {
  scope("speech_tokenizer.decoder.decoder.");
  scopeIndex(block);
  scopeText(".block.");
  scopeIndex(place);
  scopeText(".");
}

/** Snake and the convolution to one channel. Releases x. */
function waveformEnd(x: u32, width: u32): u32 {
  scope("speech_tokenizer.decoder.decoder.");
  scopeIndex(config.rateCount + 1);
  scopeText(".");
  snake(run, x, x, width);
  staged(x);
  scope("speech_tokenizer.decoder.decoder.");
  scopeIndex(config.rateCount + 2);
  scopeText(".conv.");
  return convolve(run, x, width, 1, CONV_TAPS, 1);
}

function emitPublish(samples: u32, lanes: u32, frames: u32, valid: u32): void {
  emit(
    encodePublishPcm(
      here(),
      samples,
      valid,
      rowState(),
      pcmField(),
      lanes,
      frames,
      config.frameSamples,
      VOCODE_FRAMES_MAX,
    ),
  );
}
