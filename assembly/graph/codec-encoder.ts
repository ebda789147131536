// The codec's encoder: PCM to the codes that its decoder would make speech of. Convolutions that
// halve time and double channels, a transformer over the whole recording, two residual quantisers.
import { ABSENT, Activation, Dtype, Padding, PositionSource } from "../../shared/gen/protocol.as";
import { WeightKind, encodeActivation, encodeLayerNorm } from "../../shared/gen/protocol.as";
import { ProbeKind, encodeNearestCode, encodeRopeQk } from "../../shared/gen/protocol.as";
import { encodeSelfAttention } from "../../shared/gen/protocol.as";
import { config } from "../config";
import { encoderConfig } from "../encoder-config";
import { acquire, release } from "../plan/buffers";
import { emit, here, probe } from "../plan/writer";
import { convolution, recordingInput, recordingResult } from "./recording";
import { addScaled, geluInPlace } from "./steps";
import { beginWeight, endWeight, part, scope, scopeIndex, scopeText, tensor } from "./weights";

/** Layers of the official module list for each stage: residual unit, activation, convolution. */
const STAGE_LAYERS: u32 = 3;
/** Places in a residual unit of what has weights. */
const NARROWING: u32 = 1;
const WIDENING: u32 = 3;

export function buildCodecEncoder(samples: u32): void {
  const pcm = recordingInput(samples);
  enterLayer(0, "conv.");
  convolution.begin(samples, 1, encoderConfig.filters, encoderConfig.taps);
  convolution.padLeft = encoderConfig.taps - 1;
  let x = convolution.emit(pcm, true);
  release(pcm);
  let tokens = samples;
  let channels = encoderConfig.filters;
  for (let stage: u32 = 0; stage < encoderConfig.ratioCount; stage++) {
    residualUnit(stage, x, tokens, channels);
    x = strided(stage, x, tokens, channels);
    tokens = stepsOf(tokens, encoderConfig.ratio(stage));
    channels *= 2;
    probe(ProbeKind.EncoderStage, stage, x);
  }
  x = lastConvolution(x, tokens, channels);
  transformer(x, tokens);
  probe(ProbeKind.EncoderStage, encoderConfig.ratioCount, x);
  x = downsampled(x, tokens);
  const frames = stepsOf(tokens, encoderConfig.stride);
  probe(ProbeKind.EncoderStage, encoderConfig.ratioCount + 1, x);
  const codes = quantised(x, frames);
  release(x);
  recordingResult(codes);
  release(codes);
}

function stepsOf(tokens: u32, stride: u32): u32 {
  return (tokens + stride - 1) / stride;
}

function enterLayer(index: u32, rest: string): void {
  scope("speech_tokenizer.encoder.encoder.layers.");
  scopeIndex(index);
  scopeText(".");
  scopeText(rest);
}

function enterUnit(stage: u32, place: u32): void {
  enterLayer(1 + STAGE_LAYERS * stage, "block.");
  scopeIndex(place);
  scopeText(".conv.");
}

/** x += widening(elu(narrowing(elu(x)))). */
function residualUnit(stage: u32, x: u32, tokens: u32, channels: u32): void {
  const inner = channels / encoderConfig.compress;
  enterUnit(stage, NARROWING);
  convolution.begin(tokens, channels, inner, encoderConfig.residualTaps);
  convolution.padLeft = encoderConfig.residualTaps - 1;
  convolution.before = Activation.Elu;
  convolution.after = Activation.Elu;
  const narrow = convolution.emit(x, true);
  enterUnit(stage, WIDENING);
  // As a convolution of one tap: a recording has more rows than products are made for.
  convolution.begin(tokens, inner, channels, 1);
  convolution.emitOnto(narrow, x);
  release(narrow);
}

/** To twice the channels, a step for each `ratio` of time. Releases x. */
function strided(stage: u32, x: u32, tokens: u32, channels: u32): u32 {
  const ratio = encoderConfig.ratio(stage);
  eluInPlace(x, tokens, channels);
  enterLayer(STAGE_LAYERS * (stage + 1), "conv.");
  convolution.begin(tokens, channels, 2 * channels, 2 * ratio);
  convolution.steps = stepsOf(tokens, ratio);
  convolution.stride = ratio;
  convolution.padLeft = ratio;
  const y = convolution.emit(x, true);
  release(x);
  return y;
}

/** To the transformer's width. Releases x. */
function lastConvolution(x: u32, tokens: u32, channels: u32): u32 {
  eluInPlace(x, tokens, channels);
  enterLayer(STAGE_LAYERS * encoderConfig.ratioCount + 2, "conv.");
  convolution.begin(tokens, channels, encoderConfig.hidden, encoderConfig.lastTaps);
  convolution.padLeft = encoderConfig.lastTaps - 1;
  const y = convolution.emit(x, true);
  release(x);
  return y;
}

function eluInPlace(x: u32, rows: u32, width: u32): void {
  emit(encodeActivation(here(), x, x, rows, width, Activation.Elu));
}

/** Every layer onto x; no norm closes the stack. */
function transformer(x: u32, tokens: u32): void {
  beginWeight(WeightKind.RopeFrequencies, 1, encoderConfig.headDim / 2, encoderConfig.ropeTheta);
  const frequencies = endWeight(Dtype.F32);
  for (let layer: u32 = 0; layer < encoderConfig.layers; layer++) {
    scope("speech_tokenizer.encoder.encoder_transformer.layers.");
    scopeIndex(layer);
    scopeText(".");
    const width = encoderConfig.hidden;
    const attended = attention(x, tokens, frequencies);
    addScaled(x, attended, "self_attn_layer_scale.scale", tokens, width);
    addScaled(x, feedForward(x, tokens), "mlp_layer_scale.scale", tokens, width);
  }
}

/** x · wᵀ with the scope's tensor `suffix`, as a convolution of one tap: for many rows. Keeps x. */
function project(x: u32, rows: u32, inputs: u32, outputs: u32, suffix: string): u32 {
  convolution.begin(rows, inputs, outputs, 1);
  return convolution.emitWith(x, tensor(suffix, outputs, inputs), ABSENT);
}

/** From the residual stream to the projected attention. Keeps x. */
function attention(x: u32, tokens: u32, frequencies: u32): u32 {
  const width = encoderConfig.hidden;
  const qWidth = encoderConfig.qWidth;
  const kvWidth = encoderConfig.kvWidth;
  const n = normed(x, tokens, "input_layernorm.weight", "input_layernorm.bias");
  const q = project(n, tokens, width, qWidth, "self_attn.q_proj.weight");
  const k = project(n, tokens, width, kvWidth, "self_attn.k_proj.weight");
  const v = project(n, tokens, width, kvWidth, "self_attn.v_proj.weight");
  release(n);
  const heads = encoderConfig.heads;
  const kvHeads = encoderConfig.kvHeads;
  const dim = encoderConfig.headDim;
  const zero = PositionSource.Zero;
  emit(encodeRopeQk(here(), frequencies, ABSENT, q, k, 1, tokens, heads, kvHeads, dim, zero, 0));
  const y = acquire(<u64>tokens * qWidth, Dtype.F32);
  const scale = <f32>(1 / Math.sqrt(<f64>dim));
  emit(encodeSelfAttention(here(), q, k, v, y, tokens, heads, kvHeads, dim, scale));
  release(q);
  release(k);
  release(v);
  const o = project(y, tokens, qWidth, width, "self_attn.o_proj.weight");
  release(y);
  return o;
}

/** From the residual stream to the projected MLP. Keeps x. */
function feedForward(x: u32, tokens: u32): u32 {
  const width = encoderConfig.hidden;
  const inner = encoderConfig.feedForward;
  const n = normed(x, tokens, "post_attention_layernorm.weight", "post_attention_layernorm.bias");
  const wide = project(n, tokens, width, inner, "mlp.fc1.weight");
  release(n);
  geluInPlace(wide, tokens, inner);
  const d = project(wide, tokens, inner, width, "mlp.fc2.weight");
  release(wide);
  return d;
}

function normed(x: u32, tokens: u32, gain: string, bias: string): u32 {
  const width = encoderConfig.hidden;
  const y = acquire(<u64>tokens * width, Dtype.F32);
  const g = tensor(gain, width, 1);
  const b = tensor(bias, width, 1);
  emit(encodeLayerNorm(here(), x, g, b, y, tokens, width, encoderConfig.normEps));
  return y;
}

/** A frame for each `stride` time steps; the ends go on as they are. Releases x. */
function downsampled(x: u32, tokens: u32): u32 {
  const stride = encoderConfig.stride;
  scope("speech_tokenizer.encoder.downsample.conv.");
  convolution.begin(tokens, encoderConfig.hidden, encoderConfig.hidden, 2 * stride);
  convolution.steps = stepsOf(tokens, stride);
  convolution.stride = stride;
  convolution.padLeft = stride;
  convolution.padding = Padding.Replicate;
  const y = convolution.emit(x, false);
  release(x);
  return y;
}

/** Codes of every group. The other groups begin from the frame itself, not from a rest. Keeps x. */
function quantised(x: u32, frames: u32): u32 {
  const codes = acquire(<u64>frames * config.groups, Dtype.U32);
  quantiseGroups(x, codes, frames, "semantic", 0, config.semanticGroups);
  quantiseGroups(x, codes, frames, "acoustic", config.semanticGroups, config.groups);
  return codes;
}

function quantiseGroups(x: u32, codes: u32, frames: u32, kind: string, first: u32, end: u32): void {
  const dim = encoderConfig.codebookDim;
  enterQuantiser(kind);
  const rest = project(x, frames, encoderConfig.hidden, dim, "input_proj.weight");
  for (let group = first; group < end; group++) {
    enterQuantiser(kind);
    scopeText("layers.");
    scopeIndex(group - first);
    scopeText(".codebook.");
    beginWeight(WeightKind.Codebooks, config.codebookSize, dim, 0);
    part("embed_sum");
    part("cluster_usage");
    const codebook = endWeight(Dtype.F32);
    const size = config.codebookSize;
    const groups = config.groups;
    emit(encodeNearestCode(here(), rest, codebook, codes, frames, dim, size, groups, group));
  }
  release(rest);
}

function enterQuantiser(kind: string): void {
  scope("speech_tokenizer.encoder.quantizer.");
  scopeText(kind);
  scopeText("_residual_vector_quantizer.");
}
