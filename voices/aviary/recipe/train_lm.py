"""Trains the language model.

usage: train_lm.py --data LM.npz --codes CODES --out DIR --deadline UNIX_TIME
                   [--switch CODES] [--resume CKPT]
CODES is a file of encode.py or a folder of codes-*.bin and meta.npz (9 bits a code). Begins on
--codes and goes over to --switch as soon as that exists; the learning rate stays up until then and
falls to 2 % at the deadline. Writes OUT/lm.pt about once a minute: `model`, the average `ema`, the
two phoneme heads `ctc` and `phh`, `cfg`.

The loss: code 0 and the end of speech, the other groups (weighted), the phonemes of every frame
read off the talker's output, and the phonemes of the text read off its rows after layer MIDDLE
(CTC). The phoneme heads are not shipped. Shapes: B utterances, T rows, H the hidden size.
"""

import argparse
import collections
import copy
import glob
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import lm
from lm import CODEBOOK, CTC_STEPS, GROUPS, LEAD, PHONEMES

STREAM = 0.35  # share of utterances in the streaming layout
AUTO = 0.3  # share without a language
NO_SPEAKER = 0.03  # share of the first speaker's utterances without a speaker row
HARD = 0.25  # share of utterances whose acoustic history is mostly what the predictor sampled
NOISE, NOISE_0 = 0.06, 0.03  # share of random codes in the history; of group 0
UNSPOKEN = 160  # texts without speech in a step, for the CTC loss
PREDICTED = 12000  # frames of a step that the predictor learns from at most
MIDDLE = 5  # layers before the CTC loss
PHONEME_WEIGHT = CTC_WEIGHT = 0.3
GROUP_WEIGHTS = [0.5, 0.4, 0.35, 0.3, 0.25, 0.2, 0.2, 0.15, 0.15, 0.12, 0.12]  # groups 1 and up
RATE, WARM = 1.5e-3, 200  # learning rate, steps until it is reached
FRAMES_HOUR = 45000

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True, help="file of prep_lm.py")
parser.add_argument("--codes", required=True)
parser.add_argument("--switch", help="codes that replace --codes as soon as they exist")
parser.add_argument("--out", required=True)
parser.add_argument("--resume", help="checkpoint to start from")
parser.add_argument("--deadline", type=float, default=math.inf, help="unix time to end at")
parser.add_argument("--tokens", type=int, default=49152, help="rows of a step")
parser.add_argument("--max_steps", type=int, default=10**9)
args = parser.parse_args()

device = "cuda" if torch.cuda.is_available() else "cpu"
os.makedirs(args.out, exist_ok=True)
torch.manual_seed(2)
torch.backends.cuda.matmul.allow_tf32 = True
torch.set_float32_matmul_precision("high")
rng = np.random.RandomState(3)


def ids(array):
    return torch.from_numpy(array.astype(np.int64)).to(device)


class Texts:
    """Tokens of text t in tokenisation v: tokens[begin[v, t]:begin[v, t + 1]]; its phonemes:
    phonemes[phonemes_begin[t]:phonemes_begin[t + 1]]. Texts from `spoken` on have no speech."""

    def __init__(self, path):
        z = np.load(path)
        self.variants = sum(name.startswith("tok") for name in z.files)
        tokens = [ids(z[f"tok{v}"]) for v in range(self.variants)]
        base = np.cumsum([0] + [len(t) for t in tokens])
        self.tokens = torch.cat(tokens)
        self.begin = torch.stack([ids(z[f"toff{v}"]) + int(base[v]) for v in range(self.variants)])
        self.phonemes, self.phonemes_begin = ids(z["ph"]), ids(z["poff"])
        self.spoken = int(z["spoken"])
        names = ("im_start", "im_end", "assistant", "newline", "pad", "bos", "eos")
        self.special = {name: int(i) for name, i in zip(names, z["special"])}
        self.role = [self.special[name] for name in ("im_start", "assistant", "newline")]


def unpack(folder):
    """The arrays of a folder of codes-*.bin (9 bits a code) and meta.npz."""
    arrays = dict(np.load(folder + "/meta.npz"))
    files = sorted(glob.glob(folder + "/codes-*.bin"))
    packed = np.concatenate([np.fromfile(path, np.uint8) for path in files])
    count, piece, parts = int(arrays["n"].sum()) * GROUPS, 1 << 22, []
    for at in range(0, count, piece):
        bits = np.unpackbits(packed[at * 9 // 8 : (at + piece) * 9 // 8 + 1])
        bits = bits[: min(piece, count - at) * 9].reshape(-1, 9)
        words = np.packbits(np.pad(bits, ((0, 0), (7, 0))), axis=1).view(">u2")
        parts.append(words[:, 0].astype(np.uint16))
    arrays["codes"] = np.concatenate(parts).reshape(-1, GROUPS)
    return arrays


class Speech:
    """Utterance u: codes[first[u]:first[u] + frames[u]] is what follows LEAD frames of silence."""

    def __init__(self, path, texts):
        z = np.load(path) if path.endswith(".npz") else unpack(path)
        self.codes = torch.from_numpy(z["codes"].astype(np.int32)).to(device)
        # The acoustic codes as the predictor sampled them when it last met the frame.
        self.sampled = self.codes.clone()
        labels = torch.from_numpy(z["lab"]).to(device)  # six a frame, or the three that count
        self.labels = labels if labels.dim() == 2 else labels.view(-1, 6)[:, [1, 3, 5]]
        self.speaker, self.text, whole = ids(z["spk"]), ids(z["idx"]), ids(z["n"])
        self.first = whole.cumsum(0) - whole + LEAD
        self.frames = whole - LEAD
        tokens = texts.begin[0][self.text + 1] - texts.begin[0][self.text]
        rows = 9 + tokens + 2 + self.frames
        self.rows = rows.cpu().numpy()
        self.by_length = torch.argsort(rows).cpu().numpy()
        self.validation = []
        if len(rows) > 2000:
            some = set(self.by_length[:: max(1, len(rows) // 200)][:200].tolist())
            self.validation = sorted(some, key=lambda u: self.rows[u])
        count = int(self.frames.sum())
        print(
            f"utterances {len(rows)} frames {count} hours {count / FRAMES_HOUR:.1f}"
            f" positions/epoch {float(rows.sum()) / 1e6:.2f}M max {int(rows.max())}",
            flush=True,
        )

    def batches(self):
        """Without end: utterances of about one length, args.tokens rows in all."""
        held_out = set(self.validation)
        while True:
            order = np.array([u for u in self.by_length if u not in held_out])
            key = self.rows[order] + rng.uniform(-6, 6, len(order))
            order = order[np.argsort(key)]
            batches, i = [], 0
            while i < len(order):
                n = 1
                while i + n < len(order) and (n + 1) * self.rows[order[i + n]] <= args.tokens:
                    n += 1
                batches.append(order[i : i + n])
                i += n
            for j in rng.permutation(len(batches)):
                yield batches[j]


Batch = collections.namedtuple("Batch", "x predicts last target text_rows head streaming")


def layout(u, train=True, stream=None):
    """A batch of utterances u [B] as the engine lays them out:

    whole text:  head | text + pad … | eos + pad | pad + bos | pad + frame …
    streaming:   head | first token + bos | next token, at last eos, then pad + frame …
    head:        role (3) | language (3 or 4) | speaker (0 or 1) | bos + pad

    Streaming keeps the LEAD frames of silence, to read ahead. While training every utterance draws
    its layout (or `stream`), its tokenisation and its head, and codes of the history are wrong.
    Gives a Batch: embeddings x [B, T, H]; predicts [B, T], the rows whose output is a frame's code
    0 or the end; last [B, T], those of the end; target [B, T], which frame of speech.codes it is;
    text_rows [B], tokens and eos; head [B], its rows; streaming [B]."""
    B = len(u)
    text_of, special = speech.text[u], texts.special
    if train:
        variant = torch.randint(0, texts.variants, (B,), device=device)
    else:
        variant = torch.zeros(B, dtype=torch.long, device=device)
    begin = texts.begin[variant, text_of]
    tokens = texts.begin[variant, text_of + 1] - begin
    if stream is None:
        streaming = torch.rand(B, device=device) < STREAM
    else:
        streaming = torch.full((B,), stream, device=device)
    first = speech.first[u] - LEAD * streaming
    frames = speech.frames[u] + LEAD * streaming
    chance = torch.rand(B, device=device)
    auto = (chance < AUTO) if train else torch.zeros(B, dtype=torch.bool, device=device)
    nobody = (torch.rand(B, device=device) < NO_SPEAKER) & (speech.speaker[u] == 0) & train
    speaker_rows = torch.where(nobody, 0, 1)
    head = 4 + torch.where(auto, 3, 4) + speaker_rows
    start = torch.where(streaming, head, head + tokens + 1)  # the row of the code BOS
    T = int((start + 1 + torch.maximum(frames, torch.where(streaming, tokens, 0))).max())
    t = torch.arange(T, device=device)[None].expand(B, T)

    text = torch.full((B, T), special["pad"], device=device)
    code = torch.full((B, T), -1, device=device)  # -1: no control code in this row
    for j, token in enumerate(texts.role):
        text[:, j] = token
    without = torch.tensor([lm.NOTHINK, lm.THINK_BOS, lm.THINK_EOS, 0], device=device)
    english = torch.tensor([lm.THINK, lm.THINK_BOS, lm.ENGLISH, lm.THINK_EOS], device=device)
    for j in range(4):
        code[:, 3 + j] = torch.where(auto, without[j], english[j])
    h, n, start = head[:, None], tokens[:, None], start[:, None]
    speaker = lm.SPEAKER + speech.speaker[u][:, None]
    code = torch.where((t == h - 2) & (speaker_rows[:, None] == 1), speaker, code)
    code = torch.where(t == h - 1, lm.PAD, code)
    text = torch.where(t == h - 1, special["bos"], text)
    token = texts.tokens[(begin[:, None] + (t - h)).clamp(0, len(texts.tokens) - 1)]
    text = torch.where((t >= h) & (t < h + n), token, text)
    text = torch.where(t == h + n, special["eos"], text)
    code = torch.where((t >= h) & (t <= h + n) & ~streaming[:, None], lm.PAD, code)
    code = torch.where(t == start, lm.BOS, code)
    x = model.text(text)
    x = x + torch.where((code >= 0)[..., None], model.model.codec_embedding(code.clamp(min=0)), 0.0)

    is_frame = (t > start) & (t <= start + frames[:, None])
    predicts = (t == start) | is_frame
    target = (first[:, None] + (t - start)).clamp(0, len(speech.codes) - 1)
    last = predicts & (t == start + frames[:, None])
    past = (first[:, None] + (t - start - 1)).clamp(0, len(speech.codes) - 1)[is_frame]
    history = speech.codes[past].long()
    if train:  # noise on the history makes sampling mistakes survivable
        hard = ((torch.rand(B, device=device) < HARD)[:, None] & is_frame)[is_frame]
        hard = hard & (torch.rand(len(history), device=device) < 0.8)
        history = torch.where(hard[:, None], speech.sampled[past].long(), history)
        share = torch.full((GROUPS,), NOISE, device=device)
        share[0] = NOISE_0
        wrong = torch.rand(history.shape, device=device) < share
        random = torch.randint(0, CODEBOOK, history.shape, device=device)
        history = torch.where(wrong, random, history)
    x = x.index_put((is_frame,), model.frames(history).to(x.dtype), accumulate=True)
    return Batch(x, predicts, last, target, tokens + 1, head, streaming)


def ctc_loss(middle, text_rows, head, text_of):
    """Phonemes of the texts text_of [B] read off text_rows [B] rows of middle [B, T, H], from row
    head [B] on."""
    begin = texts.phonemes_begin[text_of]
    length = texts.phonemes_begin[text_of + 1] - begin
    most = int(text_rows.max())
    at = (head[:, None] + torch.arange(most, device=device)[None]).clamp(max=middle.shape[1] - 1)
    rows = torch.gather(middle, 1, at[..., None].expand(-1, -1, middle.shape[2]))
    logits = ctc_head(rows).float().view(len(text_rows), most * CTC_STEPS, PHONEMES)
    j = torch.arange(int(length.max()), device=device)[None]
    phonemes = texts.phonemes[(begin[:, None] + j).clamp(max=len(texts.phonemes) - 1)]
    return F.ctc_loss(
        logits.log_softmax(-1).transpose(0, 1),
        torch.where(j < length[:, None], phonemes, 1),
        text_rows * CTC_STEPS,
        length,
        blank=0,
        zero_infinity=True,
    )


def unspoken_loss():
    """The CTC loss of texts that nobody speaks: head and text rows of the whole-text layout."""
    B, head = UNSPOKEN, 9
    text_of = torch.randint(texts.spoken, texts.begin.shape[1] - 1, (B,), device=device)
    variant = torch.randint(0, texts.variants, (B,), device=device)
    begin = texts.begin[variant, text_of]
    tokens = texts.begin[variant, text_of + 1] - begin
    t = torch.arange(head + int(tokens.max()) + 1, device=device)[None]
    text = torch.full((B, t.shape[1]), texts.special["pad"], device=device)
    code = torch.full_like(text, lm.PAD)
    for j, token in enumerate(texts.role):
        text[:, j] = token
    for j, control in enumerate((lm.THINK, lm.THINK_BOS, lm.ENGLISH, lm.THINK_EOS)):
        code[:, 3 + j] = control
    code[:, 7] = lm.SPEAKER + torch.randint(0, 2, (B,), device=device)
    text[:, 8] = texts.special["bos"]
    token = texts.tokens[(begin[:, None] + t - head).clamp(0, len(texts.tokens) - 1)]
    text = torch.where((t >= head) & (t < head + tokens[:, None]), token, text)
    text = torch.where(t == head + tokens[:, None], texts.special["eos"], text)
    x = model.text(text) + torch.where((t >= 3)[..., None], model.model.codec_embedding(code), 0.0)
    _, middle = model.hidden(x, MIDDLE)
    return ctc_loss(middle, tokens + 1, torch.full((B,), head, device=device), text_of)


def autocast():
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda")


def sample_acoustic(frames, logits):
    """Keeps a sample of the predictor's logits [N, GROUPS - 1, CODEBOOK] for these frames."""
    with torch.no_grad():
        gumbel = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-9, 1 - 1e-7)))
        picked = (logits + gumbel).argmax(-1)
        speech.sampled[frames, 1:] = picked.to(speech.sampled.dtype)


def losses(u, train=True, stream=None):
    """Utterances u [B] -> losses of code 0, of the groups 1 and up [GROUPS - 1], of the frames'
    phonemes and of the texts' phonemes; the share of codes 0 that are guessed right."""
    with autocast():
        batch = layout(u, train, stream)
        h, middle = model.hidden(batch.x, MIDDLE)
        h = h[batch.predicts]
        logits = model.codec_head(h).float()
        frame = batch.target[batch.predicts]
        codes = speech.codes[frame].long()
        is_end = batch.last[batch.predicts]
        code0 = torch.where(is_end, lm.EOS, codes[:, 0])
        loss0 = F.cross_entropy(logits, code0)
        keep = (~is_end).nonzero()[:, 0]
        if train and len(keep) > PREDICTED:
            keep = keep[torch.randperm(len(keep), device=device)[:PREDICTED]]
        codes = codes[keep]
        acoustic = model.predict(h[keep], codes).float()
        group_losses = F.cross_entropy(
            acoustic.reshape(-1, CODEBOOK), codes[:, 1:].reshape(-1), reduction="none"
        )
        group_losses = group_losses.view(-1, GROUPS - 1).mean(0)
        if train:
            sample_acoustic(frame[keep], acoustic)
        phonemes = phoneme_head(h).float().view(-1, 3, PHONEMES)[~is_end].flatten(0, 1)
        phoneme_loss = F.cross_entropy(phonemes, speech.labels[frame].long()[~is_end].flatten())
        text_loss = torch.zeros((), device=device)
        if train:
            # Rows of the streaming layout hold frames too: their texts take no phoneme loss.
            c = (~batch.streaming).nonzero()[:, 0]
            if len(c):
                text_of = speech.text[u[c]]
                text_loss = ctc_loss(middle[c], batch.text_rows[c], batch.head[c], text_of)
            text_loss = text_loss + unspoken_loss()
        right = (logits.argmax(-1) == code0).float().mean()
    return loss0, group_losses, phoneme_loss, text_loss, right


@torch.no_grad()
def validate_history():
    """Loss of code 0 after the true history, and after one whose acoustic codes the predictor has
    sampled: where they are far apart, codes tell of later frames."""
    u = torch.tensor(speech.validation[:24], device=device)
    batch = layout(u, False, False)
    frame = batch.target[batch.predicts]
    is_end = batch.last[batch.predicts]
    code0 = torch.where(is_end, lm.EOS, speech.codes[frame].long()[:, 0])
    with autocast():
        h = model.hidden(batch.x)[0][batch.predicts]
        true = F.cross_entropy(model.codec_head(h).float(), code0)
        frame = frame[~is_end]
        kept = speech.codes[frame].clone()
        codes = kept.long()
        for g in range(1, GROUPS):
            logits = model.predict(h[~is_end], codes)[:, g - 1]
            codes[:, g] = torch.multinomial(logits.float().softmax(-1), 1)[:, 0]
        speech.codes[frame] = codes.to(speech.codes.dtype)
        x = layout(u, False, False).x
        speech.codes[frame] = kept
        h = model.hidden(x)[0][batch.predicts]
        sampled = F.cross_entropy(model.codec_head(h).float(), code0)
    print(
        f"  VAL c0 after the true history {float(true):.3f},"
        f" after a sampled one {float(sampled):.3f}",
        flush=True,
    )


@torch.no_grad()
def validate():
    if not speech.validation:
        return
    model.eval()
    validate_history()
    for stream in (False, True):
        results = []
        for i in range(0, len(speech.validation), 25):
            u = torch.tensor(speech.validation[i : i + 25], device=device)
            loss0, groups, phoneme, _, right = losses(u, False, stream)
            results.append(torch.cat([torch.stack([loss0, phoneme, right]), groups]))
        loss0, phoneme, right, *groups = torch.stack(results).mean(0).tolist()
        print(
            f"  VAL {'stream' if stream else 'whole'} c0 {loss0:.3f} ph {phoneme:.3f}"
            f" acc {right:.3f} groups {' '.join(f'{g:.2f}' for g in groups)}",
            flush=True,
        )
    model.train()


def save():
    on_cpu = lambda state: {name: v.cpu() for name, v in state.items()}
    state = dict(
        model=on_cpu(model.state_dict()),
        ema=on_cpu(ema.state_dict()),
        ctc=ctc_head.state_dict(),
        phh=phoneme_head.state_dict(),
        cfg=lm.CFG,
    )
    torch.save(state, args.out + "/lm.tmp")
    os.replace(args.out + "/lm.tmp", args.out + "/lm.pt")


texts = Texts(args.data)
speech = Speech(args.codes, texts)
model = lm.Talker().to(device)
hidden_size = lm.CFG["hidden_size"]
ctc_head = torch.nn.Linear(hidden_size, CTC_STEPS * PHONEMES).to(device)
phoneme_head = torch.nn.Linear(hidden_size, 3 * PHONEMES).to(device)
if args.resume:
    saved = torch.load(args.resume, map_location=device)
    for module, name in ((model, "model"), (ctc_head, "ctc"), (phoneme_head, "phh")):
        module.load_state_dict({k: v.float() for k, v in saved[name].items()})
print(
    f"params {sum(p.numel() for p in model.parameters()) / 1e6:.3f}M"
    f" (predictor {sum(p.numel() for p in model.code_predictor.parameters()) / 1e6:.3f}M)",
    flush=True,
)
ema = copy.deepcopy(model).requires_grad_(False)
averages, parameters = list(ema.parameters()), list(model.parameters())
is_matrix = lambda name, p: p.dim() >= 2 and "embedding" not in name
decayed = [p for name, p in model.named_parameters() if is_matrix(name, p)]
decayed += [ctc_head.weight, phoneme_head.weight]
others = [p for name, p in model.named_parameters() if not is_matrix(name, p)]
others += [ctc_head.bias, phoneme_head.bias]
optimizer = torch.optim.AdamW(
    [dict(params=decayed, weight_decay=0.05), dict(params=others, weight_decay=0.0)],
    RATE,
    betas=(0.9, 0.98),
    fused=device == "cuda",
)
if device == "cuda":
    import torch._dynamo

    torch._dynamo.config.cache_size_limit = 64
    for layer in [*model.model.layers, *model.code_predictor.model.layers]:
        layer.forward = torch.compile(layer.forward, dynamic=True)

group_weights = torch.tensor(GROUP_WEIGHTS, device=device)
batches = speech.batches()
step = met = averaged = 0  # met: utterances of these codes; averaged: steps in the average
start = phase = logged = written = time.time()  # phase: when these codes were taken up
while True:
    if args.switch and step % 20 == 0 and os.path.exists(args.switch):
        speech = Speech(args.switch, texts)
        args.switch = None
        batches = speech.batches()
        met = averaged = 0
        for a, p in zip(averages, parameters):
            a.copy_(p.data)
        phase = time.time()
        print(f"switched at step {step} t {phase - start:.0f}", flush=True)
    now = time.time()
    if now >= args.deadline or step >= args.max_steps:
        break
    done = 0.0 if args.switch else (now - phase) / max(1e-3, args.deadline - phase)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1, done)))
    lr = RATE * min(1, (step + 1) / WARM) * (cosine * 0.98 + 0.02)
    for group in optimizer.param_groups:
        group["lr"] = lr
    u = torch.from_numpy(np.ascontiguousarray(next(batches))).to(device)
    loss0, groups, phoneme, text, right = losses(u)
    loss = loss0 + (groups * group_weights).sum() + PHONEME_WEIGHT * phoneme + CTC_WEIGHT * text
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(decayed + others, 1.0, foreach=True)
    optimizer.step()
    met += len(u)
    averaged += 1
    with torch.no_grad():
        part = 1 - min(0.9985, averaged / (averaged + 20))
        torch._foreach_lerp_(averages, parameters, part)
    if step % 200 == 0 or step < 3:
        ms = (time.time() - logged) / (200 if step > 2 else 1) * 1e3
        loss0, groups, phoneme, text = (v.detach() for v in (loss0, groups, phoneme, text))
        print(
            f"step {step} t {now - start:.0f} ({ms:.0f} ms) ep {met / len(speech.rows):.2f}"
            f" lr {lr:.1e} c0 {float(loss0):.3f} acc {float(right):.3f} g1 {float(groups[0]):.3f}"
            f" gm {float(groups.mean()):.3f} ph {float(phoneme):.3f} ctc {float(text):.3f}"
            f" gn {float(norm):.2f}",
            flush=True,
        )
        logged = time.time()
    if step % 500 == 499:
        validate()
    if time.time() - written > 60:
        save()
        written = time.time()
    step += 1
validate()
save()
print("done", step, time.time() - start, flush=True)
