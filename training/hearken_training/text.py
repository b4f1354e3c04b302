"""Transcript normalisation: published text in, lower-case words as the lexicon spells them out."""
import re
import unicodedata

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_TOKEN = re.compile(r"[a-z']+\Z")


def normalise(text):
    """Return the list of words of `text`, or None where it holds something unspoken as written (digits, symbols)."""
    text = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    text = text.replace("&", " and ")
    words = []
    for raw in re.split(r"[\s\-/]+", text):
        word = raw.strip("\"'.,;:!?()[]…*_")
        # An apostrophe is part of the word at the front of 'em and at the end of dogs'; quotes are stripped above.
        if not word:
            continue
        word = word.replace(".", "").replace(",", "").replace('"', "")
        if not _TOKEN.match(word):
            return None
        words.append(word)
    return words
