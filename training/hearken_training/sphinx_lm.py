"""Read n-gram models in the binary trie format of CMU Sphinx (sphinxbase, ngram_model_trie.c and lm_trie.c) and write them
as ARPA. The trie is Heafield's reversed one (KenLM, 2011): below a word come the words before it."""
import struct
import sys
from pathlib import Path

import numpy as np

MAGIC = b"Trie Language Model"
PROBABILITY_BITS = 16
BACKOFF_BITS = 16
BASE = 1.0001
"""Base of the logarithms that the file holds."""
LOG10 = np.log10(BASE)


def bits_for(most):
    """Bits that hold the numbers 0 … most."""
    return int(most).bit_length()


class BitArray:
    """Entries of `width` bits each, from the lowest bit of the first byte on."""

    def __init__(self, data, width):
        self.bytes = np.frombuffer(data + bytes(8), np.uint8)
        self.width = width

    def read(self, count, shift, bits):
        """`bits` bits (57 at most) from bit `shift` of each of the first `count` entries."""
        at = np.arange(count, dtype=np.int64) * self.width + shift
        first = at >> 3
        word = np.zeros(count, np.uint64)
        for k in range(8):
            word |= self.bytes[first + k].astype(np.uint64) << np.uint64(8 * k)
        return (word >> (at & 7).astype(np.uint64)) & np.uint64((1 << bits) - 1)


def read_trie(path):
    """The model as (words, orders): of each order the word ids [n-grams, order] in reading order, the base-10 logarithms of
    the probabilities and those of the back-off weights (none for the highest order). Raises ValueError for another format."""
    data = Path(path).read_bytes()
    if not data.startswith(MAGIC):
        raise ValueError(f"{path} is not a Sphinx trie language model")
    at = len(MAGIC)
    order = data[at]
    if not 2 <= order <= 5:
        raise ValueError(f"{path}: order {order}")
    counts = struct.unpack_from(f"<{order}I", data, at + 1)
    at += 1 + 4 * order + 4  # the last four bytes name the kind of quantization; there is one

    def floats(count):
        nonlocal at
        out = np.frombuffer(data, "<f4", count, at)
        at += 4 * count
        return out.astype(np.float64) * LOG10

    tables = []
    for n in range(2, order + 1):
        probability = floats(1 << PROBABILITY_BITS)
        tables.append((probability, floats(1 << BACKOFF_BITS) if n < order else None))
    unigrams = np.frombuffer(data, [("p", "<f4"), ("b", "<f4"), ("next", "<u4")], counts[0] + 1, at)
    at += unigrams.nbytes
    ids = np.arange(counts[0], dtype=np.int32)[:, None]
    orders = [(ids, unigrams["p"][:-1] * LOG10, unigrams["b"][:-1] * LOG10)]
    children = unigrams["next"].astype(np.int64)
    word_bits = bits_for(counts[0])
    for n in range(2, order + 1):
        highest = n == order
        next_bits = 0 if highest else bits_for(counts[n])
        width = word_bits + PROBABILITY_BITS + (0 if highest else BACKOFF_BITS + next_bits)
        size = ((1 + counts[n - 1]) * width + 7) // 8 + 8
        entries = BitArray(data[at : at + size], width)
        at += size
        count = int(children[-1])
        word = entries.read(count, 0, word_bits).astype(np.int32)
        shift = word_bits
        probability, backoff = tables[n - 2]
        weights = None
        if not highest:
            weights = backoff[entries.read(count, shift, BACKOFF_BITS).astype(np.int64)]
            shift += BACKOFF_BITS
        logs = probability[entries.read(count, shift, PROBABILITY_BITS).astype(np.int64)]
        parent = np.repeat(np.arange(len(children) - 1), np.diff(children))
        ids = np.concatenate([word[:, None], orders[-1][0][parent]], axis=1)
        orders.append((ids, logs, weights))
        if not highest:
            children = entries.read(count + 1, shift + PROBABILITY_BITS, next_bits).astype(np.int64)
    size = struct.unpack_from("<I", data, at)[0]
    words = data[at + 4 : at + 4 + size].split(b"\0")[: counts[0]]
    return [w.decode() for w in words], orders


def write_arpa(words, orders, out):
    """Write what `read_trie` gives as an ARPA file."""
    out.write("\\data\\\n")
    for n, (ids, _, _) in enumerate(orders, 1):
        out.write(f"ngram {n}={len(ids)}\n")
    for n, (ids, logs, weights) in enumerate(orders, 1):
        out.write(f"\n\\{n}-grams:\n")
        for i in range(len(ids)):
            text = " ".join(words[w] for w in ids[i])
            end = "" if weights is None else f"\t{weights[i]:.4f}"
            out.write(f"{logs[i]:.4f}\t{text}{end}\n")
    out.write("\n\\end\\\n")


if __name__ == "__main__":
    write_arpa(*read_trie(sys.argv[1]), sys.stdout)
