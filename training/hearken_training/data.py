"""The corpus as memory-mapped log-mel features, and batches of it with augmentation."""
import csv
import json
import multiprocessing
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

from . import features
from .lexicon import PHONES, read_lexicon, transcribe
from .noises import noise
from .numerator import numerator
from .text import normalise

# Clips in whose place sound without speech is heard, its transcript silence.
NOISE_SHARE = 0.03
PHONE_ID = {p: i for i, p in enumerate(PHONES)}


def read_manifest(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def _features_of(job):
    import soundfile
    from scipy.signal import resample_poly

    path, speeds = job
    samples, rate = soundfile.read(path)
    if rate != features.SAMPLE_RATE:
        samples = resample_poly(samples, features.SAMPLE_RATE, rate)
    out = []
    for speed in speeds:
        x = samples if speed == 1 else resample_poly(samples, 10, round(10 * speed))
        out.append(features.log_mel(x * 32768).astype(np.float16))
    return out


def prepare(audio, manifest, work, speeds):
    """Write `work`/SPEED.f16 (frames x 80) and `work`/index.json: per clip, its row and its span at each speed."""
    work.mkdir(parents=True, exist_ok=True)
    rows = read_manifest(manifest)
    done = work / "index.json"
    if done.exists():
        return
    jobs = [(str(audio / r["corpus"] / r["split"] / (r["id"] + ".opus")), speeds) for r in rows]
    files = [open(work / f"{s}.f16", "wb") for s in speeds]
    at = [0] * len(speeds)
    spans = []
    total, count = np.zeros(features.BINS), 0
    with multiprocessing.Pool() as pool:
        for row, arrays in zip(rows, pool.imap(_features_of, jobs, chunksize=16)):
            span = []
            for i, a in enumerate(arrays):
                files[i].write(a.tobytes())
                span.append([at[i], len(a)])
                at[i] += len(a)
            spans.append(span)
            if row["split"] == "train":
                total += arrays[0].astype(np.float64).sum(0)
                count += len(arrays[0])
            if len(spans) % 2000 == 0:
                print(f"features: {len(spans)}/{len(rows)} clips", flush=True)
    for f in files:
        f.close()
    done.write_text(json.dumps({"speeds": speeds, "spans": spans, "global_mean": (total / count).tolist()}))


class Corpus:
    """Clips with their features and phones. `clips[i]` is a manifest row with `words`, `spans` and `prons`."""

    def __init__(self, manifest, work, pronunciations):
        index = json.loads((work / "index.json").read_text())
        self.speeds = index["speeds"]
        self.global_mean = np.asarray(index["global_mean"])
        self.arrays = [np.memmap(work / f"{s}.f16", np.float16, "r").reshape(-1, features.BINS) for s in self.speeds]
        self.lexicon = read_lexicon(pronunciations)
        self.clips, self.unknown = [], {}
        for row, spans in zip(read_manifest(manifest), index["spans"]):
            words = normalise(row["text"])
            if not words:
                continue
            prons, bad = transcribe(self.lexicon, words)
            if prons is None:
                self.unknown[bad] = self.unknown.get(bad, 0) + 1
            if prons is not None:
                prons = [[tuple(PHONE_ID[p] for p in pron) for pron in options] for options in prons]
            self.clips.append({**row, "words": words, "spans": spans, "prons": prons})

    @classmethod
    def prepared(cls, speech, work):
        """Of the stages `features` and `lexicon`, which wrote to `work`."""
        return cls(speech / "manifest.tsv", work / "features", work / "pronunciations.tsv")

    def pronounced(self):
        """The training clips whose every word has a pronunciation."""
        return [c for c in self.split("train") if c["prons"] is not None]

    def spread(self, count):
        """About `count` of them, evenly spread."""
        clips = self.pronounced()
        return clips[:: len(clips) // count]

    def split(self, split, corpus=None):
        return [c for c in self.clips if c["split"] == split and corpus in (None, c["corpus"])]

    def log_mel(self, clip, speed=0):
        start, n = clip["spans"][speed]
        return np.asarray(self.arrays[speed][start : start + n], np.float32)


def phone_sequences(clips, silence, seed, copies=3):
    """Phone strings for the denominator trigram and the choice of units: a random pronunciation a word, silence at the ends and
    between words with probability `silence`."""
    rng = np.random.default_rng(seed)
    for clip in clips:
        if clip["prons"] is None:
            continue
        for _ in range(copies):
            out = [0]
            for i, p in enumerate(clip["prons"]):
                if i and rng.random() < silence:
                    out.append(0)
                out += p[int(rng.integers(len(p)))]
            yield out


def reverberate(x, seconds, wet):
    """A room's tail in the power domain: energy decays by 60 dB in `seconds`, the tail `wet` times as strong as the sound."""
    decay = 10 ** (-6 * 0.01 / seconds)
    power = np.exp(x)
    tail = lfilter([0, 1 - decay], [1, -decay], power, axis=0)
    return np.log(power + wet * tail).astype(np.float32)


def vocal_tract(x, factor):
    """The voice of another length of vocal tract (VTLP, Jaitly and Hinton 2013): what stood at `factor` times a bin's frequency
    moves there; the top bin is repeated where nothing stands."""
    centres = features.bin_centres()
    at = np.interp(factor * centres, centres, np.arange(features.BINS))
    low = np.minimum(at.astype(int), features.BINS - 2)
    share = (at - low).astype(np.float32)
    return x[:, low] * (1 - share) + x[:, low + 1] * share


def telephone(x, rng):
    """The upper band of a line at 8 kHz: next to nothing, as resampled and dithered at run time."""
    x = x.copy()
    edge = int(rng.integers(54, 60))  # mel bins centred on 3.4 to 4 kHz
    x[:, edge:] = np.minimum(x[:, edge:], rng.uniform(2, 5) + 0.7 * rng.standard_normal((len(x), features.BINS - edge)))
    return x


def augment(x, rng, other):
    """Vocal tract, reverberation, telephone band, volume, equalisation, noise and babble, in the log-mel domain (before CMVN).
    `other` is another clip's features."""
    if rng.random() < 0.6:
        x = vocal_tract(x, rng.uniform(0.87, 1.15))
    if rng.random() < 0.15:
        x = reverberate(x, rng.uniform(0.2, 0.8), rng.uniform(0.3, 2.0))
    if rng.random() < 0.06:
        x = telephone(x, rng)
    bins = np.arange(features.BINS) / features.BINS
    x = x + rng.uniform(-2.5, 2.5)
    if rng.random() < 0.5:  # a smooth random channel response
        curve = sum(rng.normal(0, 1.0) * np.cos(np.pi * k * bins) for k in (1, 2, 3))
        x = x + curve.astype(np.float32)
    kind = rng.random()
    if kind < 0.25:  # stationary noise of a random slope, fluctuating as a noise spectrum does
        level = x.max(0).mean() - rng.uniform(1.5, 6.0)
        shape = level + rng.normal(0, 1.2) * np.cos(np.pi * bins) + rng.normal(0, 0.6) * np.cos(2 * np.pi * bins)
        noise = shape[None] + 0.5 * rng.standard_normal(x.shape)
        x = np.logaddexp(x, noise.astype(np.float32))
    elif kind < 0.4 and len(other):  # another voice, well below this one
        gain = x.max() - other.max() - rng.uniform(2.0, 5.0)
        tiled = np.resize(other, x.shape)
        x = np.logaddexp(x, tiled + np.float32(gain))
    return x


def mask(x, rng):
    """SpecAugment on normalised features: two frequency bands, and two time spans and one more a second, set to the mean."""
    for _ in range(2):
        width = rng.integers(0, 24)
        at = rng.integers(0, features.BINS - width)
        x[:, at : at + width] = 0
    for _ in range(2 + len(x) // 100):
        width = int(rng.integers(0, min(25, max(1, len(x) // 8))))
        at = rng.integers(0, len(x) - width)
        x[at : at + width] = 0
    return x


def minimum_frames(prons):
    """Output frames a transcript needs at least; shorter clips have no sensible alignment and are left out."""
    return sum(min(len(p) for p in options) for options in prons) * 1.1 + 2


class Batches:
    """One epoch of batches: clips at a random speed, sorted by length, each batch at most `batch_frames` padded frames."""

    def __init__(self, corpus, clips, units, batch_frames, seed, training=True):
        self.corpus, self.units, self.training = corpus, units, training
        self.rng = np.random.default_rng(seed)
        chosen = []
        for clip in clips:
            speed = int(self.rng.integers(len(corpus.speeds))) if training else 0
            frames = clip["spans"][speed][1]
            if clip["prons"] is not None and frames // 3 >= minimum_frames(clip["prons"]) and frames < 2400:
                chosen.append((frames + (self.rng.uniform(-30, 30) if training else 0), speed, clip))
        chosen.sort(key=lambda c: c[0])
        self.batches, batch = [], []
        for frames, speed, clip in chosen:
            if batch and (len(batch) + 1) * frames > batch_frames:
                self.batches.append(batch)
                batch = []
            batch.append((speed, clip))
        if batch:
            self.batches.append(batch)
        if training:
            self.rng.shuffle(self.batches)
        self.clips = [c[2] for c in chosen]

    def __len__(self):
        return len(self.batches)

    def load(self, i):
        """Features [B, T, 80] with zeros behind each clip, their lengths in feature frames, and numerators."""
        feats, transcripts = [], []
        another = lambda: self.corpus.log_mel(self.clips[int(self.rng.integers(len(self.clips)))])
        for speed, clip in self.batches[i]:
            x, said = self.corpus.log_mel(clip, speed), clip["prons"]
            if self.training and self.rng.random() < NOISE_SHARE:
                x, said = noise(len(x), self.rng, another), []
            elif self.training:
                x = x[int(self.rng.integers(3)) :]  # so that every third frame is another one each time
                x = augment(x, self.rng, another())
            transcripts.append(said)
            x = features.online_cmvn(x, self.corpus.global_mean)
            feats.append(mask(x, self.rng) if self.training else x)
        lengths = [len(x) for x in feats]
        out = np.zeros((len(feats), max(lengths), features.BINS), np.float32)
        for row, x in zip(out, feats):
            row[: len(x)] = x
        return out, lengths, [numerator(said, self.units) for said in transcripts]
