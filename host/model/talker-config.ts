import type { JsonFields } from "./json-fields.ts";

/** The dimensions of one decoder stack with grouped-query attention and rotary positions. */
export interface TransformerConfig {
  readonly layers: number;
  readonly width: number;
  readonly feedForwardWidth: number;
  readonly heads: number;
  /** Divides `heads`. */
  readonly kvHeads: number;
  /** Even. heads × headWidth need not be `width`. */
  readonly headWidth: number;
  readonly rmsEps: number;
  readonly ropeTheta: number;
  readonly positionsMax: number;
}

/** Rows of the codec embedding that steer rather than sound. */
export interface CodecIds {
  readonly pad: number;
  readonly bos: number;
  readonly eos: number;
  readonly think: number;
  readonly nothink: number;
  readonly thinkBos: number;
  readonly thinkEos: number;
}

export interface TalkerConfig extends TransformerConfig {
  /** Rows of the codec embedding and of the codec head. Ids 0 … audioCodes − 1 are sound. */
  readonly vocabulary: number;
  readonly audioCodes: number;
  readonly textVocabulary: number;
  readonly textWidth: number;
}

/** Predicts codes 1 … codeGroups − 1 of a frame from the talker's state and code 0. */
export interface PredictorConfig extends TransformerConfig {
  /** Codes of each of its heads and tables. */
  readonly vocabulary: number;
  /** True when talker rows (talker.width) are projected to the predictor's width. */
  readonly isProjected: boolean;
}

export const SIZE_MAX = 1 << 20;

const LAYERS_MAX = 1024;

export function parseTransformer(fields: JsonFields): TransformerConfig {
  const heads = fields.integer("num_attention_heads", 1, SIZE_MAX);
  const kvHeads = fields.integer("num_key_value_heads", 1, heads);
  if (heads % kvHeads !== 0) {
    fields.refuse("num_key_value_heads", kvHeads, `a divisor of num_attention_heads (${heads})`);
  }
  const headWidth = fields.integer("head_dim", 2, SIZE_MAX);
  if (headWidth % 2 !== 0) fields.refuse("head_dim", headWidth, "even, to be rotated in halves");
  fields.oneOf("hidden_act", ["silu"]);
  if (fields.has("attention_bias") && fields.boolean("attention_bias")) {
    fields.refuse("attention_bias", true, "false: this engine reads no attention biases");
  }
  return {
    layers: fields.integer("num_hidden_layers", 1, LAYERS_MAX),
    width: fields.integer("hidden_size", 1, SIZE_MAX),
    feedForwardWidth: fields.integer("intermediate_size", 1, SIZE_MAX),
    heads,
    kvHeads,
    headWidth,
    rmsEps: fields.number("rms_norm_eps", Number.MIN_VALUE, 1),
    ropeTheta: fields.number("rope_theta", 1, 1e12),
    positionsMax: fields.integer("max_position_embeddings", 1, 1 << 30),
  };
}

/** The talker of `talker_config`; `audioCodes` is what the predictor and the codec agree on. */
export function parseTalker(fields: JsonFields, audioCodes: number): TalkerConfig {
  refuseSlidingWindow(fields);
  refuseScaledRope(fields);
  const vocabulary = fields.integer("vocab_size", 1, SIZE_MAX);
  if (vocabulary <= audioCodes) {
    fields.refuse("vocab_size", vocabulary, `more than the ${audioCodes} audio codes`);
  }
  return {
    ...parseTransformer(fields),
    vocabulary,
    audioCodes,
    textVocabulary: fields.integer("text_vocab_size", 1, 1 << 24),
    textWidth: fields.integer("text_hidden_size", 1, SIZE_MAX),
  };
}

export function parsePredictor(fields: JsonFields, talkerWidth: number): PredictorConfig {
  refuseSlidingWindow(fields);
  refuseScaledRope(fields);
  const transformer = parseTransformer(fields);
  return {
    ...transformer,
    vocabulary: fields.integer("vocab_size", 1, SIZE_MAX),
    isProjected: transformer.width !== talkerWidth,
  };
}

/** Control ids: each must be a row of the codec embedding above the audio codes. */
export function parseCodecIds(fields: JsonFields, talker: TalkerConfig): CodecIds {
  const id = (name: string): number =>
    fields.integer(name, talker.audioCodes, talker.vocabulary - 1);
  return {
    pad: id("codec_pad_id"),
    bos: id("codec_bos_id"),
    eos: id("codec_eos_token_id"),
    think: id("codec_think_id"),
    nothink: id("codec_nothink_id"),
    thinkBos: id("codec_think_bos_id"),
    thinkEos: id("codec_think_eos_id"),
  };
}

function refuseSlidingWindow(fields: JsonFields): void {
  if (fields.has("use_sliding_window") && fields.boolean("use_sliding_window")) {
    fields.refuse("use_sliding_window", true, "false: attention is over the whole context");
  }
}

/** All axes of the multimodal rope carry one position here, so "default" is plain rope. */
function refuseScaledRope(fields: JsonFields): void {
  if (!fields.has("rope_scaling")) return;
  const scaling = fields.object("rope_scaling");
  for (const name of ["rope_type", "type"]) {
    if (scaling.has(name)) scaling.oneOf(name, ["default"]);
  }
}
