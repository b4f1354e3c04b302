"""How often each pronunciation of a word is the one that is said, by alignment of the training clips."""
import math
from collections import Counter

import torch

from .data import Batches
from .lexicon import PHONES
from .lfmmi import best_paths
from .train import outputs_of, precision, prefetch

# A word must be said this often for its pronunciations to be weighed; each is given this many sayings more.
MIN_SAID = 5
PRIOR = 0.5


def count(model, corpus, clips, units, batch_frames):
    """Counter of (word, pronunciation) over the best alignments of `clips`."""
    model.eval()
    said = Counter()
    batches = Batches(corpus, clips, units, batch_frames, 0, training=False)
    with torch.no_grad(), precision():
        for i, (feats, lengths, numerators) in enumerate(prefetch(batches, 0)):
            paths = best_paths(model.aligned(torch.from_numpy(feats)).float(), outputs_of(lengths), numerators)
            for (_, clip), numerator, path in zip(batches.batches[i], numerators, paths):
                for at, number in {numerator.said[s] for s in path if s >= 0 and numerator.said[s]}:
                    said[clip["words"][at], list(dict.fromkeys(clip["prons"][at]))[number]] += 1
            if i % 100 == 0:
                print(f"aligned {i} of {len(batches)} batches", flush=True)
    return said


def write_costs(said, lexicon, out):
    """WORD, phones and -ln of the pronunciation's probability over that of the likeliest, for words that have several."""
    lines = []
    for word, options in sorted(lexicon.items()):
        options = list(dict.fromkeys(tuple(PHONES.index(p) for p in o) for o in options))
        counts = [said[word, o] for o in options]
        if len(options) < 2 or sum(counts) < MIN_SAID:
            continue
        for option, n in zip(options, counts):
            cost = math.log((max(counts) + PRIOR) / (n + PRIOR))
            lines.append(f"{word}\t{' '.join(PHONES[p] for p in option)}\t{cost:.3f}\n")
    out.write_text("".join(lines))
    print(f"{len(lines)} pronunciations weighed")
