"""Speaks sentences with the reference implementation and has the judge listen.

usage: evaluate.py CHECKPOINT SENTENCES.txt OUT_DIR [--speaker NAME] [--stream] [--n N] [--seed N]
Writes OUT_DIR/NNN.wav and OUT_DIR/result.json; prints the worst sentences and the numbers.
"""

import argparse
import json
import os
import time

import numpy as np
import soundfile
import torch

import judge
import official

RATE, FRAME_SECONDS = 24000, 0.08

parser = argparse.ArgumentParser()
parser.add_argument("checkpoint")
parser.add_argument("sentences")
parser.add_argument("out")
parser.add_argument("--speaker", help="the checkpoint's first if not given")
parser.add_argument("--stream", action="store_true", help="the streaming text layout")
parser.add_argument("--n", type=int, default=1000, help="only so many sentences")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--generation", default="{}", help="JSON over generation_config.json")
parser.add_argument("--batch", type=int, default=25)
parser.add_argument("--limit", type=int, default=220, help="frames of a sentence at most")
parser.add_argument("--show", type=int, default=12, help="worst sentences to print")
args = parser.parse_args()
torch.set_num_threads(2)

model, codec, tokenizer = official.load(args.checkpoint)
generation = official.read_json(args.checkpoint + "/generation_config.json")
generation.update(json.loads(args.generation))
generation["max_new_tokens"] = args.limit
with open(args.sentences) as file:
    sentences = [line.strip() for line in file if line.strip()][: args.n]
order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
results = {}
start = time.time()
for at in range(0, len(order), args.batch):
    batch = order[at : at + args.batch]
    spoken = official.speak(
        model,
        codec,
        tokenizer,
        [sentences[i] for i in batch],
        generation,
        speaker=args.speaker,
        seed=args.seed,
        whole=not args.stream,
    )
    results.update(zip(batch, spoken))
took = time.time() - start

os.makedirs(args.out, exist_ok=True)
frames = [len(results[i][0]) for i in range(len(sentences))]
audio = [results[i][1] for i in range(len(sentences))]
for i, samples in enumerate(audio):
    soundfile.write(f"{args.out}/{i:03d}.wav", samples, RATE)
score = judge.score(zip(sentences, audio), show=args.show)
endless = [sentences[i] for i, n in enumerate(frames) if n >= args.limit - 1]
samples = np.concatenate(audio)
del generation["max_new_tokens"]
result = dict(
    speaker=args.speaker,
    stream=args.stream,
    settings=generation,
    seed=args.seed,
    n=len(sentences),
    wer=round(score["wer"], 4),
    perfect=score["perfect"],
    words=score["words"],
    runaway=len(endless),
    frames=sum(frames),
    seconds_audio=round(sum(frames) * FRAME_SECONDS, 1),
    generate_s=round(took, 1),
    peak=round(float(np.abs(samples).max()), 3),
    clipped=float((np.abs(samples) >= 0.999).mean()),
    rms=round(float(np.sqrt((samples**2).mean())), 4),
    no_eos=endless,
)
print(json.dumps(result))
with open(args.out + "/result.json", "w") as file:
    json.dump(dict(result, rows=score["rows"]), file, indent=1)
