"""The teacher speaks on GPUs: many processes, one sentence at a time each.

usage: synth.py KOKORO.onnx KOKORO_SOURCE CORPUS.npz OUT_DIR STYLE[,STYLE…] WORKERS SECONDS [GPU]
FIRST=WORKER,TEXT in the environment: number of the first worker and of the first text (0,0).
Speaker i has the i-th style, and the speakers take turns. Writes OUT_DIR/shard-*.npz: `audio` at
24 kHz, int16, padded to whole codec frames; of each utterance `n` its frames, `idx` its text, `spk`
its speaker; `lab` the phoneme of every 1/75 s, six a codec frame, 0 in silence. Ends early once
OUT_DIR/STOP exists.
"""

import multiprocessing
import os
import sys
import time

import numpy as np

FRAME, LABELS, RATE = 1920, 6, 24000
# Seconds of silence. The language model drops three of the four silent frames at the start again,
# or keeps them to read ahead.
LEAD, TAIL = 0.32, 0.16
FLOOR = 0.004  # what is quieter is silence
HOP = 600  # samples of the teacher's frames


def corpus(path):
    """Phoneme ids of every text."""
    z = np.load(path)
    begin, ids = z["offs"], z["ids"]
    return [ids[begin[i] : begin[i + 1]] for i in range(len(begin) - 1)]


def style_table(path):
    """Style vectors by number of phonemes, [510, 256]."""
    return np.fromfile(path, np.float32).reshape(-1, 256)


def trim(audio, labels):
    """Silence at both ends to LEAD and TAIL seconds, whole codec frames. labels: one a teacher's
    frame. Gives the samples and LABELS labels a codec frame, or nothing where all is silent."""
    envelope = np.sqrt(np.convolve(audio * audio, np.ones(240) / 240, "same"))
    loud = np.nonzero(envelope > FLOOR)[0]
    if len(loud) == 0:
        return None, None
    start = max(0, loud[0] - int(LEAD * RATE))
    end = min(len(audio), loud[-1] + int(TAIL * RATE))
    audio = audio[start:end].copy()
    ramp = np.linspace(0, 1, 240, dtype=np.float32)
    audio[:240] *= ramp
    audio[-240:] *= ramp[::-1]
    n = -(-(len(audio) + int(0.04 * RATE)) // FRAME)
    out = np.zeros(n * FRAME, np.float32)
    out[: len(audio)] = audio
    at = (start + (np.arange(n * LABELS) + 0.5) * (FRAME / LABELS)) / HOP
    spoken = at < min(len(labels), end / HOP)
    out_labels = np.where(spoken, labels[np.minimum(at.astype(int), len(labels) - 1)], 0)
    return out, out_labels.astype(np.uint8)


class Shards:
    """Collects utterances and writes them: small files at first, so that training can begin."""

    def __init__(self, folder, worker):
        self.folder, self.worker, self.written = folder, worker, 0
        self.clear()

    def clear(self):
        self.parts = dict(audio=[], lab=[], n=[], idx=[], spk=[])
        self.samples = 0

    def add(self, audio, labels, text, speaker):
        self.parts["audio"].append((np.clip(audio, -1, 1) * 32767).astype(np.int16))
        self.parts["lab"].append(labels)
        self.parts["n"].append(len(audio) // FRAME)
        self.parts["idx"].append(text)
        self.parts["spk"].append(speaker)
        self.samples += len(audio)
        if self.samples > RATE * (60 if self.written < 2 else 300):
            self.flush()

    def flush(self):
        p = self.parts
        if not p["n"]:
            return
        name = f"{self.worker:02d}-{self.written:04d}.npz"
        np.savez(
            f"{self.folder}/tmp-{name}",
            audio=np.concatenate(p["audio"]),
            lab=np.concatenate(p["lab"]),
            n=np.array(p["n"], np.int32),
            idx=np.array(p["idx"], np.int32),
            spk=np.array(p["spk"], np.uint8),
        )
        os.rename(f"{self.folder}/tmp-{name}", f"{self.folder}/shard-{name}")
        self.written += 1
        self.clear()


def worker(k, workers, first, begin, onnx, source, texts, out, styles, seconds, gpu):
    """Worker k of `workers` takes every workers-th text from text `begin` on."""
    import torch

    import teacher_model

    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    device = f"cuda:{gpu}" if torch.cuda.is_available() else "cpu"
    sys.stderr = open(f"{out}/errors-{first + k}.txt", "w")
    model = teacher_model.load(onnx, source).to(device)
    rng = np.random.RandomState(1000 + first + k)
    torch.manual_seed(first + k)
    tables = [torch.from_numpy(style_table(path)).to(device) for path in styles]
    items = corpus(texts)
    shards = Shards(out, first + k)
    start, made = time.time(), 0.0
    for j in range(k, len(items), workers):
        text, speaker = (begin + j) % len(items), (j // workers) % len(tables)
        ids = items[text]
        tokens = np.concatenate([[0], ids, [0]])
        tensor = torch.from_numpy(tokens.astype(np.int64)).to(device)[None]
        style = tables[speaker][min(len(ids), 509)][None]
        audio, frames = model(tensor, style, float(rng.uniform(0.94, 1.08)))
        audio = audio.float().cpu().numpy()
        labels = np.repeat(tokens, frames.cpu().numpy())
        if not np.isfinite(audio).all():
            continue
        audio = audio * min(1.0, 0.9 / max(np.abs(audio).max(), 1e-6))
        audio, labels = trim(audio, labels)
        if audio is None:
            continue
        shards.add(audio, labels, text, speaker)
        made += len(audio) / RATE
        if time.time() - start > seconds or os.path.exists(out + "/STOP"):
            break
    shards.flush()
    took = time.time() - start
    print(
        f"worker {first + k}: {made / 3600:.2f} h in {took:.0f} s, {made / took:.0f}x", flush=True
    )


def main():
    onnx, source, texts, out, styles, workers, seconds = sys.argv[1:8]
    gpu = int(sys.argv[8]) if len(sys.argv) > 8 else 0
    first, begin = (int(v) for v in os.environ.get("FIRST", "0,0").split(","))
    workers = int(workers)
    os.makedirs(out, exist_ok=True)
    multiprocessing.set_start_method("spawn")
    same = (workers, first, begin, onnx, source, texts, out, styles.split(","), float(seconds), gpu)
    pool = [multiprocessing.Process(target=worker, args=(k, *same)) for k in range(workers)]
    for process in pool:
        process.start()
    for process in pool:
        process.join()


if __name__ == "__main__":
    main()
