"""The head over the frozen encoder: hidden values at 50 a second to log-likelihoods of our units, a row for 30 ms.

Blocks of convolutions over three frames; then three frames of 20 ms at a time give two rows of 30 ms (a sub-pixel layer: Shi et al.
2016 in one dimension). Row i covers feature frames 3i..3i+2 of 10 ms, as the light model's rows do. Tensors are [batch, time, channels].
"""
import torch
import torch.nn.functional as F
from torch import nn

from .blocks import normalised

GROUP, ROWS = 3, 2  # hidden frames of 20 ms in a group, rows of 30 ms it becomes


def rows_of(mels):
    """Rows of a segment of so many log-mel frames."""
    return (mels + 2) // 3


def shaken(x, dropout):
    """Kaldi's continuous dropout: every channel of a clip times a random factor around 1, the same at all times; a mask a frame is slow."""
    return x * (1 + 2 * dropout * (2 * torch.rand(x.shape[0], 1, x.shape[2]) - 1))


class HeadBlock(nn.Module):
    """A dilated convolution over three frames, batch norm, ReLU, dropout, added to what came in."""

    def __init__(self, channels, dilation, dropout):
        super().__init__()
        self.dilation, self.dropout = dilation, dropout
        self.conv = nn.Linear(3 * channels, channels, bias=False)  # over the frames before, at and after, side by side
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        frames, d = x.shape[1], self.dilation
        h = F.pad(x, (0, 0, d, d))
        y = self.conv(torch.cat([h[:, :frames], h[:, d : d + frames], h[:, 2 * d :]], 2))
        y = F.relu(normalised(y, self.norm))
        return x + (shaken(y, self.dropout) if self.training else y)


class Head(nn.Module):
    def __init__(self, outputs, inputs=1024, channels=384, dilations=(1, 1, 2, 2), dropout=0.15):
        super().__init__()
        self.channels, self.dropout = channels, dropout
        self.enter, self.enter_norm = nn.Linear(inputs, channels, bias=False), nn.BatchNorm1d(channels)
        self.blocks = nn.ModuleList(HeadBlock(channels, d, dropout) for d in dilations)
        self.split, self.split_norm = nn.Linear(GROUP * channels, ROWS * channels, bias=False), nn.BatchNorm1d(channels)
        self.output = nn.Linear(channels, outputs)

    def forward(self, hidden, mask=None):
        """[B, H, inputs] -> [B, 2 ceil(H/3), outputs]. `mask` [B, H]: 1 where there is sound; what is past a clip's end reads as zero."""
        x = F.relu(normalised(self.enter(hidden), self.enter_norm))
        for block in self.blocks:
            x = block(x if mask is None else x * mask[:, :, None])
        if mask is not None:
            x = x * mask[:, :, None]
        b, t, c = x.shape
        x = F.pad(x, (0, 0, 0, -t % GROUP))
        x = self.split(x.view(b, -1, GROUP * c)).view(b, -1, c)
        x = F.relu(normalised(x, self.split_norm))
        return self.output(shaken(x, self.dropout) if self.training else x)
