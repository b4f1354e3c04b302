"""Weights of a trained model for one with more units, wider bottlenecks or another path: the new model begins where the old one was."""
import torch

from .units import phones_of


def widen_outputs(state, table):
    """A state whose output layer has a pdf pair a phone, with the layer's rows repeated for every unit."""
    phones, of = len(table), phones_of(table)
    rows = [*of, *(phones + of)]
    return {k: v[rows] if k in ("output.weight", "output.bias") and len(v) == 2 * phones else v for k, v in state.items()}


def grow(state, model):
    """A state of narrower bottlenecks, or without the spectral path, for `model`: added channels compute what its initial weights
    say, and nothing listens to them yet, so that the function is the same (Net2Net, Chen et al. 2016)."""
    out = {}
    for name, new in model.state_dict().items():
        old = state.get(name, new)
        if old.shape != new.shape:
            merged = new.clone() if name.endswith("reduce.weight") else torch.zeros_like(new)
            merged[tuple(slice(n) for n in old.shape)] = old
            out[name] = merged
        else:
            out[name] = old
    return out


def halved(state):
    """A model state in half precision."""
    return {k: v.half() if v.is_floating_point() else v for k, v in state.items()}


def save_weights(checkpoint, out):
    """The averaged weights and units of a training checkpoint, in half precision: enough to begin another run with."""
    saved = torch.load(checkpoint)
    out.parent.mkdir(exist_ok=True)
    torch.save({"average": halved(saved["average"]), "units": saved["units"]}, out)
