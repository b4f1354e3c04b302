"""LF-MMI training of the head on stored hidden values. The rate follows a cosine over a number of updates or minutes; clips that are stored
while it runs are taken up at the next pass."""
import copy
import json
import math
import queue
import threading
import time
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F

from .data import PHONE_ID, minimum_frames, phone_sequences
from .head import Head, rows_of
from .hidden import WIDTH, Store
from .lexicon import PHONES, read_lexicon, transcribe
from .lfmmi import LFMMI, PhoneTrigram
from .numerator import numerator
from .train import precision


HOURS = 2.0  # of a pass
FRAMES_AN_HOUR = 180_000


def transcribed(rows, pronunciations):
    """Manifest rows by id, each with `prons` as numbers of phones; rows with an unknown word are left out."""
    lexicon, out = read_lexicon(pronunciations), {}
    for row in rows:
        prons, _ = transcribe(lexicon, row["text"].split())
        if prons is not None:
            out[row["id"]] = {**row, "prons": [[tuple(PHONE_ID[p] for p in pron) for pron in options] for options in prons]}
    return out


class Batches:
    """Endless batches of about `frames` hidden frames of clips alike in length. A pass takes `HOURS` of those clips that were used least,
    half of them augmented where there are enough, so that what is computed meanwhile is used soon."""

    def __init__(self, directory, said, units, frames, seed, mask, alignments=None):
        self.directory, self.said, self.units, self.frames, self.mask = directory, said, units, frames, mask
        self.rng, self.alignments, self.passes, self.used = np.random.default_rng(seed), alignments or {}, 0, Counter()

    def chosen(self):
        """Clips of the store that may train, the store's arrays with them."""
        store = Store(self.directory)
        fits = lambda c, row: row["split"] == "train" and rows_of(c["mels"]) >= minimum_frames(row["prons"]) and c["frames"] > 8
        clips = [c for c in store.clips if c["id"] in self.said and fits(c, self.said[c["id"]])]
        self.hours = sum(c["frames"] for c in clips) / FRAMES_AN_HOUR
        self.rng.shuffle(clips)
        clips.sort(key=lambda c: self.used[c["id"], c["copy"]])
        of = lambda augmented: [c for c in clips if (c["copy"] > 0) == augmented]
        taken = [c for half in (of(True), of(False)) for c in first_hours(half, HOURS / 2)]
        self.used.update((c["id"], c["copy"]) for c in taken)
        return store, taken

    def a_pass(self):
        store, clips = self.chosen()
        keys = [c["frames"] * self.rng.uniform(0.9, 1.1) for c in clips]
        batches, batch, longest = [], [], 0
        for i in np.argsort(keys):
            longest = max(longest, clips[i]["frames"])
            if batch and (len(batch) + 1) * longest > self.frames:
                batches.append(batch)
                batch, longest = [], clips[i]["frames"]
            batch.append(clips[i])
        if batch:
            batches.append(batch)
        self.rng.shuffle(batches)
        self.passes += 1
        for batch in batches:
            yield self.load(store, batch)

    def masked(self, x):
        """Spans of up to 0.4 s, and some of the channels, as if they were not there."""
        for _ in range(1 + len(x) // 100):
            width = int(self.rng.integers(0, min(20, max(1, len(x) // 8))))
            at = int(self.rng.integers(0, len(x) - width))
            x[at : at + width] = 0
        return x * (self.rng.random(WIDTH) > self.mask).astype(np.float32) / (1 - self.mask)

    def load(self, store, batch):
        """hidden [B, H, 1024], mask [B, H], rows, numerators, alignments [B, R] (-1 where unknown)."""
        longest = max(c["frames"] for c in batch)
        x, mask = np.zeros((len(batch), longest, WIDTH), np.float32), np.zeros((len(batch), longest), np.float32)
        rows = [rows_of(c["mels"]) for c in batch]
        align = np.full((len(batch), 2 * math.ceil(longest / 3)), -1, np.int64)
        for i, c in enumerate(batch):
            x[i, : c["frames"]] = self.masked(torch.from_numpy(np.array(store.hidden(c))).float().numpy())
            mask[i, : c["frames"]] = 1
            if c["copy"] == 0 and c["id"] in self.alignments:
                known = self.alignments[c["id"]][: rows[i]]
                align[i, : len(known)] = known
        return torch.from_numpy(x), torch.from_numpy(mask), rows, [numerator(self.said[c["id"]]["prons"], self.units) for c in batch], torch.from_numpy(align)

    def __iter__(self):
        q = queue.Queue(3)

        def work():
            while True:
                for item in self.a_pass():
                    q.put(item)

        threading.Thread(target=work, daemon=True).start()
        while True:
            yield q.get()


def first_hours(clips, hours):
    """The first of `clips` that make up about so many hours."""
    ends = np.cumsum([c["frames"] for c in clips]) / FRAMES_AN_HOUR
    return clips[: int(np.searchsorted(ends, hours)) + 1]


def objective(model, store, clips, said, units, trigram):
    """LF-MMI objective for each row over clips."""
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for c in clips:
            with precision():
                y = model(torch.from_numpy(np.array(store.hidden(c))).float()[None]).float()
            rows = [rows_of(c["mels"])]
            total += LFMMI.apply(y[:, : rows[0]].contiguous(), rows, [numerator(said[c["id"]]["prons"], units)], trigram, units).item()
            count += rows[0]
    model.train()
    return -total / count


def train(directory, said, units, out, settings, initial=None, alignments=None):
    """Write `out`/checkpoint.pt (weights and their running average) and log.jsonl; `initial` are weights to go on from."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings["seed"])
    rng = np.random.default_rng(settings["seed"])
    sequences = list(phone_sequences([r for r in said.values() if r["split"] == "train" and r["prons"]], 0.2, settings["seed"]))
    trigram = PhoneTrigram(sequences, len(PHONES))
    model = Head(2 * (int(units.max()) + 1), **settings["head"])
    if initial:
        saved = torch.load(initial)
        # checkpoints/shipped.pt holds the light model's weights too, and the head's in half precision.
        model.load_state_dict(saved.get("head", saved["average"]))
    average = copy.deepcopy(model)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M weights, {len(said)} clips")
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=settings["weight_decay"])
    batches = Batches(directory, said, units, settings["batch_frames"], settings["seed"], settings["mask"], alignments)
    store = Store(directory)
    if not any(c["id"] in said for c in store.clips):
        raise ValueError(f"no hidden values of transcribed clips in {directory}")
    dev = [c for c in store.clips if c["copy"] == 0 and c["id"] in said and said[c["id"]]["split"] == "dev"][::15]
    log = open(out / "log.jsonl", "a")
    began, seen, gained, busy = time.time(), 0, 0.0, time.time()
    for step, (hidden, mask, rows, numerators, align) in enumerate(batches):
        at = (time.time() - began) / 60 / settings["minutes"] if settings.get("minutes") else step / settings["updates"]
        if at >= 1:
            break
        warm = min(1, (step + 1) / settings["warm_up"])
        rate = settings["rate"] * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * at)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        with precision():
            y = model(hidden, mask)
        y = y.float()
        mmi = LFMMI.apply(y, rows, numerators, trigram, units)
        loss = (mmi + settings["output_l2"] * y.square().sum()) / sum(rows)
        share = settings.get("aligned", 0) * max(0.0, 1 - step / settings.get("aligned_updates", 1))
        if share > 0 and (align >= 0).any():
            loss = (1 - min(1, share)) * loss + share * F.cross_entropy(y.flatten(0, 1), align.flatten(), ignore_index=-1)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        if torch.isfinite(norm):
            optimiser.step()
        decay = min(settings["ema"], (1 + step) / (10 + step))
        with torch.no_grad():
            for a, b in zip(average.state_dict().values(), model.state_dict().values()):
                a.lerp_(b, 1 - decay) if a.is_floating_point() else a.copy_(b)
        gained, seen = gained - mmi.item(), seen + sum(rows)
        last = step + 1 == settings.get("updates")
        if (step + 1) % 50 == 0 or last:
            entry = {"update": step + 1, "objective": round(gained / seen, 4), "norm": round(float(norm), 2), "rate": rate, "passes": batches.passes,
                     "hours": round(batches.hours, 2), "seconds": round(time.time() - busy, 1), "minutes": round((time.time() - began) / 60, 2)}
            if (step + 1) % 200 == 0 or last:
                entry["dev"] = round(objective(average, store, dev, said, units, trigram), 4)
                keep(out, model, average, units, settings, step)
            print(json.dumps(entry), flush=True)
            log.write(json.dumps(entry) + "\n")
            log.flush()
            seen, gained, busy = 0, 0.0, time.time()
    entry = {"update": step, "dev": round(objective(average, store, dev, said, units, trigram), 4)}
    print(json.dumps(entry), flush=True)
    log.write(json.dumps(entry) + "\n")
    keep(out, model, average, units, settings, step)


def keep(out, model, average, units, settings, step):
    torch.save({"model": model.state_dict(), "average": average.state_dict(), "units": units, "settings": settings, "step": step}, out / "tmp.pt")
    (out / "tmp.pt").rename(out / "checkpoint.pt")
