"""The acoustic model: a stride-3 stem and factored, dilated residual blocks with explicit left context, and beside the first
blocks a path of 2-D convolutions over time and frequency, which joins them (as Kaldi's CNN-TDNN begins).

Every convolution sees only what has come: a block that looks `ahead` frames ahead delivers its output that much later, and the
skip path is delayed with it. Left context that does not exist yet is zero, exactly the initial streaming state at run time.

Tensors are [batch, time, channels] and a convolution is one matrix product over its taps side by side: on CPUs without bf16
units this is 1.5 times as fast as torch's Conv1d.
"""
import torch
import torch.nn.functional as F
from torch import nn

from .blocks import KINDS, normalised

STRIDE = 3
STEM_KERNEL = 6  # output i sees feature frames 3i-3 .. 3i+2
SECOND_KERNEL = 5  # the second 2-D convolution's output i sees frames 3i-2 .. 3i+2 of the first's


class Spectral(nn.Module):
    """The log-mel image through 3x3 convolutions that halve its height now and then, to `channels` values an output frame.

    The first convolution runs at the feature rate, the second takes the stride, each one behind it delivers its output one frame
    late. Its last layer begins at zero, so that a model can gain this path and still compute what it did.
    """

    def __init__(self, config, channels, bins):
        super().__init__()
        self.bins = bins
        self.convs, self.norms, before = nn.ModuleList(), nn.ModuleList(), 1
        for i, layer in enumerate(config["layers"]):
            taps, stride = (SECOND_KERNEL, STRIDE) if i == 1 else (3, 1)
            conv = nn.Conv2d(before, layer["channels"], (taps, 3), (stride, layer["pool"]), (0, 1), bias=False)
            self.convs.append(conv)
            self.norms.append(nn.BatchNorm2d(layer["channels"]))
            bins = (bins - 1) // layer["pool"] + 1
            before = layer["channels"]
        self.project = nn.Conv1d(before * bins, channels, 1, bias=False)
        self.delay = len(config["layers"]) - 2
        nn.init.zeros_(self.project.weight)

    def multiply_adds(self):
        """Of the 2-D convolutions, in one output frame."""
        bins, total = self.bins, 0
        for i, conv in enumerate(self.convs):
            bins = (bins - 1) // conv.stride[1] + 1
            total += conv.weight.numel() * bins * (STRIDE if i == 0 else 1)
        return total

    def forward(self, x, note=lambda layer, output: None):
        """[B, T, bins] -> [B, T/3, channels]; `note` is shown every layer's output."""
        x = x[:, None].contiguous(memory_format=torch.channels_last)
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = F.relu(norm(conv(F.pad(x, (0, 0, 2, 0)))))
            note(i, x)
        return F.linear(x.transpose(1, 2).flatten(2), self.project.weight[:, :, 0])


class AcousticModel(nn.Module):
    """features [B, T, 80] (T a multiple of 3) -> log-likelihoods [B, T/3, outputs], `delay` frames late."""

    def __init__(self, config, outputs, bins=80):
        super().__init__()
        c = config["channels"]
        self.stem = nn.Conv1d(bins, c, STEM_KERNEL, stride=STRIDE, bias=False)
        self.stem_norm = nn.BatchNorm1d(c)
        kind = KINDS[config.get("kind", "factored")]
        self.blocks = nn.ModuleList(
            kind(c, config["bottleneck"], b["dilation"], b["ahead"], config["dropout"], config["bypass"])
            for b in config["blocks"]
        )
        self.spectral, self.join = None, 0
        if "spectral" in config:
            self.join = config["spectral"]["join"]  # how many blocks come before
            self.spectral = Spectral(config["spectral"], c, bins)
            if self.spectral.delay != sum(b["ahead"] for b in config["blocks"][: self.join]):
                raise ValueError("the spectral path must be as late as the blocks it joins")
        self.output = nn.Conv1d(c, outputs, 1)
        self.delay = sum(b["ahead"] for b in config["blocks"])
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def stemmed(self, x):
        x = F.pad(x, (0, 0, STEM_KERNEL - STRIDE, 0)).unfold(1, STEM_KERNEL, STRIDE)  # [B, T/3, 80, kernel]
        return F.relu(normalised(F.linear(x.flatten(2), self.stem.weight.flatten(1)), self.stem_norm))

    def forward(self, feats):
        x = self.stemmed(feats)
        for i, block in enumerate(self.blocks):
            x = block(x)
            if self.spectral and i + 1 == self.join:
                x = x + self.spectral(feats)
        return F.linear(x, self.output.weight[:, :, 0], self.output.bias).float()

    def multiply_adds(self):
        """Of one output frame."""
        dense = self.stem.weight.numel() + self.output.weight.numel() + sum(block.multiply_adds() for block in self.blocks)
        if not self.spectral:
            return dense
        return dense + self.spectral.project.weight.numel() + self.spectral.multiply_adds()

    def aligned(self, feats):
        """Log-likelihoods with the delay taken out: the features are followed by zeros as at the end of a stream."""
        frames = (feats.shape[1] + STRIDE - 1) // STRIDE
        pad = (frames + self.delay) * STRIDE - feats.shape[1]
        return self(F.pad(feats, (0, 0, 0, pad)))[:, self.delay :]


def trained(saved, config):
    """The model of a checkpoint's averaged weights, ready to be used; `config` is its "model" part."""
    model = AcousticModel(config, 2 * (int(saved["units"].max()) + 1))
    model.load_state_dict(saved["average"])
    return model.eval()
