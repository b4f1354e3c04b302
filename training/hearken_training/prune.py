"""Fewer weights, or fewer bits of them (Deep Compression, Han et al. 2016): how far a trained network can be made smaller."""
import numpy as np
import torch

from .data import Batches, phone_sequences
from .lexicon import PHONES
from .lfmmi import LFMMI, PhoneTrigram
from .train import outputs_of, prefetch, scores_of


def _weights(model):
    """What is quantized in the shipped network: the products inside blocks and of the spectral path."""
    return {n: p for n, p in model.named_parameters() if p.dim() > 2 and n.startswith(("blocks.", "spectral.")) and "convs.0" not in n}


def round_weights(model, bits, group=32):
    """Each `group` of an output's weights in 2^bits - 1 equal steps around zero, as 4-bit runtimes store them."""
    top = 2 ** (bits - 1) - 1
    with torch.no_grad():
        for p in _weights(model).values():
            flat = p.flatten(1)
            for at in range(0, flat.shape[1], group):
                part = flat[:, at : at + group]
                scale = part.abs().amax(1, keepdim=True).clamp(min=1e-8) / top
                part.copy_((part / scale).round().clamp(-top, top) * scale)
            p.copy_(flat.view_as(p))


def masks_of(model, share):
    """1 where a weight is among the larger ones of its layer, 0 for the `share` of smaller ones."""
    return {n: (p.abs() > p.abs().flatten().kthvalue(int(share * p.numel())).values).float() for n, p in _weights(model).items()}


def apply(model, masks):
    with torch.no_grad():
        for n, p in model.named_parameters():
            if n in masks:
                p.mul_(masks[n])


def retrain(model, masks, corpus, config, units, updates, rate=2e-4):
    """Some updates of the usual objective at a falling rate, pruned weights held at zero."""
    clips = corpus.pronounced()
    sequences = list(phone_sequences(clips, config["silence_between_words"], config["seed"]))
    trigram = PhoneTrigram(sequences, len(PHONES))
    batches = Batches(corpus, clips, units, config["train"]["batch_frames"], config["seed"])
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.0)
    model.train()
    for step, (feats, lengths, numerators) in enumerate(prefetch(batches, 0)):
        if step == updates:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * (0.02 + 0.49 * (1 + np.cos(np.pi * step / updates)))
        y = scores_of(model, feats)
        frames = outputs_of(lengths)
        loss = LFMMI.apply(y, frames, numerators, trigram, units) / sum(frames)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config["train"]["clip"])
        optimiser.step()
        apply(model, masks)
        if (step + 1) % 50 == 0:
            print(f"retrained {step + 1} of {updates}, objective {-loss.item():.3f}", flush=True)
    model.eval()
