"""Trains the codec, or with --freeze its decoder alone.

usage: train_codec.py --data SHARD_DIR --out DIR --seconds N [--resume CKPT] [--freeze]
Writes OUT/codec.pt (`codec`, the averaged decoder `ema`, `cfg`) about once a minute and OUT/disc.pt
at the end; a disc.pt that lies there already is where the discriminators start from. All audio is
held on the GPU as int16; shards that the teacher writes meanwhile are picked up. Random crops of
CROP frames, mel loss at six resolutions, hinge GAN and feature matching.
"""

import argparse
import copy
import glob
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import codec
from codec import ALL, FRAME, PHONEMES, RATE

CROP = 28  # frames of a crop
CROP_GAN = 9  # frames of it that the discriminators see
LABELS = 6  # phoneme labels of a frame; every second is a target
SPREAD = 20  # directions that the acoustic latents should use at least
COMMIT = 0.05  # weight of the commitment loss
FRAMES_HOUR = 3600 * RATE / FRAME

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--seconds", type=float, required=True, help="how long to train")
parser.add_argument("--resume", help="checkpoint to start from")
parser.add_argument("--freeze", action="store_true", help="only the decoder learns")
parser.add_argument("--batch", type=int, default=64, help="crops of a step")
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--gan_after", type=int, default=300, help="steps before the discriminators")
parser.add_argument("--hours", type=float, default=90, help="hours of speech to hold at most")
parser.add_argument("--wait", type=float, default=500, help="seconds of speech to wait for")
parser.add_argument("--max_steps", type=int, default=10**9)
args = parser.parse_args()

device = "cuda" if torch.cuda.is_available() else "cpu"
cuda = device == "cuda"
os.makedirs(args.out, exist_ok=True)
torch.manual_seed(1)
torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cudnn.allow_tf32 = True
torch.backends.cudnn.benchmark = True


class Speech:
    """All shards one after the other: int16 samples, and labels of 1/75 s."""

    def __init__(self):
        self.capacity = int(args.hours * FRAMES_HOUR)
        self.frames = 0
        self.files = set()
        self.audio = torch.zeros(self.capacity * FRAME, dtype=torch.int16, device=device)
        self.labels = torch.zeros(self.capacity * LABELS, dtype=torch.uint8, device=device)

    def load(self):
        for path in sorted(glob.glob(args.data + "/shard-*.npz")):
            if path in self.files:
                continue
            try:
                shard = np.load(path)
                audio, labels = shard["audio"], shard["lab"]
            except Exception:  # not whole yet: the next call tries again
                continue
            self.files.add(path)
            begin, end = self.frames, self.frames + len(audio) // FRAME
            if end > self.capacity:
                continue
            part = slice(begin * FRAME, end * FRAME)
            self.audio[part].copy_(torch.from_numpy(audio).to(device))
            part = slice(begin * LABELS, end * LABELS)
            self.labels[part].copy_(torch.from_numpy(labels).to(device))
            self.frames = end

    def crops(self):
        """Samples [B, CROP * FRAME] in [-1, 1] and three phonemes a frame [B, CROP * 3]."""
        begin = torch.randint(0, self.frames - CROP, (args.batch,), device=device)[:, None]
        samples = self.audio[begin * FRAME + torch.arange(CROP * FRAME, device=device)]
        at = torch.arange(CROP, device=device)[:, None] * LABELS
        at = (at + torch.tensor([1, 3, 5], device=device)).view(-1)
        return samples.float() / 32767, self.labels[begin * LABELS + at].long()


def autocast():
    return torch.autocast(device, dtype=torch.bfloat16, enabled=cuda)


speech = Speech()
model = codec.Codec().to(device)
quantizer = model.decoder.quantizer
wave = model.decoder.wave
if args.resume:
    model.load_state_dict(torch.load(args.resume, map_location=device)["codec"])
start = time.time()
if cuda:  # before the teacher's workers load the cores
    model.encoder.net.forward = torch.compile(model.encoder.net.forward)
    wave = torch.compile(model.decoder.wave)
    with autocast():
        z = model.encoder(torch.randn(args.batch, CROP * FRAME, device=device) * 0.1)
    leaf = z.float().detach().requires_grad_()
    with autocast():
        y = wave(leaf)
    (y.float().square().mean() + z.float().square().mean()).backward()
    model.zero_grad(set_to_none=True)
    torch.cuda.synchronize()
    print(f"compiled in {time.time() - start:.0f} s", flush=True)
while True:
    speech.load()
    if speech.frames > args.wait * RATE / FRAME:
        break
    time.sleep(1)
waited = time.time() - start
print(f"data at start: {speech.frames / FRAMES_HOUR:.2f} h after {waited:.0f} s", flush=True)
start = time.time()

if not args.resume:
    with autocast():  # as in training, or the compiled encoder would be compiled again
        z = model.encoder(speech.crops()[0]).detach().float()
    quantizer.init(z)
discriminators = codec.Discriminators().to(device)
mel_loss = codec.MelLoss().to(device)
mel80 = codec.Mel(1024, 240, 80).to(device)
if os.path.exists(args.out + "/disc.pt"):
    discriminators.load_state_dict(torch.load(args.out + "/disc.pt", map_location=device))


def learns(name):
    return not (args.freeze and (name.startswith(("encoder", "ph")) or ".quantizer." in name))


own = [p for name, p in model.named_parameters() if learns(name)]
theirs = list(discriminators.parameters())
settings = dict(betas=(0.8, 0.98), weight_decay=1e-3)
optimizer = torch.optim.AdamW(own, args.lr, **settings)
optimizer_gan = torch.optim.AdamW(theirs, args.lr, **settings)
ema = copy.deepcopy(model.decoder).requires_grad_(False)


def millions(tensors):
    return sum(t.numel() for t in tensors) / 1e6


print(
    f"params: decoder {millions(model.decoder.parameters()):.3f}M"
    f" encoder {millions(model.encoder.parameters()):.3f}M"
    f" disc {millions(theirs):.3f}M codebooks {millions(model.decoder.buffers()):.3f}M",
    flush=True,
)


def participation(z):
    """How many directions the latents z [B, C, T] use: trace² / trace of the square of their
    covariance behind the acoustic quantiser's projection."""
    z = quantizer.rvq_rest.input_proj(z.float()).transpose(1, 2).flatten(0, 1)
    z = z - z.mean(0)
    covariance = z.T @ z / len(z)
    return covariance.trace().square() / covariance.square().sum()


def discriminate(x, y, log):
    """A step of the discriminators on real x and made y [B, samples]; gives the adversarial and
    the feature matching loss of y."""
    begin = torch.randint(1, CROP - CROP_GAN + 1, (args.batch,), device=device) * FRAME
    at = begin[:, None] + torch.arange(CROP_GAN * FRAME, device=device)
    y, x = torch.gather(y, 1, at), torch.gather(x, 1, at)
    B = args.batch
    with autocast():
        results = discriminators(torch.cat([x, y.detach()]))
    loss = sum(
        (1 - score[:B].float()).clamp(min=0).mean() + (1 + score[B:].float()).clamp(min=0).mean()
        for score, _ in results
    ) / len(results)
    real = [[f[:B].detach() for f in features] for _, features in results]
    optimizer_gan.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(theirs, 10.0, foreach=True)
    optimizer_gan.step()
    for p in theirs:
        p.requires_grad_(False)
    with autocast():
        results = discriminators(y)
    adversarial = sum(-score.float().mean() for score, _ in results) / len(results)
    matching = 0
    for (_, made), wanted in zip(results, real):
        distances = [
            (m.float() - w.float()).abs().mean() / (w.float().abs().mean() + 1e-3)
            for m, w in zip(made, wanted)
        ]
        matching = matching + sum(distances) / len(wanted)
    matching = matching / len(results)
    for p in theirs:
        p.requires_grad_(True)
    log.update(D=loss.detach(), adv=adversarial.detach(), fm=matching.detach())
    return adversarial, matching


def train_step(step):
    """Gives what the log wants to know, and the latents."""
    x, phonemes = speech.crops()
    log = {}
    with autocast():
        z = model.encoder(x)
    if args.freeze:
        z = z.detach()
    # A fifth of the crops use their first stages only, so that every stage carries what it can.
    fewer = torch.rand(args.batch, device=device) < (0.0 if args.freeze else 0.2)
    stages = torch.randint(1, codec.CFG["num_quantizers"] + 1, (args.batch,), device=device)
    quantised, rows, _, commit = quantizer(
        z.float(), torch.where(fewer, stages, ALL), not args.freeze
    )
    with autocast():
        y = wave(quantised)
    y = y.float()[:, 0]
    logits = model.ph(rows.transpose(1, 2)).view(-1, PHONEMES)
    phonetic = F.cross_entropy(logits, phonemes.view(-1))
    # The first frame has no past in its crop.
    mel = mel_loss(y[:, FRAME:], x[:, FRAME:])
    loss = 2.5 * mel
    if not args.freeze:
        spread = participation(z)  # without this term the branch collapses to few directions
        loss = loss + COMMIT * commit + phonetic + 2.0 * F.relu(1 - spread / SPREAD)
        log.update(spread=spread.detach())
    m80 = (mel80(y[:, FRAME:].detach()) - mel80(x[:, FRAME:])).abs().mean()
    log.update(mel=mel.detach(), ph=phonetic.detach(), com=commit.detach(), m80=m80)
    if step >= args.gan_after:
        adversarial, matching = discriminate(x, y, log)
        ramp = min(1.0, (step - args.gan_after + 1) / 300)
        loss = loss + ramp * (adversarial + 4.0 * matching)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(own, 20.0, foreach=True)
    optimizer.step()
    with torch.no_grad():
        part = 1 - min(0.999, (step + 1) / (step + 20))
        for average, p in zip(ema.parameters(), model.decoder.parameters()):
            average.lerp_(p, part)
    return log, z.detach()


def save():
    path = args.out + "/codec"
    state = dict(codec=model.state_dict(), ema=ema.state_dict(), cfg=codec.CFG)
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path + ".pt")


step = 0
logged = saved = time.time()
while True:
    elapsed = time.time() - start
    done = min(1.0, elapsed / args.seconds)
    if done >= 1 or step >= args.max_steps:
        break
    cosine = 0.5 * (1 + math.cos(math.pi * done))
    lr = args.lr * min(1, (step + 1) / 200) * (cosine * 0.97 + 0.03)
    optimizer.param_groups[0]["lr"] = lr
    optimizer_gan.param_groups[0]["lr"] = lr * 0.7
    log, z = train_step(step)
    if step % 250 == 0 or step < 2:
        stages = [*quantizer.rvq_first.vq.layers, *quantizer.rvq_rest.vq.layers]
        alive = min(float((s._codebook.cluster_usage > 0.1).float().mean()) for s in stages)
        with torch.no_grad():
            rank = float(participation(z))
        ms = (time.time() - logged) / (250 if step > 1 else 1) * 1e3
        values = " ".join(f"{name} {float(v):.3f}" for name, v in log.items())
        print(
            f"step {step} t {elapsed:.0f} ({ms:.0f} ms) h {speech.frames / FRAMES_HOUR:.1f}"
            f" lr {lr:.1e} {values} alive {alive:.2f} rank {rank:.1f}",
            flush=True,
        )
        logged = time.time()
    if step % 50 == 0:
        speech.load()
    if time.time() - saved > 60:
        save()
        saved = time.time()
    step += 1
save()
torch.save(discriminators.state_dict(), args.out + "/disc.pt")
print("done steps", step, "t", time.time() - start, flush=True)
