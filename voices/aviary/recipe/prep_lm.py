"""The text side of the language model.

usage: prep_lm.py CORPUS.npz TOKENIZER_DIR OUT.npz VOCAB.json
Trains the byte-level BPE tokenizer (files as released) on the corpus. For every text OUT.npz has
VARIANTS tokenisations (the first is the tokenizer's own, the others as people write and with merges
dropped at random, so that the model learns to read all pieces of words) and its phonemes without
stress and spaces; then the same of lists of lexicon words that nobody speaks, for the phoneme loss
alone. VOCAB.json is the teacher's alphabet.
"""

import json
import os
import random
import re
import sys

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|audio_start|>",
    "<|audio_end|>",
    "<tts_pad>",
    "<tts_text_bos>",
    "<tts_text_eod>",
    "<tts_text_bos_single>",
    "<|audio_pad|>",
]
PROMPT = "<|im_start|>assistant\n{}<|im_end|>\n<|im_start|>assistant\n"
VOCABULARY, LONGEST = 800, 7  # pieces, characters of a piece
DROPOUT = 0.12  # share of merges that are dropped
VARIANTS, UNSPOKEN = 4, 24000


def pipeline(tokenizer):
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return tokenizer


def learn(texts):
    """Vocabulary and merges. What makes the role word `assistant` one piece comes last: it applies
    to nothing that an earlier merge has taken."""
    tokenizer = pipeline(Tokenizer(models.BPE()))
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        initial_alphabet=alphabet,
        show_progress=False,
        max_token_length=LONGEST,
    )
    tokenizer.train_from_iterator(texts, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in merges]
    role = tokenizer.encode("assistant", add_special_tokens=False).tokens
    while len(role) > 1:
        merges.append(f"{role[0]} {role[1]}")
        role = [role[0] + role[1], *role[2:]]
    vocabulary = {piece: i for i, piece in enumerate(alphabet)}
    for merge in merges:
        vocabulary.setdefault(merge.replace(" ", ""), len(vocabulary))
    return vocabulary, merges


def write(folder, vocabulary, merges):
    """The tokenizer's files; gives the ids of SPECIAL."""
    os.makedirs(folder, exist_ok=True)
    special = {text: len(vocabulary) + i for i, text in enumerate(SPECIAL)}
    plain = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    added = {str(i): {"content": text, **plain, "special": True} for text, i in special.items()}
    config = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": added,
        "errors": "replace",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 131072,
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
        "bos_token": None,
    }
    with open(folder + "/vocab.json", "w") as file:
        json.dump(vocabulary, file, ensure_ascii=False)
    with open(folder + "/merges.txt", "w") as file:
        file.write("#version: 0.2\n" + "\n".join(merges) + "\n")
    with open(folder + "/tokenizer_config.json", "w") as file:
        json.dump(config, file, indent=1)
    return special


def read(folder, dropout=None):
    with open(folder + "/vocab.json") as file:
        vocabulary = json.load(file)
    with open(folder + "/merges.txt") as file:
        merges = [tuple(line.split(" ")) for line in file.read().split("\n")[1:] if line]
    model = models.BPE(vocab=vocabulary, merges=merges, dropout=dropout)
    tokenizer = pipeline(Tokenizer(model))
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def as_written(text, rng):
    """As people write it: sometimes lower or upper case, no full stop, typographic marks."""
    chance = rng.random()
    if chance < 0.05:
        text = text.lower()
    elif chance < 0.06:
        text = text.upper()
    if rng.random() < 0.08 and text[-1] == ".":
        text = text[:-1]
    if rng.random() < 0.12:
        text = text.replace("'", "\u2019")
        text = re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text)
        text = text.replace(" - ", " \u2014 ")
    return text


def word_lists(rng):
    from phonemes import LEXICON

    lexicon = sorted(word for word in LEXICON if re.fullmatch(r"[a-z]+", word))
    rng.shuffle(lexicon)
    lists = []
    for k in range(UNSPOKEN):
        words = [lexicon[(5 * k + j) % len(lexicon)] for j in range(5)]
        text = rng.choice([", ", " ", " "]).join(words).capitalize()
        lists.append(text + rng.choice([".", "", "?"]))
    return lists


def flat(parts):
    """All items one after the other, and where each part begins, and the end."""
    begin = np.cumsum([0] + [len(p) for p in parts])
    return np.array([i for p in parts for i in p]), begin.astype(np.int32)


def main():
    from phonemes import phonemes, read_vocabulary

    corpus, folder, out, vocab = sys.argv[1:]
    rng = random.Random(5)
    z = np.load(corpus)
    texts = z["texts"].tobytes().decode().split("\n")
    ids, begin = z["ids"], z["offs"]
    table = read_vocabulary(vocab)
    silent = {table[c] for c in " ˈˌ" if c in table}  # spaces and stress
    special = write(folder, *learn(texts))
    own, dropping = read(folder), read(folder, DROPOUT)

    lists = word_lists(rng)
    spoken = [
        [int(x) for x in ids[begin[i] : begin[i + 1]] if x not in silent] for i in range(len(texts))
    ]
    for text in lists:
        sounds = [table[c] for c in phonemes(text) if c in table]
        spoken.append([x for x in sounds if x not in silent])
    tokens = []
    for v in range(VARIANTS):
        tokenizer = dropping if v > 1 else own
        written = [as_written(text, rng) if v else text for text in texts + lists]
        tokens.append([tokenizer.encode(t, add_special_tokens=False).ids for t in written])
    seen = sorted({i for variant in tokens for ids in variant for i in ids})
    prompt = own.encode(PROMPT.format("Hi."), add_special_tokens=False).ids
    assert prompt[0] == special["<|im_start|>"], prompt
    assert len(prompt) - len(own.encode("Hi.").ids) == 8, prompt  # the role is one token
    assistant, newline = prompt[1:3]
    names = ("<|im_start|>", "<|im_end|>", "<tts_pad>", "<tts_text_bos>", "<tts_text_eod>")
    im_start, im_end, *tts = (special[name] for name in names)
    arrays = {}
    for v in range(VARIANTS):
        joined, offsets = flat(tokens[v])
        arrays[f"tok{v}"], arrays[f"toff{v}"] = joined.astype(np.uint16), offsets
    joined, offsets = flat(spoken)
    np.savez_compressed(
        out,
        ph=joined.astype(np.uint8),
        poff=offsets,
        spoken=len(texts),
        seen=np.array(seen),
        special=np.array([im_start, im_end, assistant, newline, *tts]),
        **arrays,
    )
    characters = sum(map(len, texts))
    for name, v in (("the tokenizer", 0), ("dropped merges", 2)):
        per_token = characters / sum(map(len, tokens[v][: len(texts)]))
        print(f"{name}: {per_token:.2f} characters a token")
    per_token = sum(map(len, spoken)) / sum(map(len, tokens[0]))
    print(f"{per_token:.2f} phonemes a token; {len(seen)} pieces occur")


if __name__ == "__main__":
    main()
