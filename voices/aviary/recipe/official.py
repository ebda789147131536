"""The reference implementation: loads a checkpoint folder and speaks, in f32 on the CPU.

QWEN_SRC in the environment: folder with the source of PyPI `qwen-tts` (it holds qwen_tts/); needs
transformers 4.57. Only the modules that speaking needs are imported.
"""

import copy
import importlib.machinery
import json
import os
import sys
import types
import warnings

import torch
from safetensors.torch import load_file

SOURCE = os.environ["QWEN_SRC"]
warnings.filterwarnings("ignore")


def stub(name):
    """An empty module in place of one that is imported but not used."""
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    sys.modules[name] = module


def package(name, path):
    """A package whose own __init__, which imports much more, does not run."""
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module
    return module


for name in ("torchaudio", "torchaudio.compliance", "torchaudio.compliance.kaldi", "sox", "gradio"):
    stub(name)
package("qwen_tts", SOURCE + "/qwen_tts")
core = package("qwen_tts.core", SOURCE + "/qwen_tts/core")
package("qwen_tts.inference", SOURCE + "/qwen_tts/inference")
for version in ("V1", "V2"):
    for kind in ("Config", "Model"):
        setattr(core, f"Qwen3TTSTokenizer{version}{kind}", None)

from qwen_tts.core.models import configuration_qwen3_tts as configuration  # noqa: E402
from qwen_tts.core.models import modeling_qwen3_tts as modeling  # noqa: E402
from qwen_tts.core.tokenizer_12hz import (  # noqa: E402
    configuration_qwen3_tts_tokenizer_v2 as codec_configuration,
)
from qwen_tts.core.tokenizer_12hz import (  # noqa: E402
    modeling_qwen3_tts_tokenizer_v2 as codec_modeling,
)


def settings(config):
    """What the configuration classes take of a config.json."""
    other = ("architectures", "model_type", "transformers_version")
    return {name: copy.deepcopy(v) for name, v in config.items() if name not in other}


def empty_codec(config):
    config = codec_configuration.Qwen3TTSTokenizerV2Config(**settings(config))
    return codec_modeling.Qwen3TTSTokenizerV2Model(config).eval()


def load_weights(model, path):
    model.load_state_dict({name: v.float() for name, v in load_file(path).items()}, strict=True)


def read_json(path):
    with open(path) as file:
        return json.load(file)


def load(folder):
    """Model, codec and tokenizer of a checkpoint folder."""
    from transformers import Qwen2Tokenizer

    config = configuration.Qwen3TTSConfig(**settings(read_json(folder + "/config.json")))
    config._attn_implementation = "sdpa"
    model = modeling.Qwen3TTSForConditionalGeneration(config).eval()
    load_weights(model, folder + "/model.safetensors")
    codec = empty_codec(read_json(folder + "/speech_tokenizer/config.json"))
    load_weights(codec, folder + "/speech_tokenizer/model.safetensors")
    return model, codec, Qwen2Tokenizer.from_pretrained(folder)


@torch.no_grad()
def speak(
    model, codec, tokenizer, texts, generation, language="English", speaker=None, seed=0, whole=True
):
    """Texts -> of each its codes [frames, GROUPS] and its samples at 24 kHz, or None if it has no
    frame. whole: all of the text before the first frame; otherwise the streaming layout."""
    speaker = speaker or next(iter(model.config.talker_config.spk_id))
    torch.manual_seed(seed)
    prompts = [
        f"<|im_start|>assistant\n{text}<|im_end|>\n<|im_start|>assistant\n" for text in texts
    ]
    encode = lambda text: torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]])
    codes, _ = model.generate(
        input_ids=[encode(prompt) for prompt in prompts],
        languages=[language] * len(texts),
        speakers=[speaker] * len(texts),
        non_streaming_mode=whole,
        **generation,
    )
    wave = lambda k: codec.decoder.chunked_decode(k.T[None])[0, 0].numpy()
    return [(k, wave(k) if len(k) else None) for k in codes]
