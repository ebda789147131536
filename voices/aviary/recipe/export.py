"""Writes the checkpoint folder in the released layout.

usage: SPEAKERS=NAME,NAME export.py LM.pt DECODER.pt TEXT.npz OUT_DIR TOKENIZER_DIR
LM.pt and DECODER.pt are train_lm.py's lm.pt and the last train_codec.py's codec.pt, or only their
averaged weights `ema` and `cfg`; TEXT.npz and TOKENIZER_DIR are prep_lm.py's. Weights become bf16,
the codebooks stay f32: a code's row is a quotient of two tensors.
"""

import json
import os
import shutil
import sys

import numpy as np
import torch
from safetensors.torch import save_file

import lm
import official
import prep_lm

METADATA = {"format": "pt"}


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=1)


def text_embedding(weight, tokenizer, text, pieces):
    """Rows of the vocabulary [pieces, width]; pieces that never occurred read as a space."""
    space = tokenizer.encode(" ", add_special_tokens=False).ids[0]
    seen = set(text["seen"].tolist()) | set(text["special"].tolist())
    for i in range(weight.shape[0]):
        if i not in seen:
            weight[i] = weight[space]
    return weight[:pieces].clone()


def talker_config(speakers, pieces):
    c = lm.CFG
    height = width = (c["head_dim"] // 2) * 20 // 64  # three equal positions: any split will do
    return dict(
        attention_bias=False,
        attention_dropout=0,
        codec_bos_id=lm.BOS,
        codec_eos_token_id=lm.EOS,
        codec_think_id=lm.THINK,
        codec_language_id={"english": lm.ENGLISH},
        codec_nothink_id=lm.NOTHINK,
        codec_pad_id=lm.PAD,
        codec_think_bos_id=lm.THINK_BOS,
        codec_think_eos_id=lm.THINK_EOS,
        hidden_act="silu",
        hidden_size=c["hidden_size"],
        initializer_range=0.02,
        intermediate_size=c["intermediate_size"],
        max_position_embeddings=32768,
        model_type="qwen3_tts_talker",
        num_attention_heads=c["num_attention_heads"],
        num_code_groups=lm.GROUPS,
        num_hidden_layers=c["num_hidden_layers"],
        num_key_value_heads=c["num_key_value_heads"],
        head_dim=c["head_dim"],
        pad_token_id=lm.PAD,
        position_id_per_seconds=13,
        rms_norm_eps=1e-6,
        rope_scaling={
            "interleaved": True,
            "mrope_section": [c["head_dim"] // 2 - height - width, height, width],
            "rope_type": "default",
            "type": "default",
        },
        rope_theta=1000000,
        sliding_window=None,
        spk_id={name: lm.SPEAKER + i for i, name in enumerate(speakers)},
        spk_is_dialect={name: False for name in speakers},
        text_hidden_size=c["text_hidden_size"],
        text_vocab_size=pieces,
        use_cache=True,
        use_sliding_window=False,
        vocab_size=c["vocab_size"],
        code_predictor_config=predictor_config(),
    )


def predictor_config():
    c = lm.CFG["cp"]
    return dict(
        attention_bias=False,
        attention_dropout=0,
        head_dim=c["head_dim"],
        hidden_act="silu",
        hidden_size=c["hidden_size"],
        initializer_range=0.02,
        intermediate_size=c["intermediate_size"],
        layer_types=["full_attention"] * c["num_hidden_layers"],
        max_position_embeddings=65536,
        max_window_layers=28,
        model_type="qwen3_tts_talker_code_predictor",
        num_attention_heads=c["num_attention_heads"],
        num_code_groups=lm.GROUPS,
        num_hidden_layers=c["num_hidden_layers"],
        num_key_value_heads=c["num_key_value_heads"],
        rms_norm_eps=1e-6,
        rope_scaling=None,
        rope_theta=1000000,
        sliding_window=None,
        use_cache=True,
        use_sliding_window=False,
        vocab_size=lm.CODEBOOK,
    )


def generation_config():
    return dict(
        do_sample=True,
        repetition_penalty=1.0,
        temperature=0.6,
        top_p=1.0,
        top_k=20,
        subtalker_dosample=True,
        subtalker_temperature=0.6,
        subtalker_top_p=1.0,
        subtalker_top_k=20,
        max_new_tokens=600,
    )


def decoder_config(c):
    return dict(
        attention_bias=False,
        attention_dropout=0.0,
        latent_dim=c["latent_dim"],
        codebook_dim=c["codebook_dim"],
        codebook_size=c["codebook_size"],
        decoder_dim=c["decoder_dim"],
        hidden_act="silu",
        hidden_size=c["hidden_size"],
        intermediate_size=c["intermediate_size"],
        layer_scale_initial_scale=0.01,
        max_position_embeddings=8000,
        head_dim=c["head_dim"],
        num_attention_heads=c["num_attention_heads"],
        num_hidden_layers=c["num_hidden_layers"],
        num_key_value_heads=c["num_attention_heads"],
        num_quantizers=c["num_quantizers"],
        num_semantic_quantizers=1,
        rms_norm_eps=1e-5,
        rope_theta=10000,
        semantic_codebook_size=4096,
        sliding_window=c["sliding_window"],
        upsample_rates=list(c["upsample_rates"]),
        upsampling_ratios=list(c["upsampling_ratios"]),
        vector_quantization_hidden_dimension=c["codebook_dim"] // 2,
    )


def encoder_config(c):
    """As small as the reference implementation takes it: see write_codec."""
    return dict(
        _frame_rate=12.5,
        attention_bias=False,
        attention_dropout=0.0,
        audio_channels=1,
        codebook_dim=4,
        codebook_size=c["codebook_size"],
        compress=2,
        dilation_growth_rate=2,
        head_dim=4,
        hidden_act="gelu",
        hidden_size=8,
        initializer_range=0.02,
        intermediate_size=8,
        kernel_size=7,
        last_kernel_size=3,
        layer_scale_initial_scale=0.01,
        max_position_embeddings=8000,
        norm_eps=1e-5,
        normalize=False,
        num_attention_heads=2,
        num_filters=2,
        num_hidden_layers=1,
        num_key_value_heads=2,
        num_quantizers=c["num_quantizers"],
        num_residual_layers=1,
        num_semantic_quantizers=1,
        pad_mode="constant",
        residual_kernel_size=3,
        rope_theta=10000.0,
        sampling_rate=24000,
        sliding_window=250,
        trim_right_ratio=1.0,
        upsample_groups=8,
        upsampling_ratios=[8, 6, 5, 4],
        use_cache=False,
        use_causal_conv=True,
        use_conv_shortcut=False,
        use_streaming=False,
        vector_quantization_hidden_dimension=4,
    )


def write_talker(out, path, text_path, speakers):
    """Gives the number of parameters."""
    tokenizer = prep_lm.read(out)
    with open(out + "/tokenizer_config.json") as file:
        added = json.load(file)["added_tokens_decoder"]
    special = {token["content"]: int(i) for i, token in added.items()}
    pieces = max(special.values()) + 1
    state = torch.load(path, map_location="cpu")["ema"]
    state = {name: v.float() for name, v in state.items()}
    name = "model.text_embedding.weight"
    state[name] = text_embedding(state[name], tokenizer, np.load(text_path), pieces)
    tensors = {"talker." + name: v.bfloat16().contiguous() for name, v in state.items()}
    save_file(tensors, out + "/model.safetensors", metadata=METADATA)
    config = dict(
        architectures=["Qwen3TTSForConditionalGeneration"],
        model_type="qwen3_tts",
        im_start_token_id=special["<|im_start|>"],
        im_end_token_id=special["<|im_end|>"],
        tts_pad_token_id=special["<tts_pad>"],
        tts_bos_token_id=special["<tts_text_bos>"],
        tts_eos_token_id=special["<tts_text_eod>"],
        tokenizer_type="qwen3_tts_tokenizer_12hz",
        tts_model_size="0b6",
        tts_model_type="custom_voice",
        talker_config=talker_config(speakers, pieces),
        transformers_version="4.57.3",
    )
    write_json(out + "/config.json", config)
    write_json(out + "/generation_config.json", generation_config())
    return sum(v.numel() for v in state.values())


def write_codec(folder, path):
    """The trained decoder. The layout's encoder is for cloning voices only: here it is tiny and all
    zero. Gives the number of the decoder's parameters."""
    saved = torch.load(path, map_location="cpu")
    c = saved["cfg"]
    config = dict(
        architectures=["Qwen3TTSTokenizerV2Model"],
        model_type="qwen3_tts_tokenizer_12hz",
        encoder_valid_num_quantizers=c["num_quantizers"],
        input_sample_rate=24000,
        output_sample_rate=24000,
        decode_upsample_rate=1920,
        encode_downsample_rate=1920,
        decoder_config=decoder_config(c),
        encoder_config=encoder_config(c),
    )
    write_json(folder + "/config.json", config)
    tensors = {}
    for name, v in saved["ema"].items():
        v = v.float() if "_codebook" in name else v.bfloat16()
        tensors["decoder." + name] = v.contiguous().clone()
    parameters = sum(v.numel() for v in tensors.values())
    for name, v in official.empty_codec(config).state_dict().items():
        if name.startswith("encoder."):
            is_divisor = "cluster_usage" in name or "initialized" in name
            tensors[name] = torch.ones_like(v) if is_divisor else torch.zeros_like(v)
    save_file(tensors, folder + "/model.safetensors", metadata=METADATA)
    preprocessor = dict(
        feature_extractor_type="EncodecFeatureExtractor",
        feature_size=1,
        sampling_rate=24000,
        padding_side="right",
        padding_value=0.0,
        return_attention_mask=True,
    )
    write_json(folder + "/preprocessor_config.json", preprocessor)
    return parameters


def main():
    lm_path, decoder_path, text_path, out, tokenizer = sys.argv[1:]
    os.makedirs(out + "/speech_tokenizer", exist_ok=True)
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(f"{tokenizer}/{name}", out)
    talker = write_talker(out, lm_path, text_path, os.environ["SPEAKERS"].split(","))
    decoder = write_codec(out + "/speech_tokenizer", decoder_path)
    files = [os.path.join(folder, name) for folder, _, names in os.walk(out) for name in names]
    size = sum(map(os.path.getsize, files))
    print("exported", out, "bytes", size, "talker params", talker, "codec decoder params", decoder)


if __name__ == "__main__":
    main()
