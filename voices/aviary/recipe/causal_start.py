"""A codec to train on from: encoder and phoneme head of one stage, the trained decoder of the next.

usage: causal_start.py CODEC.pt DECODER.pt OUT.pt
An encoder that saw both sides (the first run's) keeps the taps that lie in the past.
"""

import sys

import torch
import torch.nn.functional as F

import codec

# Taps of the first run's kernels that lay ahead, by kernel size.
AHEAD = {5: 2, 7: 3, 4: 1}

codec_path, decoder_path, out = sys.argv[1:]
first = torch.load(codec_path, map_location="cpu", weights_only=False)["codec"]
second = torch.load(decoder_path, map_location="cpu", weights_only=False)
state = {}
for name, wanted in codec.Codec().state_dict().items():
    source = name
    both_sides = name.startswith("encoder.net") and name not in first
    if both_sides:
        source = name.replace(".conv.", ".")
    weight = first[source].float()
    if name.startswith("encoder.net") and name.endswith(".weight") and weight.dim() == 3:
        if both_sides:
            taps = weight.shape[2]
            weight = F.pad(weight, (AHEAD[taps], 0))[..., :taps]
    assert weight.shape == wanted.shape, name
    state[name] = weight
for name, v in second["codec"].items():
    if name.startswith("decoder."):
        state[name] = v.float()
# The averaged decoder; the codebooks are averages of their own.
for name, v in second["ema"].items():
    if "quantizer" not in name:
        state["decoder." + name] = v.float()
torch.save(dict(codec={name: v.half() for name, v in state.items()}, cfg=codec.CFG), out)
