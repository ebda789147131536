"""Codes of every utterance.

usage: encode.py --codec CODEC.pt --data SHARD_DIR --out CODES.npz [--packed DIR] [--budget SECONDS]
CODES.npz: `codes` [frames, GROUPS], `lab` the phoneme labels, and of every utterance `n` its
frames, `idx` its text, `spk` its speaker. With --packed the same at 9 bits a code, in files of at
most 15 MiB. After --budget seconds no further shard is begun.
"""

import argparse
import glob
import os
import time

import numpy as np
import torch

import codec
from codec import ALL, FRAME

BATCH = 96  # utterances
PIECE = 15 << 20  # bytes of a packed file
FRAMES_HOUR = 45000

parser = argparse.ArgumentParser()
parser.add_argument("--codec", required=True)
parser.add_argument("--data", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--packed")
parser.add_argument("--budget", type=float, default=400)
args = parser.parse_args()

device = "cuda" if torch.cuda.is_available() else "cpu"
saved = torch.load(args.codec, map_location=device)
model = codec.Codec(saved["cfg"]).to(device).eval()
model.load_state_dict(saved["codec"])


@torch.no_grad()
def encode(audio, frames):
    """Int16 samples of utterances one after the other, their frames [N] -> codes [sum, GROUPS]."""
    audio = torch.from_numpy(audio).to(device)
    begin = np.concatenate([[0], np.cumsum(frames)])
    order = np.argsort(frames)  # utterances of about one length together
    shape = (begin[-1], codec.CFG["num_quantizers"])
    out = torch.zeros(shape, dtype=torch.int16, device=device)
    for i in range(0, len(order), BATCH):
        batch = order[i : i + BATCH]
        x = torch.zeros(len(batch), int(frames[batch].max()) * FRAME, device=device)
        for row, u in enumerate(batch):
            part = audio[begin[u] * FRAME : begin[u + 1] * FRAME]
            x[row, : frames[u] * FRAME] = part.float() / 32767
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            z = model.encoder(x)
        keep = torch.full((len(batch),), ALL, device=device)
        codes = model.decoder.quantizer(z.float(), keep)[2]
        for row, u in enumerate(batch):
            out[begin[u] : begin[u + 1]] = codes[row, :, : frames[u]].T.to(torch.int16)
    return out.cpu().numpy().astype(np.uint16)


def pack(folder, arrays):
    """codes-0.bin …: the codes' nine bits, the first of a code the highest; meta.npz: the rest,
    with the three labels of a frame that training uses."""
    codes = arrays["codes"].astype(">u2").reshape(-1, 1)
    bits = np.unpackbits(codes.view(np.uint8), axis=1)[:, 7:]
    packed = np.packbits(bits.reshape(-1))
    os.makedirs(folder, exist_ok=True)
    for j, at in enumerate(range(0, len(packed), PIECE)):
        packed[at : at + PIECE].tofile(f"{folder}/codes-{j}.bin")
    labels = arrays["lab"].reshape(-1, 6)[:, [1, 3, 5]].astype(np.uint8)
    meta = {name: arrays[name] for name in ("n", "idx", "spk")}
    np.savez_compressed(folder + "/meta.npz", **meta, lab=labels)
    print("packed", len(packed))


start = time.time()
parts = {name: [] for name in ("codes", "lab", "n", "idx", "spk")}
for path in sorted(glob.glob(args.data + "/shard-*.npz")):
    shard = np.load(path)
    parts["codes"].append(encode(shard["audio"], shard["n"]))
    for name in ("lab", "n", "idx", "spk"):
        parts[name].append(shard[name])
    if time.time() - start > args.budget:
        break
arrays = {name: np.concatenate(p) for name, p in parts.items()}
# Whole or not at all: the language model waits for this file.
np.savez(args.out + ".tmp.npz", **arrays)
os.replace(args.out + ".tmp.npz", args.out)

codes = arrays["codes"]
entropies = []
for g in range(codes.shape[1]):
    p = np.bincount(codes[:, g], minlength=codec.CFG["codebook_size"]) / len(codes)
    entropies.append(-(p[p > 0] * np.log2(p[p > 0])).sum())
print(
    f"encoded {len(codes) / FRAMES_HOUR:.1f} h, {len(arrays['n'])} utterances"
    f" in {time.time() - start:.0f} s;"
    f" unigram bits per group: {' '.join(f'{e:.2f}' for e in entropies)}",
    flush=True,
)
if args.packed:
    pack(args.packed, arrays)
