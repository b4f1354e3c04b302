"""The encoder's hidden values of every clip on disk, computed once: float16, memory-mapped, in shards that several processes write.

A shard is PART.f16 (frames x 1024) and PART.jsonl, a line for each clip: id, copy (0 as recorded, others augmented), first frame, frames,
log-mel frames. Clips go through the encoder one by one, as segments do at run time.
"""
import csv
import json
import time

import numpy as np
import torch

from . import waves, whisper

WIDTH = 1024
LONGEST = 30.0


def read_table(path):
    """Rows of a manifest: id, corpus, split, seconds, speaker, text, path; `path` is absolute."""
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def written(part):
    """Lines of a shard, its file cut to what they cover."""
    listed, values = part.with_suffix(".jsonl"), part.with_suffix(".f16")
    lines = [json.loads(line) for line in listed.read_text().splitlines()] if listed.exists() else []
    end = lines[-1]["start"] + lines[-1]["frames"] if lines else 0
    with open(values, "ab") as f:
        f.truncate(end * WIDTH * 2)
    return lines, end


class Surroundings:
    """Noises, rooms and other voices to augment with."""

    def __init__(self, rows, noises, rooms, rng):
        self.voices = [r["path"] for r in rows if r["split"] == "train"]
        self.ambient = [waves.read(p) for p in noises]
        self.rooms = [x for x in (waves.read(p)[: waves.RATE] for p in rooms) if len(x) > 400]
        self.rng, self.kept = rng, []

    def another(self):
        """One of the clips read lately: a new one now and then."""
        if len(self.kept) < 40 or self.rng.random() < 0.1:
            self.kept = [*self.kept[-200:], waves.read(self.voices[int(self.rng.integers(len(self.voices)))])]
        return self.kept[int(self.rng.integers(len(self.kept)))]


def compute(net, rows, copy, part, surroundings, seed):
    """Append the hidden values of `rows` (copy 0 as they are, others augmented) to the shard `part`."""
    lines, at = written(part)
    done = {line["id"] for line in lines}
    began, seconds = time.time(), 0.0
    with open(part.with_suffix(".f16"), "ab") as values, open(part.with_suffix(".jsonl"), "a") as listed, torch.no_grad():
        for count, row in enumerate(rows):
            if row["id"] in done:
                continue
            rng = np.random.default_rng([seed, copy, count])
            if row["path"]:
                x = waves.read(row["path"])
                if copy:
                    x = waves.augment(x, rng, surroundings.another, surroundings.ambient, surroundings.rooms)
            else:
                x = waves.without_speech(rng, surroundings.another, surroundings.ambient)
            if not 0.2 < len(x) / whisper.RATE < LONGEST:
                continue
            mel = whisper.log_mel(x)
            with torch.autocast("cpu", torch.bfloat16):
                hidden = net(torch.from_numpy(mel)[None])[0].float().numpy().astype(np.float16)
            values.write(hidden.tobytes())
            values.flush()
            listed.write(json.dumps({"id": row["id"], "copy": copy, "start": at, "frames": len(hidden), "mels": mel.shape[1]}) + "\n")
            listed.flush()
            at += len(hidden)
            seconds += len(x) / whisper.RATE
            if (count + 1) % 500 == 0:
                print(f"{part.name}: {count + 1}/{len(rows)} clips, {seconds / 3600:.2f} h, {(time.time() - began) / seconds:.4f} s a second", flush=True)


def compute_copies(work, table, extracted, copies, at, of, seed):
    """Shards of part `at` of `of` of the clips listed in `table`: dev clips first and only as recorded, the rest in random order."""
    net = whisper.encoder(work / "model.bin")
    (work / "hidden").mkdir(exist_ok=True)
    listed = lambda corpus: sorted((extracted / corpus).glob("*")) if extracted else []
    for copy in copies:
        rows = read_table(table)
        np.random.default_rng(seed + copy).shuffle(rows)
        rows.sort(key=lambda r: r["split"] == "train")
        mine = [r for r in rows if copy == 0 or (r["split"] == "train" and r["path"])][at::of]
        surroundings = Surroundings(rows, listed("noise-ambient"), listed("rir"), np.random.default_rng([copy, at]))
        compute(net, mine, copy, work / "hidden" / f"copy{copy}-{at}", surroundings, seed)


class Store:
    """All shards of a directory. `clips` are rows with part, start, frames, mels and copy of each."""

    def __init__(self, directory):
        self.arrays, self.clips = {}, []
        for listed in sorted(directory.glob("*.jsonl")):
            lines = []
            for line in listed.read_text().splitlines():
                try:
                    lines.append(json.loads(line))
                except ValueError:
                    break  # being written
            if lines:
                part = listed.stem
                self.arrays[part] = np.memmap(listed.with_suffix(".f16"), np.float16, "r")
                self.clips += [{**line, "part": part} for line in lines]

    def hidden(self, clip):
        """[frames, 1024] in float16."""
        values = self.arrays[clip["part"]]
        return values[clip["start"] * WIDTH : (clip["start"] + clip["frames"]) * WIDTH].reshape(-1, WIDTH)
