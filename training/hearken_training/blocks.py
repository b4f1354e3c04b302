"""Residual blocks of the acoustic model: the shipped kind, and those it was compared with (RESULTS.md).

All have the same frame: something that sees two frames back at the block's dilation, batch norm, ReLU, and a skip path that
is delayed by `ahead`. A block exports itself into an ONNX builder (export.py) with its batch norm folded in; the residual
stream there is kept divided by `factor`, which every block multiplies by `bypass`.
"""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def normalised(x, norm):
    """Batch norm over the last dimension."""
    return norm(x.float().flatten(0, 1)).view(x.shape)


def history(x, dilation):
    """Each frame with those one and two dilations before it, [B, T, 3C]."""
    frames = x.shape[1]
    h = F.pad(x, (0, 0, 2 * dilation, 0))
    return torch.cat([h[:, :frames], h[:, dilation : dilation + frames], h[:, 2 * dilation :]], 2)


def taps(conv):
    """Weight of a convolution over three frames as a matrix over `history`."""
    return conv.weight.transpose(1, 2).flatten(1)


class Block(nn.Module):
    """Factored TDNN (Povey et al. 2018): down to a bottleneck, and a dilated convolution back up."""

    def __init__(self, channels, bottleneck, dilation, ahead, dropout, bypass):
        super().__init__()
        self.dilation, self.ahead, self.bypass, self.dropout = dilation, ahead, bypass, dropout
        self.norm = nn.BatchNorm1d(channels)
        self.make(channels, bottleneck)

    def make(self, channels, bottleneck):
        self.reduce = nn.Conv1d(channels, bottleneck, 1, bias=False)
        self.expand = nn.Conv1d(bottleneck, channels, 3, dilation=self.dilation, bias=False)

    def inner(self, x):
        return F.linear(history(F.linear(x, self.reduce.weight[:, :, 0]), self.dilation), taps(self.expand))

    def forward(self, x):
        y = F.relu(normalised(self.inner(x), self.norm))
        if self.training and self.dropout:  # continuous and shared over time (Kaldi's TDNN-F dropout): no mask a frame to draw
            y = y * (1 + 2 * self.dropout * (2 * torch.rand(x.shape[0], 1, x.shape[2]) - 1))
        skip = F.pad(x, (0, 0, self.ahead, 0))[:, : x.shape[1]] if self.ahead else x
        return torch.add(y, skip, alpha=self.bypass)

    def multiply_adds(self):
        """Of one output frame."""
        return sum(w.numel() for w in self.parameters() if w.dim() > 1)

    def export(self, b, x, name, factor, fold):
        """Nodes from x / factor to what comes before the ReLU, / (factor · bypass)."""
        weight, bias = fold(self.expand, self.norm)
        h = b.quantized(x, f"{name}_in")
        h = b.conv(h, f"{name}_reduce", self.reduce.weight.detach().numpy() * factor, None, f"{name}_in")
        h = b.quantized(h, f"{name}_mid")
        h = b.with_history(h, self.reduce.out_channels, 2 * self.dilation)
        h = b.quantized(h, f"{name}_mid")
        out = factor * self.bypass
        return b.conv(h, f"{name}_expand", weight / out, bias / out, f"{name}_mid", dilations=[1, self.dilation])


class DepthwiseBlock(Block):
    """MobileNet's (Sandler et al. 2018): up, a convolution a channel, down."""

    GROUPS = 1

    def make(self, channels, bottleneck):
        self.up = nn.Conv1d(channels, bottleneck, 1, groups=self.GROUPS, bias=False)
        self.depth = nn.Conv1d(bottleneck, bottleneck, 3, groups=bottleneck, dilation=self.dilation, bias=False)
        self.down = nn.Conv1d(bottleneck, channels, 1, groups=self.GROUPS, bias=False)
        self.order = np.arange(bottleneck).reshape(self.GROUPS, -1).T.flatten()

    def product(self, x, conv):
        g = self.GROUPS
        if g == 1:
            return F.linear(x, conv.weight[:, :, 0])
        weight = conv.weight[:, :, 0].unflatten(0, (g, -1))
        return torch.einsum("btgi,goi->btgo", x.unflatten(2, (g, -1)), weight).flatten(2)

    def inner(self, x):
        h = F.relu(self.product(x, self.up))
        h = h[:, :, self.order] if self.GROUPS > 1 else h
        h = (history(h, self.dilation).unflatten(2, (3, -1)) * self.depth.weight[:, 0].t()).sum(2)
        return self.product(h, self.down)

    def export(self, b, x, name, factor, fold):
        weight, bias = fold(self.down, self.norm)
        up = self.up.weight.detach().numpy() * factor
        h = b.node("Relu", [b.conv(x, f"{name}_up", up, None, None, group=self.GROUPS)])
        if self.GROUPS > 1:
            h = b.node("Gather", [h, b.const(f"{name}_order", self.order.astype(np.int64))], axis=1)
        h = b.with_history(h, self.up.out_channels, 2 * self.dilation)
        depth = self.depth.weight.detach().numpy()
        h = b.conv(h, f"{name}_depth", depth, None, None, dilations=[1, self.dilation], group=self.depth.groups)
        out = factor * self.bypass
        return b.conv(h, f"{name}_down", weight / out, bias / out, None, group=self.GROUPS)


class ShuffleBlock(DepthwiseBlock):
    """ShuffleNet's (Zhang et al. 2018): its products are grouped, the channels shuffled between."""

    GROUPS = 4


class SqueezeBlock(Block):
    """SqueezeNet's fire module (Iandola et al. 2016): squeezed, then half the channels from one frame, half from three."""

    def make(self, channels, bottleneck):
        self.squeeze = nn.Conv1d(channels, bottleneck, 1, bias=False)
        self.point = nn.Conv1d(bottleneck, channels // 2, 1, bias=False)
        self.expand = nn.Conv1d(bottleneck, channels - channels // 2, 3, dilation=self.dilation, bias=False)

    def inner(self, x):
        h = F.relu(F.linear(x, self.squeeze.weight[:, :, 0]))
        wide = history(h, self.dilation)
        return torch.cat([F.linear(h, self.point.weight[:, :, 0]), F.linear(wide, taps(self.expand))], 2)

    def export(self, b, x, name, factor, fold):
        half = self.point.out_channels
        h = b.node("Relu", [b.conv(x, f"{name}_squeeze", self.squeeze.weight.detach().numpy() * factor, None, None)])
        h = b.with_history(h, self.squeeze.out_channels, 2 * self.dilation)
        # One product for both halves: the point's taps on the frames before are zeros.
        both = nn.Conv1d(self.squeeze.out_channels, half + self.expand.out_channels, 3, bias=False)
        both.weight.data.zero_()
        both.weight.data[:half, :, 2:] = self.point.weight.data
        both.weight.data[half:] = self.expand.weight.data
        weight, bias = fold(both, self.norm)
        out = factor * self.bypass
        return b.conv(h, f"{name}_expand", weight / out, bias / out, None, dilations=[1, self.dilation])


class _Sign(torch.autograd.Function):
    """+1 or −1; the gradient passes where the input is within ±1 (straight-through, Hubara et al. 2016)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0).to(x.dtype)

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return upstream * (x.abs() <= 1)


def binary(weight):
    """Signs times the mean magnitude of each output's weights (XNOR-Net, Rastegari et al. 2016)."""
    return _Sign.apply(weight) * weight.abs().mean(tuple(range(1, weight.dim())), keepdim=True)


class BinaryBlock(Block):
    """The shipped kind with weights and inputs of one bit (XNOR-Net)."""

    def make(self, channels, bottleneck):
        super().make(channels, bottleneck)
        self.norm_in, self.norm_mid = nn.BatchNorm1d(channels), nn.BatchNorm1d(bottleneck)

    def inner(self, x):
        h = F.linear(_Sign.apply(normalised(x, self.norm_in)), binary(self.reduce.weight)[:, :, 0])
        h = _Sign.apply(normalised(h, self.norm_mid))
        return F.linear(history(h, self.dilation), binary(self.expand.weight).transpose(1, 2).flatten(1))

    def export(self, b, x, name, factor, fold):
        def signs(h, norm, label, scale):
            slope = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
            shift = norm.bias.detach().numpy() - norm.running_mean.numpy() * slope
            shape = (1, -1, 1, 1)
            h = b.node("Mul", [h, b.const(f"{label}_slope", (slope * scale).reshape(shape).astype(np.float32))])
            h = b.node("Add", [h, b.const(f"{label}_shift", (shift + 1e-7).reshape(shape).astype(np.float32))])
            return b.node("Sign", [h])

        with torch.no_grad():
            reduce = binary(self.reduce.weight)
            both = nn.Conv1d(self.expand.in_channels, self.expand.out_channels, 3, bias=False)
            both.weight.data = binary(self.expand.weight)
        h = b.conv(signs(x, self.norm_in, f"{name}_in", factor), f"{name}_reduce", reduce.numpy(), None, None)
        h = signs(h, self.norm_mid, f"{name}_mid", 1.0)
        h = b.with_history(h, self.reduce.out_channels, 2 * self.dilation)
        weight, bias = fold(both, self.norm)
        out = factor * self.bypass
        return b.conv(h, f"{name}_expand", weight / out, bias / out, None, dilations=[1, self.dilation])


KINDS = {"factored": Block, "depthwise": DepthwiseBlock, "shuffle": ShuffleBlock, "squeeze": SqueezeBlock, "binary": BinaryBlock}
