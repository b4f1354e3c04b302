"""Left-biphone units: a phone behind a given left phone, where it was seen often enough; else the phone alone."""
import numpy as np


def left_biphones(sequences, phones, at_least):
    """Table [left, phone] -> unit. Units 0..phones-1 are the phones alone (silence always is); a pair seen `at_least` times has
    its own. An utterance begins behind silence."""
    counts = np.zeros((phones, phones), np.int64)
    for sequence in sequences:
        for left, phone in zip([0, *sequence], sequence):
            counts[left, phone] += 1
    table = np.tile(np.arange(phones, dtype=np.int32), (phones, 1))
    frequent = counts >= at_least
    frequent[:, 0] = False
    table[frequent] = phones + np.arange(frequent.sum())
    return table


def phones_of(table):
    """The phone of every unit, in order."""
    out = np.zeros(table.max() + 1, np.int64)
    out[: len(table)] = np.arange(len(table))
    for row in table:
        out[row] = np.arange(len(table))
    return out
