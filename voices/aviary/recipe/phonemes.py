"""English text -> the phoneme alphabet of Kokoro-82M.

The lexicon of PyPI `misaki` (Apache-2.0) for words that it gives one pronunciation; espeak-ng
(through piper-phonemize, a tool of the recipe only) for the rest and for what depends on the
context. LEXICON in the environment: misaki's us_gold.json.

usage: phonemes.py SENTENCES.txt VOCAB.json OUT.npz    the sentences as a corpus that synth.py reads
"""

import json
import os
import re
import sys

import numpy as np
from piper_phonemize import phonemize_espeak

with open(os.environ["LEXICON"]) as file:
    LEXICON = {
        word: sound
        for word, sound in json.load(file).items()
        if isinstance(sound, str) and len(word) > 3 and word.islower()
    }
# espeak-ng's IPA in that alphabet: affricates and diphthongs are one letter there, vowels have no
# length mark. The order matters.
ALPHABET = [
    ("dʒ", "ʤ"),
    ("tʃ", "ʧ"),
    ("eɪ", "A"),
    ("aɪ", "I"),
    ("aʊ", "W"),
    ("ɔɪ", "Y"),
    ("oʊ", "O"),
    ("əʊ", "O"),
    ("əl", "ᵊl"),
    ("ɚ", "əɹ"),
    ("ɜː", "ɜɹ"),
    ("ɝ", "ɜɹ"),
    ("ɪə", "iə"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ʲ", ""),
    ("ː", ""),
    ("e", "A"),
    ("\u0303", ""),  # nasal
    ("ɾ", "T"),
    ("ʔ", "t"),
    ("\u0329", ""),  # syllabic
]
# How these sound depends on their neighbours.
WEAK = set(
    "that this with from have will your they them were been when what there their then than some"
    " into over just like more than must should would could does about after before upon"
    " because".split()
)


def phonemes(text):
    ipa = " ".join("".join(sentence).strip() for sentence in phonemize_espeak(text, "en-us"))
    ipa = ipa.replace("ɜːɹ", "ɜɹ")
    for espeak, kokoro in ALPHABET:
        ipa = ipa.replace(espeak, kokoro)
    words, spoken = re.findall(r"[A-Za-z']+", text), ipa.split()
    if len(words) == len(spoken) == len(text.split()):
        for i, word in enumerate(words):
            sound = LEXICON.get(word.lower())
            if sound and word.lower() not in WEAK:
                punctuation = re.search(r"[^\w'ˈˌ]*$", spoken[i]).group(0)
                spoken[i] = sound + punctuation
        ipa = " ".join(spoken)
    return ipa.replace("ɾ", "T").replace("ʔ", "t")  # the lexicon has them too


def read_vocabulary(path):
    """The teacher's alphabet: phoneme -> id."""
    with open(path) as file:
        table = json.load(file)
    return table.get("vocab", table)


def write_corpus(path, texts, spoken):
    """texts and the phoneme ids of each -> `texts`, UTF-8, one a line; `ids`; `offs`, where each
    text's ids begin, and their end."""
    np.savez_compressed(
        path,
        texts=np.frombuffer("\n".join(texts).encode(), np.uint8),
        ids=np.array([i for ids in spoken for i in ids], np.uint8),
        offs=np.cumsum([0] + [len(ids) for ids in spoken]).astype(np.int32),
    )


if __name__ == "__main__":
    path, vocabulary, out = sys.argv[1:]
    table = read_vocabulary(vocabulary)
    with open(path) as file:
        sentences = [line.strip() for line in file if line.strip()]
    write_corpus(out, sentences, [[table[c] for c in phonemes(s) if c in table] for s in sentences])
