"""The encoder of OpenAI's Whisper (Radford et al. 2022, MIT): log-mel features, CTranslate2's weights, the network in torch.

A segment of any length up to 30 s goes through by itself: the position embeddings are cut to its length. The head reads the outputs of
two layers, each layer-normalised, side by side (`TAPS`).
"""
import struct

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

RATE, WINDOW, HOP, BINS = 16000, 400, 160, 80
TAPS = (4, 6)  # number of layers passed; the last one has the encoder's own layer norm
TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def mel_filters():
    """[BINS, 201] triangles of Slaney's mel scale from 0 to 8 kHz, each of unit area (as librosa and Whisper have them)."""
    def hertz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    top = 15 + 27 * np.log(8000 / 1000) / np.log(6.4)
    edges = hertz(np.linspace(0, top, BINS + 2))
    frequencies = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    rising = (frequencies - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequencies) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]


_FILTERS = mel_filters()
_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


def log_mel(samples):
    """[BINS, n // 160] of samples (16 kHz, within ±1): frame i is centred on sample 160 i, both ends mirrored."""
    padded = np.pad(np.asarray(samples, np.float64), WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[:: HOP][: len(samples) // HOP]
    power = np.abs(np.fft.rfft(frames * _HANN)) ** 2
    mel = np.log10(np.maximum(power @ _FILTERS.T, 1e-10))
    return ((np.maximum(mel, mel.max() - 8) + 4) / 4).T.astype(np.float32)


def read_ctranslate2(path):
    """Arrays by name of a CTranslate2 `model.bin`."""
    data = memoryview(path.read_bytes())
    at = 0

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values if len(values) > 1 else values[0]

    def text():
        nonlocal at
        n = take("H")
        at += n
        return bytes(data[at - n : at]).rstrip(b"\0").decode()

    take("I"), text(), take("I")
    arrays = {}
    for _ in range(take("I")):
        name, rank = text(), take("B")
        shape = [take("I") for _ in range(rank)]
        kind, size = take("B"), take("I")
        arrays[name] = np.frombuffer(data[at : at + size], TYPES[kind]).reshape(shape)
        at += size
    return arrays


class Layer(nn.Module):
    """Self-attention and feed-forward, each after its layer norm and added to what came in."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask=None):
        b, t, c = x.shape
        q, k, v = self.qkv(self.attention_norm(x)).view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q * (c // self.heads) ** -0.5) @ k.transpose(-1, -2)
        if mask is not None:
            scores = scores + mask
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c))
        return x + self.down(F.gelu(self.up(self.feed_norm(x))))


class Encoder(nn.Module):
    """Log-mel [B, 80, T] -> hidden [B, ceil(T / 2), 1024], 50 frames a second; frame i is centred on sample 320 i."""

    def __init__(self, width=512, heads=8, layers=6, positions=1500):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(BINS, width, 3, padding=1), nn.Conv1d(width, width, 3, 2, padding=1)
        self.positions = nn.Parameter(torch.zeros(positions, width))
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, mel, mask=None):
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]
        taken = []
        for i, layer in enumerate(self.layers, 1):
            x = layer(x, mask)
            if i == len(self.layers):
                taken.append(self.norm(x))
            elif i in TAPS:
                taken.append(F.layer_norm(x, x.shape[-1:]))
        return torch.cat(taken, -1)


def encoder(path):
    """The pretrained encoder of a CTranslate2 `model.bin` (Whisper base), in eval mode."""
    arrays = read_ctranslate2(path)
    get = lambda name: torch.from_numpy(arrays["encoder/" + name].astype(np.float32))
    net = Encoder(positions=len(arrays["encoder/position_encodings/encodings"]))
    linear = lambda to, name: to.load_state_dict({"weight": get(name + "/weight"), "bias": get(name + "/bias")})
    norm = lambda to, name: to.load_state_dict({"weight": get(name + "/gamma"), "bias": get(name + "/beta")})
    linear(net.conv1, "conv1")
    linear(net.conv2, "conv2")
    net.positions.data = get("position_encodings/encodings")
    norm(net.norm, "layer_norm")
    for i, layer in enumerate(net.layers):
        norm(layer.attention_norm, f"layer_{i}/self_attention/layer_norm")
        linear(layer.qkv, f"layer_{i}/self_attention/linear_0")
        linear(layer.out, f"layer_{i}/self_attention/linear_1")
        norm(layer.feed_norm, f"layer_{i}/ffn/layer_norm")
        linear(layer.up, f"layer_{i}/ffn/linear_0")
        linear(layer.down, f"layer_{i}/ffn/linear_1")
    return net.requires_grad_(False).eval()
