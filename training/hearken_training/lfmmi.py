"""Lattice-free MMI as a torch function (Hadian et al. 2018), over the C++ forward-backward in lfmmi.cpp.

A unit (a phone behind a left phone, see units.py) is two pdfs (entry, self-loop). Numerator: the transcript's graph
(numerator.py). Denominator: a phone trigram over all two-phone histories, dense.
"""
import ctypes
import subprocess
from pathlib import Path

import numpy as np
import torch

_SOURCE = Path(__file__).with_name("lfmmi.cpp")


def _library():
    built = Path(__file__).parent.parent / "build" / "liblfmmi.so"
    if not built.exists() or built.stat().st_mtime < _SOURCE.stat().st_mtime:
        built.parent.mkdir(exist_ok=True)
        subprocess.run(
            ["g++", "-O3", "-march=native", "-ffast-math", "-fno-finite-math-only", "-fopenmp", "-shared", "-fPIC"]
            + [str(_SOURCE), "-o", str(built)],
            check=True,
        )
    return ctypes.CDLL(str(built))


_LIB = _library()


class PhoneTrigram:
    """P[a, b, c] = p(c | a b) by absolute discounting, started after two silences."""

    def __init__(self, sequences, phones, discount=0.7):
        k = phones
        c3, c2, c1 = np.zeros((k, k, k)), np.zeros((k, k)), np.ones(k)
        for s in sequences:
            s = [0, 0, *s, 0]
            for a, b, c in zip(s, s[1:], s[2:]):
                c3[a, b, c] += 1
                c2[b, c] += 1
                c1[c] += 1
        p = c1 / c1.sum()
        for counts in (c2, c3):
            n = counts.sum(-1, keepdims=True)
            seen = (counts > 0).sum(-1, keepdims=True)
            discounted = (np.maximum(counts - discount, 0) + discount * seen * p) / np.maximum(n, 1e-9)
            p = np.where(n > 0, discounted, p)
        self.probs = np.ascontiguousarray(p, np.float32)
        self.transposed = np.ascontiguousarray(p.transpose(1, 2, 0), np.float32)
        self.initial = np.zeros((k, k), np.float32)
        self.initial[0] = p[0, 0]


def _pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def joined(numerators):
    """Graphs one behind another, as lfmmi.cpp takes them: unit, first, pred, initial, final, offset."""
    offset = np.zeros(len(numerators) + 1, np.int32)
    offset[1:] = np.cumsum([len(n.units) for n in numerators])
    unit = np.concatenate([n.units for n in numerators]).astype(np.int32)
    pred = np.concatenate([p for n in numerators for p in n.predecessors]).astype(np.int32)
    first = np.zeros(len(unit) + 1, np.int32)
    first[1:] = np.cumsum([len(p) for n in numerators for p in n.predecessors])
    initial = np.concatenate([n.initial for n in numerators]).astype(np.uint8)
    final = np.concatenate([n.final for n in numerators]).astype(np.uint8)
    return unit, first, pred, initial, final, offset


def best_paths(y, lengths, numerators):
    """State of each numerator at every frame on its best path, [B, T]; -1 where none fits. y [B, T, 2U]."""
    y = y.contiguous()
    batch, frames, width = y.shape
    unit, first, pred, initial, final, offset = joined(numerators)
    lengths = np.asarray(lengths, np.int32)
    path = np.empty((batch, frames), np.int32)
    _LIB.best_paths(
        ctypes.c_void_p(y.data_ptr()), batch, frames, width // 2, _pointer(lengths), _pointer(unit), _pointer(first),
        _pointer(pred), _pointer(initial), _pointer(final), _pointer(offset), _pointer(path),
    )
    return path


class LFMMI(torch.autograd.Function):
    """Sum over the batch of log Zden - log Znum, to be minimised; sequences without a numerator path count 0."""

    @staticmethod
    def forward(ctx, y, lengths, numerators, trigram, units, boost=0.0):
        """y [B, T, 2U]; lengths [B]; numerators: a Numerator an utterance; units [K, K]: unit of a phone behind a phone; boost:
        log-likelihood a frame that a denominator path loses where it goes with the numerator."""
        y = y.contiguous()
        batch, frames, width = y.shape
        unit, first, pred, initial, final, offset = joined(numerators)
        lengths = np.asarray(lengths, np.int32)
        units = np.ascontiguousarray(units, np.int32)
        grad = torch.empty_like(y)
        num, den = np.zeros(batch), np.zeros(batch)
        _LIB.lfmmi(
            ctypes.c_void_p(y.data_ptr()), batch, frames, len(units), width // 2, _pointer(units), _pointer(lengths),
            _pointer(trigram.probs), _pointer(trigram.transposed), _pointer(trigram.initial), _pointer(unit),
            _pointer(first), _pointer(pred), _pointer(initial), _pointer(final), _pointer(offset),
            ctypes.c_float(boost), ctypes.c_void_p(grad.data_ptr()), _pointer(num), _pointer(den),
        )
        ctx.save_for_backward(grad)
        fits = np.isfinite(num)
        return torch.tensor(np.where(fits, den - np.where(fits, num, 0), 0).sum(), dtype=y.dtype)

    @staticmethod
    def backward(ctx, upstream):
        return ctx.saved_tensors[0] * upstream, None, None, None, None, None
