"""The evaluation sentences by the teacher, and their codes: what the codec alone costs.

usage: evalset.py KOKORO.onnx KOKORO_SOURCE EVALSET.npz STYLE[,STYLE…] CODEC.pt OUT.npz
OUT.npz, for speaker v and sentence i: `codes{v}_{i}` [frames, GROUPS], `seconds{v}_{i}` and, of the
first six sentences, `audio{v}_{i}`, int16 at 24 kHz.
"""

import sys

import numpy as np
import torch

import codec
import synth
import teacher_model

onnx, source, sentences, styles, codec_path, out = sys.argv[1:]
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
teacher = teacher_model.load(onnx, source).to(device)
saved = torch.load(codec_path, map_location=device)
model = codec.Codec(saved["cfg"]).to(device).eval()
model.load_state_dict(saved["codec"])
items = synth.corpus(sentences)
arrays = {}
for v, style in enumerate(styles.split(",")):
    table = torch.from_numpy(synth.style_table(style)).to(device)
    for i, ids in enumerate(items):
        tokens = np.concatenate([[0], ids, [0]])
        tensor = torch.from_numpy(tokens.astype(np.int64)).to(device)[None]
        audio, frames = teacher(tensor, table[len(ids)][None])
        audio, _ = synth.trim(audio.cpu().numpy(), np.repeat(tokens, frames.cpu().numpy()))
        codes = model.encode(torch.from_numpy(audio).to(device)[None])[0]
        arrays[f"codes{v}_{i}"] = codes.T.cpu().numpy().astype(np.int16)
        arrays[f"seconds{v}_{i}"] = np.float32(len(audio) / codec.RATE)
        if i < 6:
            arrays[f"audio{v}_{i}"] = (audio * 32767).astype(np.int16)
np.savez_compressed(out, **arrays)
print("sentences", len(items))
