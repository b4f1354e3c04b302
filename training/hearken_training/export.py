"""The trained network as ONNX with explicit state, in fp32 and in static int8 (QDQ), and its model card.

features [N, T, 80] (T a multiple of 3) and state [N, S] give loglikes [N, T/3, V] and next_state [N, S]. Batch norms are folded
into convolutions, and so is the bypass factor: the residual stream is kept divided by bypass^k. It stays fp32 in the int8 model;
convolutions inside blocks and of the spectral path read and write uint8, their weights int8 by channel. What reads the features,
and the output layer, stay fp32.
"""
import hashlib
import json
import shutil

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from . import features
from .lexicon import PHONES
from .model import STEM_KERNEL, STRIDE, trained

OPSET = 17
JOINED = 8


def _fold(conv, norm):
    """Weight and bias of a convolution with the batch norm behind it folded in."""
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
    weight = conv.weight.detach().numpy() * scale.reshape(-1, *[1] * (conv.weight.dim() - 1))
    return weight, norm.bias.detach().numpy() - norm.running_mean.numpy() * scale


class _Builder:
    def __init__(self, ranges):
        self.nodes, self.weights, self.ranges, self.count = [], [], ranges, 0
        self.state, self.next_state = [], []

    def const(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, **attributes):
        self.count += 1
        out = f"{op.lower()}_{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [out], name=out, **attributes))
        return out

    def quantized(self, x, name):
        """x through uint8 and back, with the calibrated range called `name`; x itself in an fp32 model."""
        if self.ranges is None:
            return x
        low, high = self.ranges[name]
        scale = np.float32(max(high - low, 1e-6) / 255)
        zero = np.uint8(round(-low / scale))
        s, z = f"{name}_scale", f"{name}_zero"
        if not any(w.name == s for w in self.weights):
            self.const(s, np.array(scale, np.float32))
            self.const(z, np.array(zero, np.uint8))
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, s, z]), s, z])

    def conv(self, x, name, weight, bias, quantize, **attributes):
        """weight [out, in, k] or [out, in, height, k] applied to x [N, in, height, T]."""
        weight = (weight[:, :, None] if weight.ndim == 3 else weight).astype(np.float32)
        if not quantize or self.ranges is None:
            inputs = [x, self.const(f"{name}_w", weight)]
            if bias is not None:
                inputs.append(self.const(f"{name}_b", bias.astype(np.float32)))
            return self.node("Conv", inputs, **attributes)
        scale = np.maximum(np.abs(weight).reshape(len(weight), -1).max(1), 1e-8).astype(np.float32) / 127
        q = np.clip(np.round(weight / scale[:, None, None, None]), -127, 127).astype(np.int8)
        s = self.const(f"{name}_w_scale", scale)
        z = self.const(f"{name}_w_zero", np.zeros(len(weight), np.int8))
        inputs = [x, self.node("DequantizeLinear", [self.const(f"{name}_w", q), s, z], axis=0)]
        if bias is not None:
            low, high = self.ranges[quantize]
            product = (np.float32(max(high - low, 1e-6) / 255) * scale).astype(np.float32)
            b = self.const(f"{name}_b", np.round(bias / product).astype(np.int32))
            bz = self.const(f"{name}_b_zero", np.zeros(len(weight), np.int32))
            inputs.append(self.node("DequantizeLinear", [b, self.const(f"{name}_b_scale", product), bz], axis=0))
        return self.node("Conv", inputs, **attributes)

    def with_history(self, x, channels, length, height=1):
        """x [N, C, height, T] behind `length` frames of its own past, which come from the state and go back to it."""
        past = f"past_{len(self.state)}"
        self.state.append((past, channels * height, length))
        shape = self.const(f"{past}_shape", np.array([0, channels, height, length], np.int64))
        joined = self.node("Concat", [self.node("Reshape", [past, shape]), x], axis=3)
        start = self.const(f"{past}_start", np.array([-length], np.int64))
        end = self.const(f"{past}_end", np.array([2**62], np.int64))
        axis = self.const(f"{past}_axis", np.array([3], np.int64))
        tail = self.node("Slice", [joined, start, end, axis])
        self.next_state.append(self.node("Flatten", [tail], axis=1))
        return joined


def spectral(b, path, bins, factor):
    """The 2-D path of `path` over the features, its output divided by `factor`."""
    x = b.node("Transpose", ["features"], perm=[0, 2, 1])
    x = b.node("Unsqueeze", [x, b.const("axis1", np.array([1], np.int64))])
    channels = 1
    for i, (conv, norm) in enumerate(zip(path.convs, path.norms)):
        x = b.with_history(x, channels, 2, bins)
        weight, bias = _fold(conv, norm)
        source = f"spectral{i - 1}_out" if i else None
        if source:
            x = b.quantized(x, source)
        pool, stride = conv.stride[1], conv.stride[0]
        x = b.conv(x, f"spectral{i}", weight.transpose(0, 1, 3, 2), bias, source, strides=[pool, stride], pads=[1, 0, 1, 0])
        x = b.quantized(b.node("Relu", [x]), f"spectral{i}_out")
        channels, bins = conv.out_channels, (bins - 1) // pool + 1
    x = b.node("Reshape", [x, b.const("spectral_flat", np.array([0, channels * bins, 1, -1], np.int64))])
    last = f"spectral{len(path.convs) - 1}_out"
    x = b.quantized(x, last)
    return b.quantized(b.conv(x, "spectral_project", path.project.weight.detach().numpy() / factor, None, last), "spectral_project")


def build(model, ranges=None):
    """ONNX model of an AcousticModel in eval mode; int8 where calibrated `ranges` are given."""
    b = _Builder(ranges)
    x = b.node("Transpose", ["features"], perm=[0, 2, 1])
    x = b.node("Unsqueeze", [x, b.const("axis2", np.array([2], np.int64))])
    weight, bias = _fold(model.stem, model.stem_norm)
    x = b.with_history(x, features.BINS, STEM_KERNEL - STRIDE)
    x = b.node("Relu", [b.conv(x, "stem", weight, bias, None, strides=[1, STRIDE])])
    factor = 1.0
    channels = model.stem.out_channels
    for i, block in enumerate(model.blocks):
        y = block.export(b, x, f"block{i}", factor, _fold)
        factor *= block.bypass
        y = b.quantized(b.node("Relu", [y]), f"block{i}_out")
        if block.ahead:
            skip = b.with_history(x, channels, block.ahead)
            ends = b.const(f"block{i}_ends", np.array([-block.ahead], np.int64))
            x = b.node("Slice", [skip, b.const(f"block{i}_zero", np.array([0], np.int64)), ends, b.const(f"block{i}_t", np.array([3], np.int64))])
        x = b.node("Add", [y, x])
        if model.spectral and i + 1 == model.join:
            x = b.node("Add", [x, spectral(b, model.spectral, features.BINS, factor)])
    weight = model.output.weight.detach().numpy() * factor
    y = b.conv(x, "output", weight, model.output.bias.detach().numpy(), None)
    y = b.node("Squeeze", [y, "axis2"])
    b.nodes.append(helper.make_node("Transpose", [y], ["loglikes"], perm=[0, 2, 1]))
    # Graphics cards bind few buffers at a time: no node has many inputs or outputs.
    while len(b.next_state) > JOINED:
        groups = [b.next_state[i : i + JOINED] for i in range(0, len(b.next_state), JOINED)]
        b.next_state = [b.node("Concat", group, axis=1) for group in groups]
    b.nodes.append(helper.make_node("Concat", b.next_state, ["next_state"], axis=1))
    axis, at, pieces = b.const("state_axis", np.array([1], np.int64)), 0, []
    for past, channels, length in b.state:
        span = [b.const(f"{past}_{end}", np.array([n], np.int64)) for end, n in (("from", at), ("to", at + channels * length))]
        pieces.append(helper.make_node("Slice", ["state", *span, axis], [past]))
        at += channels * length
    total = at
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        [*pieces, *b.nodes],
        "hearken-acoustic",
        [value("features", ["N", "T", features.BINS]), value("state", ["N", total])],
        [value("loglikes", ["N", "U", model.output.out_channels]), value("next_state", ["N", total])],
        b.weights,
    )
    out = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="hearken")
    out.ir_version = 8
    onnx.checker.check_model(out)
    return out, total


def observe(model, corpus, clips):
    """A seventh of the values of every quantized activation over clips."""
    seen = {}

    def note(name, x):
        seen.setdefault(name, []).append(x.detach().flatten()[::7].numpy())

    model.eval()
    with torch.no_grad():
        for clip in clips:
            x = features.online_cmvn(corpus.log_mel(clip), corpus.global_mean)
            feats = torch.from_numpy(x[: len(x) // STRIDE * STRIDE])[None]
            if model.spectral:
                model.spectral(feats, note=lambda i, x: note(f"spectral{i}_out", x))
            x = model.stemmed(feats)
            factor = 1.0
            for i, block in enumerate(model.blocks):
                note(f"block{i}_in", x / factor)
                note(f"block{i}_mid", torch.nn.functional.linear(x, block.reduce.weight[:, :, 0]))
                after = block(x)
                skip = torch.nn.functional.pad(x, (0, 0, block.ahead, 0))[:, : x.shape[1]]
                factor *= block.bypass
                note(f"block{i}_out", (after - block.bypass * skip) / factor)
                x = after
                if model.spectral and i + 1 == model.join:
                    joined = model.spectral(feats)
                    note("spectral_project", joined / factor)
                    x = after + joined
    return {name: np.concatenate(parts) for name, parts in seen.items()}


def percentile(values, keep):
    """Lowest and highest value, but for a share of 1 - `keep` on each side."""
    return float(np.quantile(values, 1 - keep)), float(np.quantile(values, keep))


def entropy(values, bins=2048, levels=128):
    """The clipping of magnitudes under which `levels` steps tell least falsely how they are distributed (Migacz 2017)."""
    counts, edges = np.histogram(np.abs(values), bins)
    best, top = np.inf, edges[-1]
    for end in range(levels, bins + 1, 16):
        p = counts[:end].astype(np.float64)
        p[-1] += counts[end:].sum()
        chunk = np.minimum(np.arange(end) * levels // end, levels - 1)
        used = counts[:end] > 0
        total = np.bincount(chunk, counts[:end], levels)
        share = np.bincount(chunk, used, levels)
        q = np.where(used, (total / np.maximum(share, 1))[chunk], 0)
        p, q = p / p.sum(), q / max(q.sum(), 1e-12)
        both = (p > 0) & (q > 0)
        # Where q has nothing of what p has, the divergence is infinite; a small floor keeps the rest comparable.
        divergence = (p[both] * np.log(p[both] / q[both])).sum() + (p[(p > 0) & (q == 0)] * 20).sum()
        if divergence < best:
            best, top = divergence, edges[end]
    return max(-float(top), float(values.min())), float(top)


METHODS = {
    "percentile 99.995": lambda values: percentile(values, 0.99995),
    "percentile 99.9": lambda values: percentile(values, 0.999),
    "extremes": lambda values: percentile(values, 1.0),
    "entropy": entropy,
}


def calibrate(model, corpus, clips, method="percentile 99.995"):
    """Ranges of every quantized activation over clips."""
    ranges = {}
    for name, values in observe(model, corpus, clips).items():
        low, high = METHODS[method](values)
        if name.endswith(("_mid", "_project")):
            top = max(-low, high)
            ranges[name] = (-top, top * 127 / 128)
        else:
            # One-sided behind a ReLU; what the spectral path adds may be negative.
            ranges[name] = (min(0.0, low), high)
    return ranges


DATA = [
    ("LibriSpeech train-clean-5", "CC BY 4.0", "Panayotov et al. 2015"),
    ("Common Voice v1 English (cv-valid-dev part)", "CC0", "Mozilla and contributors"),
    ("Common Voice English, later segments (part)", "CC0", "Mozilla and contributors"),
    ("speechocean762", "free for commercial and non-commercial use", "Zhang et al. 2021"),
    ("Kathleen (CMU ARCTIC prompts)", "CC0", ""),
    ("AN4", "free for any purpose", "Carnegie Mellon University"),
    ("LJ Speech (part)", "public domain", "Keith Ito, LibriVox"),
    ("VCTK (part)", "ODC-By / CC BY 4.0", "Yamagishi et al."),
]


# Rows the runtime computes at once: 300 ms.
CHUNK_ROWS = 10


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def states(size):
    """The card's list of states: one, the left context of every layer side by side."""
    return [{"in": "state", "out": "next_state", "type": "float32", "dims": [1, size]}]


def into_package(model, shipped, out, ranges=None):
    """The package `shipped` with `model` for its network, written to `out`, to measure it with the same words."""
    out.mkdir(parents=True, exist_ok=True)
    built, state = build(model, ranges)
    onnx.save(built, out / "acoustic.onnx")
    card = json.loads((shipped / "card.json").read_text())
    for file in card["checksums"]:
        if file != "acoustic.onnx":
            shutil.copy(shipped / file, out / file)
    card["acoustic"].update(states=states(state), parameters=sum(p.numel() for p in model.parameters()), multiplyAdds=model.multiply_adds())
    card["checksums"]["acoustic.onnx"] = sha256(out / "acoustic.onnx")
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n")


def export(corpus, config, checkpoint, out, seed=5):
    """Write OUT/acoustic.onnx (int8), OUT/card.json, and WORK/fp32.onnx beside the checkpoint."""
    saved = torch.load(checkpoint)
    units = saved["units"]
    model = trained(saved, config["model"])
    rng = np.random.default_rng(seed)
    clips = corpus.pronounced()
    ranges = calibrate(model, corpus, [clips[i] for i in rng.choice(len(clips), 150, replace=False)])
    out.mkdir(parents=True, exist_ok=True)
    float_model, state = build(model)
    onnx.save(float_model, checkpoint.parent / "fp32.onnx")
    onnx.save(build(model, ranges)[0], out / "acoustic.onnx")
    card = {
        "format": 2,
        "name": out.name,
        "language": "en",
        "features": {"kind": "kaldi-fbank", "sampleRate": 16000, "melBins": 80, "lowFrequency": 20, "highFrequency": -400,
                     "snipEdges": False, "dither": True,
                     "cmvn": {"globalMean": [round(float(x), 5) for x in corpus.global_mean], "window": 600, "globalFrames": 200}},
        "acoustic": {"file": "acoustic.onnx", "input": {"name": "features", "layout": "NTC"},
                     "output": {"name": "loglikes", "layout": "NTC"}, "scores": "log-likelihoods",
                     "columns": model.output.out_channels, "subsampling": STRIDE, "latency": model.delay,
                     "chunk": {"frames": CHUNK_ROWS * STRIDE, "shift": CHUNK_ROWS * STRIDE}, "states": states(state),
                     "parameters": sum(p.numel() for p in model.parameters()), "multiplyAdds": model.multiply_adds()},
        "topology": {"kind": "chain", "contexts": "units.txt"},
        "spelling": {"kind": "phones", "units": PHONES},
        "decoder": config["decoder"],
        "data": [{"name": n, "licence": l, "attribution": a} for n, l, a in DATA],
    }
    (out / "units.txt").write_text("".join(" ".join(map(str, row)) + "\n" for row in units))
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    # A clip's log-likelihoods as torch computes them, to compare the runtime with.
    clip = next(c for c in corpus.split("dev", "librispeech") if float(c["seconds"]) < 5)
    feats = features.online_cmvn(corpus.log_mel(clip), corpus.global_mean)
    with torch.no_grad():
        y = model.aligned(torch.from_numpy(feats)[None])[0].numpy()
    np.savez(checkpoint.parent / "reference.npz", features=feats, loglikes=y)
    print(f"state {state}, acoustic.onnx {(out / 'acoustic.onnx').stat().st_size / 1e6:.2f} MB, reference clip {clip['id']}")
