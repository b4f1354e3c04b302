"""Sphinx's binary n-gram models. Run with python3 tests/test_sphinx_lm.py from training/."""
import io
import struct
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training import sphinx_lm

SHIPPED = Path("/usr/share/pocketsphinx/model/en-us/en-us.lm.bin")


class Bits:
    """Entries packed from the lowest bit on."""

    def __init__(self):
        self.value = 0
        self.at = 0

    def add(self, number, bits):
        self.value |= number << self.at
        self.at += bits

    def bytes(self, entries, width):
        return self.value.to_bytes(((1 + entries) * width + 7) // 8 + 8, "little")


def small_model():
    """A trigram model of three words: "a b" and "b c" are its bigrams, "a b c" its trigram."""
    log = lambda p: np.float32(np.log(p) / np.log(sphinx_lm.BASE))
    levels = 1 << 16
    out = sphinx_lm.MAGIC + bytes([3]) + struct.pack("<3I", 3, 2, 1) + bytes(4)
    tables = np.zeros((3, levels), "<f4")
    tables[0, :2] = log(0.25), log(0.5)  # of bigrams: probabilities, back-off weights
    tables[1, :2] = log(0.3), log(0.6)
    tables[2, 7] = log(0.9)  # of trigrams
    out += tables.tobytes()
    # Below a word come the words before it: below b (1) a (0), below c (2) b.
    for p, b, child in [(0.2, 0.7, 0), (0.3, 0.8, 0), (0.4, 1.0, 1), (1.0, 1.0, 2)]:
        out += struct.pack("<ffI", log(p), log(b), child)
    bigrams, width = Bits(), 2 + 32 + 1
    for word, weight, probability, child in [(0, 0, 0, 0), (1, 1, 1, 0), (0, 0, 0, 1)]:
        for number, bits in [(word, 2), (weight, 16), (probability, 16), (child, 1)]:
            bigrams.add(number, bits)
    out += bigrams.bytes(2, width)
    trigrams = Bits()
    trigrams.add(0, 2)
    trigrams.add(7, 16)
    out += trigrams.bytes(1, 18)
    names = b"a\0b\0c\0"
    return out + struct.pack("<I", len(names)) + names


class SphinxLmTest(unittest.TestCase):
    def test_a_small_model_is_written_as_arpa(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(small_model())
            file.flush()
            out = io.StringIO()
            sphinx_lm.write_arpa(*sphinx_lm.read_trie(file.name), out)
        log = lambda p: f"{np.log10(p):.4f}"
        self.assertEqual(out.getvalue().split("\n"), [
            "\\data\\", "ngram 1=3", "ngram 2=2", "ngram 3=1", "",
            "\\1-grams:", f"{log(0.2)}\ta\t{log(0.7)}", f"{log(0.3)}\tb\t{log(0.8)}", f"{log(0.4)}\tc\t0.0000", "",
            "\\2-grams:", f"{log(0.25)}\ta b\t{log(0.3)}", f"{log(0.5)}\tb c\t{log(0.6)}", "",
            "\\3-grams:", f"{log(0.9)}\ta b c", "", "\\end\\", ""])

    def test_other_files_are_refused(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"something else")
            file.flush()
            with self.assertRaises(ValueError):
                sphinx_lm.read_trie(file.name)

    @unittest.skipUnless(SHIPPED.exists(), f"{SHIPPED} of Debian's pocketsphinx-en-us is not installed")
    def test_the_shipped_model_is_a_distribution(self):
        words, (unigrams, bigrams, trigrams) = sphinx_lm.read_trie(SHIPPED)
        self.assertAlmostEqual(sum(10 ** unigrams[1][np.array(words) != "<s>"]), 1, delta=1e-3)
        # What a history's n-grams leave is what backing off gives: p(seen) + b · (1 − Σ p(seen, one word less)) = 1.
        alone = 10 ** unigrams[1]
        weight = 10 ** unigrams[2]
        for history in ["the", "going", "<s>"]:
            number = words.index(history)
            seen = bigrams[0][:, 0] == number
            total = (10 ** bigrams[1][seen]).sum() + weight[number] * (1 - alone[bigrams[0][seen, 1]].sum())
            self.assertAlmostEqual(total, 1, delta=0.02, msg=history)
        pair = {tuple(ids): (10 ** p, 10 ** b) for ids, p, b in zip(*bigrams)}
        for history in ["one of", "i am"]:
            ids = [words.index(w) for w in history.split()]
            seen = (trigrams[0][:, :2] == ids).all(1)
            less = sum(pair[ids[1], w][0] for w in trigrams[0][seen, 2])
            total = (10 ** trigrams[1][seen]).sum() + pair[tuple(ids)][1] * (1 - less)
            self.assertAlmostEqual(total, 1, delta=0.02, msg=history)


if __name__ == "__main__":
    unittest.main()
