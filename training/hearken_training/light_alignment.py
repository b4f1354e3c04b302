"""Where the light model puts each phone: pdfs of every row of clips, with which the head's training begins so that times agree."""
import json

import numpy as np
import torch

from . import features, waves
from .lfmmi import best_paths
from .model import trained
from .numerator import numerator
from .train import outputs_of, scores_of

FRAMES = 8000  # padded feature frames at a time


def light_model(checkpoint, config):
    saved = torch.load(checkpoint)
    saved["average"] = {k: v.float() if v.is_floating_point() else v for k, v in saved["average"].items()}
    return trained(saved, json.loads(config.read_text())["model"]).eval(), saved["units"]


def align(model, units, global_mean, rows):
    """Id -> pdf of each row of 30 ms, of manifest `rows` with `prons`; clips without a path are left out."""
    out, batch = {}, []
    count = int(units.max()) + 1

    def flush():
        lengths = [len(x) for _, x in batch]
        feats = np.zeros((len(batch), max(lengths), features.BINS), np.float32)
        for at, (_, x) in zip(feats, batch):
            at[: len(x)] = x
        with torch.no_grad():
            y = scores_of(model, feats)
        graphs = [numerator(row["prons"], units) for row, _ in batch]
        for (row, _), graph, path, n in zip(batch, graphs, best_paths(y, outputs_of(lengths), graphs), outputs_of(lengths)):
            path = path[:n]
            if (path >= 0).all():
                unit = np.asarray(graph.units)[path]
                out[row["id"]] = np.where(np.r_[True, path[1:] != path[:-1]], unit, count + unit).astype(np.int16)
        batch.clear()

    for row in sorted(rows, key=lambda r: float(r["seconds"])):
        x = features.log_mel(waves.read(row["path"]) * 32768.0).astype(np.float32)
        batch.append((row, features.online_cmvn(x, global_mean)))
        if sum(len(x) for _, x in batch) > FRAMES:
            flush()
    if batch:
        flush()
    return out
