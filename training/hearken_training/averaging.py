"""The mean of several runs' weights, with batch norms that fit it."""
import torch

from .train import scores_of


def mean_of(states, shares):
    """The weighted mean of model states, in single precision; what is no weight is taken from the last."""
    total = sum(shares)
    mean = lambda name: sum(share / total * state[name].float() for state, share in zip(states, shares))
    return {name: mean(name) if value.is_floating_point() else value for name, value in states[-1].items()}


def estimate_norms(model, batches):
    """Set the running means and variances of every batch norm to those of `batches` of features."""
    norms = [m for m in model.modules() if isinstance(m, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d))]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over batches
        norm.train()
    with torch.no_grad():
        for features in batches:
            scores_of(model, features)
    model.eval()
