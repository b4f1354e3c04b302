"""CMUdict without stress, from its npm package, and the project's own additions."""
import json
import re
from pathlib import Path

SIL = "SIL"
PHONES = [SIL] + (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)
_ENTRY = re.compile(r'^\s*"((?:[^"\\]|\\.)*)": "([^"]+)"')
_VOICELESS = {"P", "T", "K", "F", "TH"}
_SIBILANT = {"S", "Z", "SH", "ZH", "CH", "JH"}


def read_cmudict(path):
    """Map each word to its pronunciations, in the dictionary's order; `path` is the package's index.js."""
    lexicon = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        match = _ENTRY.match(line)
        if not match:
            continue
        word = re.sub(r"\(\d+\)$", "", json.loads(f'"{match[1]}"'))
        phones = tuple(re.sub(r"\d", "", p) for p in match[2].split("#")[0].split())
        prons = lexicon.setdefault(word, [])
        if phones not in prons:
            prons.append(phones)
    return lexicon


def read_additions(path):
    """Our own entries: `word<TAB>PH ON ES`, `#` starts a comment."""
    lexicon = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            word, phones = line.split("\t")
            lexicon.setdefault(word, []).append(tuple(phones.split()))
    return lexicon


def _with_s(phones):
    if phones[-1] in _SIBILANT:
        return phones + ("IH", "Z")
    return phones + (("S",) if phones[-1] in _VOICELESS else ("Z",))


def pronounce(lexicon, word):
    """Pronunciations of `word`: listed, or a listed stem with 's; an empty list where there is none."""
    if word in lexicon:
        return lexicon[word]
    if word.endswith("'s") and word[:-2] in lexicon:
        return [_with_s(p) for p in lexicon[word[:-2]]]
    if word.endswith("s'") and word[:-1] in lexicon:
        return lexicon[word[:-1]]
    return []


def transcribe(lexicon, words):
    """First pronunciation of each word, or None with the first unknown word. Letters next to letters are named (a = EY)."""
    prons = []
    for i, word in enumerate(words):
        options = pronounce(lexicon, word)
        if not options:
            return None, word
        choice = options[0]
        if word == "a" and len(options) > 1:
            near = words[max(0, i - 1) : i] + words[i + 1 : i + 2]
            if any(len(w) == 1 and w not in ("a", "i", "o") for w in near):
                choice = options[1]
        prons.append(choice)
    return prons, None
