"""Word error rate with a small Whisper model (faster-whisper).

JUDGE in the environment: folder of a CTranslate2 model, here tiny.en.
"""

import functools
import os
import re

import numpy as np
import soxr
from num2words import num2words

SAME = [  # spellings that mean the same words
    ("-", " "),
    ("o'clock", "oclock"),
    ("seatbelt", "seat belt"),
    ("okay", "ok"),
    ("seashells", "sea shells"),
    ("seashore", "sea shore"),
    ("gray", "grey"),
]


@functools.cache
def whisper():
    from faster_whisper import WhisperModel

    return WhisperModel(os.environ["JUDGE"], device="cpu", compute_type="int8", cpu_threads=2)


def words(text):
    """The words as spoken: lower case, numbers written out, no punctuation."""

    def number(match):
        digits = match[0]
        if len(digits) == 4 and "order" in text:  # an order number is read digit by digit
            return " ".join(num2words(int(digit)) for digit in digits)
        return num2words(int(digits))

    text = text.lower().replace("%", " percent").replace("&", " and ")
    text = text.replace("mr.", "mister").replace("dr.", "doctor")
    text = re.sub(r"(\d),(\d{3})", r"\1\2", text)
    text = re.sub(r"(\d+)(st|nd|rd|th)\b", lambda m: num2words(int(m[1]), to="ordinal"), text)
    text = re.sub(r"\$(\d+)", r"\1 dollars", text)
    text = re.sub(r"(\d+):00", r"\1", text)
    text = re.sub(r"(\d+):(\d\d)", r"\1 \2", text)
    text = re.sub(r"\d+", number, text)
    for a, b in SAME:
        text = text.replace(a, b)
    return re.sub(r"[^a-z' ]", " ", text).split()


def distance(a, b):
    """Edits that make b of a."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            edits = min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
            diagonal, row[j] = row[j], edits
    return row[-1]


def hear(audio):
    """Samples at 24 kHz -> what the judge hears."""
    audio = soxr.resample(np.asarray(audio, np.float32), 24000, 16000)
    audio = np.concatenate([np.zeros(1600, np.float32), audio, np.zeros(8000, np.float32)])
    segments, _ = whisper().transcribe(
        audio,
        language="en",
        beam_size=5,
        temperature=0.0,
        condition_on_previous_text=False,
        without_timestamps=True,
    )
    return " ".join(s.text for s in segments).strip()


def score(pairs, show=0):
    """Pairs of text and samples -> `wer` over all words, `perfect` the share of sentences without
    an error, `words`, `rows` of (errors, words, text, heard). Prints the `show` worst."""
    rows = []
    for text, audio in pairs:
        heard = hear(audio)
        wanted, got = words(text), words(heard)
        # Words that are only divided differently are no error.
        errors = 0 if "".join(wanted) == "".join(got) else distance(wanted, got)
        rows.append((errors, len(wanted), text, heard))
    for errors, count, text, heard in sorted(rows, key=lambda r: -r[0] / r[1])[:show]:
        print(f"  {errors}/{count}  {text}  ->  {heard}")
    count = sum(r[1] for r in rows)
    return dict(
        wer=sum(r[0] for r in rows) / count,
        perfect=sum(r[0] == 0 for r in rows) / len(rows),
        words=count,
        rows=rows,
    )
