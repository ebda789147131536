// The codec decoder's transformer: attention over a window of frames, scaled branches, no norm of
// q and k. Its additions carry a scale of their own, so no level fuses them with the norm after.

import { config } from "../config";
import { release } from "../plan/buffers";
import { beginLayers, endLayers } from "../plan/writer";
import { attend } from "./attention";
import { feedForward } from "./layer";
import { addScaled, norm, project, projectBiased } from "./steps";
import { StackRun, beginCodec, codecRun } from "./stack";
import { scope } from "./weights";

/** Latent rows to latent rows; there is no residual around the whole. Releases z. */
export function codecTransformer(level: u32, lanes: u32, frames: u32, valid: u32, z: u32): u32 {
  const width = codecRun.shape.width;
  const rows = lanes * frames;
  beginCodec(level, lanes, frames, valid);
  scope("speech_tokenizer.decoder.pre_transformer.input_proj.");
  const x = projectBiased(z, rows, config.latentDim, width);
  release(z);
  beginLayers();
  for (let layer: u32 = 0; layer < codecRun.shape.layers; layer++) codecLayer(codecRun, layer, x);
  scope(codecRun.names);
  const h = norm(codecRun, x, "norm.weight");
  endLayers();
  release(x);
  scope("speech_tokenizer.decoder.pre_transformer.output_proj.");
  const y = projectBiased(h, rows, width, config.latentDim);
  release(h);
  return y;
}

function codecLayer(run: StackRun, layer: u32, x: u32): void {
  const shape = run.shape;
  run.enterLayer(layer);
  const n = norm(run, x, "input_layernorm.weight");
  const q = project(n, run.rows, shape.width, shape.qWidth, "self_attn.q_proj.weight");
  const k = project(n, run.rows, shape.width, shape.kvWidth, "self_attn.k_proj.weight");
  const v = project(n, run.rows, shape.width, shape.kvWidth, "self_attn.v_proj.weight");
  release(n);
  const y = attend(run, layer, q, k, v);
  const o = project(y, run.rows, shape.qWidth, shape.width, "self_attn.o_proj.weight");
  release(y);
  addScaled(x, o, "self_attn_layer_scale.scale", run.rows, shape.width);
  const m = norm(run, x, "post_attention_layernorm.weight");
  addScaled(x, feedForward(run, m), "mlp_layer_scale.scale", run.rows, shape.width);
}
