"""Whisper's encoder, and the head behind it, as one ONNX graph for a segment of any length.

features [1, 80, T] -> hidden [1, ceil(T/2), 1024], or with a head loglikes [1, ceil(T/3), outputs]. With calibrated `ranges` matrix products
read uint8 activations and int8 weights (a scale for each output); convolutions, layer norms, softmax and attention's own products stay fp32.
"""
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .head import GROUP, ROWS

OPSET = 17
WIDTH, HEADS = 512, 8
APART = 32  # inner channels of a feed-forward part that stay fp32 in an int8 graph
END = 2**62


class Graph:
    """Nodes and weights under construction. `ranges`: of each named activation its lowest and highest values by channel, or None for fp32."""

    def __init__(self, ranges=None):
        self.nodes, self.weights, self.ranges, self.names = [], {}, ranges, set()

    def const(self, name, array):
        self.weights.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def ints(self, *values):
        return self.const("ints_" + "_".join(str(v).replace("-", "m") for v in values), np.array(values, np.int64))

    def node(self, op, inputs, name=None, **attributes):
        out = name or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [out], name=out, **attributes))
        return out

    def quantized(self, x):
        """x through uint8 and back where its range is known."""
        if self.ranges is None or x not in self.ranges:
            return x
        lows, highs = self.ranges[x]
        low, high = min(float(lows.min()), 0.0), max(float(highs.max()), 0.0)
        scale = np.float32(max(high - low, 1e-6) / 255)
        pair = [self.const(x + "_scale", scale), self.const(x + "_zero", np.uint8(np.clip(round(-low / scale), 0, 255)))]
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, *pair]), *pair])

    def linear(self, x, name, weight, bias, out=None):
        """x [1, T, in] times weight [out, in], plus bias."""
        weight = np.asarray(weight, np.float32)
        if self.ranges is not None and x in self.ranges:
            scale = np.maximum(np.abs(weight).max(1), 1e-8).astype(np.float32) / 127
            q = np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8)
            zero = self.const(f"{name}_wz", np.zeros(len(weight), np.int8))
            w = self.node("DequantizeLinear", [self.const(f"{name}_w", q.T), self.const(f"{name}_ws", scale), zero], axis=1)
        else:
            w = self.const(f"{name}_w", weight.T)
        return self.node("Add", [self.node("MatMul", [self.quantized(x), w]), self.const(f"{name}_b", np.asarray(bias, np.float32))], out)

    def norm(self, x, name, weight, bias, out=None):
        return self.node("LayerNormalization", [x, self.const(f"{name}_g", weight), self.const(f"{name}_o", bias)], out, axis=-1, epsilon=1e-5)

    def gelu(self, x, out=None):
        half = self.node("Mul", [x, self.const("half", np.float32(0.5))])
        erf = self.node("Erf", [self.node("Div", [x, self.const("sqrt2", np.float32(np.sqrt(2)))])])
        return self.node("Mul", [half, self.node("Add", [erf, self.const("one", np.float32(1))])], out)

    def heads(self, x, order):
        shaped = self.node("Reshape", [x, self.ints(0, 0, HEADS, WIDTH // HEADS)])
        return self.node("Transpose", [shaped], perm=order)


def _array(tensor):
    return tensor.detach().float().numpy()


def smoothed(g, x, name, norm, weight):
    """Layer norm of x, each channel divided by a factor that `weight` [out, channels] is multiplied with: large values of few channels
    are shared between activations and weights (SmoothQuant, Xiao et al. 2023). Returns the normed tensor and the weight."""
    factor = np.ones(WIDTH, np.float32)
    if g.ranges is not None and name in g.ranges:
        lows, highs = g.ranges[name]
        factor = np.sqrt(np.maximum(np.maximum(-lows, highs), 1e-3) / np.maximum(np.abs(weight).max(0), 1e-5)).astype(np.float32)
        g.ranges = {**g.ranges, name: (lows / factor, highs / factor)}
    return g.norm(x, f"{name}_norm", _array(norm.weight) / factor, _array(norm.bias) / factor, name), weight * factor


def attention(g, x, name, layer):
    query = WIDTH // HEADS
    x, weight = smoothed(g, x, f"{name}_in", layer.attention_norm, _array(layer.qkv.weight))
    weight, bias = weight.copy(), _array(layer.qkv.bias).copy()
    weight[:WIDTH] *= query**-0.5
    bias[:WIDTH] *= query**-0.5
    q, k, v = (
        g.linear(x, f"{name}_{part}", weight[i * WIDTH : (i + 1) * WIDTH], bias[i * WIDTH : (i + 1) * WIDTH])
        for i, part in enumerate("qkv")
    )
    scores = g.node("MatMul", [g.heads(q, [0, 2, 1, 3]), g.heads(k, [0, 2, 3, 1])])
    mixed = g.node("MatMul", [g.node("Softmax", [scores], axis=-1), g.heads(v, [0, 2, 1, 3])])
    merged = g.node("Reshape", [g.node("Transpose", [mixed], perm=[0, 2, 1, 3]), g.ints(0, 0, WIDTH)], f"{name}_mixed")
    return g.linear(merged, f"{name}_out", _array(layer.out.weight), _array(layer.out.bias))


def feed_forward(g, x, name, layer):
    """The few inner channels that reach far beyond the others are multiplied in fp32, by themselves."""
    normed, up = smoothed(g, x, f"{name}_in", layer.feed_norm, _array(layer.up.weight))
    down, up_bias, bias = _array(layer.down.weight), _array(layer.up.bias), _array(layer.down.bias)
    mid = f"{name}_mid"
    if g.ranges is None or mid not in g.ranges:
        return g.linear(g.gelu(g.linear(normed, f"{name}_up", up, up_bias), mid), f"{name}_down", down, bias)
    lows, highs = g.ranges[mid]
    order = np.argsort(highs, kind="stable")
    few, many = order[-APART:], order[:-APART]
    inner = g.gelu(g.linear(normed, f"{name}_up", up[order], up_bias[order]))
    g.ranges = {**g.ranges, mid: (lows[many], highs[many])}
    usual = g.node("Slice", [inner, g.ints(0), g.ints(len(many)), g.ints(2)], mid)
    apart = g.node("Slice", [inner, g.ints(len(many)), g.ints(len(order)), g.ints(2)])
    product = g.node("MatMul", [apart, g.const(f"{name}_apart", down[:, few].T)])
    return g.node("Add", [g.linear(usual, f"{name}_down", down[:, many], bias), product])


def encoder_nodes(g, net, taps):
    """Adds the encoder; returns the tensor of hidden values [1, H, 1024]."""
    weights = lambda name, layer: (g.const(f"{name}_w", _array(layer.weight)), g.const(f"{name}_b", _array(layer.bias)))
    conv = lambda x, name, layer, stride: g.gelu(g.node("Conv", [x, *weights(name, layer)], strides=[stride], pads=[1, 1]))
    x = g.node("Transpose", [conv(conv("features", "conv1", net.conv1, 1), "conv2", net.conv2, 2)], perm=[0, 2, 1])
    length = g.node("Slice", [g.node("Shape", [x]), g.ints(1), g.ints(2)])
    x = g.node("Add", [x, g.node("Slice", [g.const("positions", _array(net.positions)), g.ints(0), length, g.ints(0)])])
    taken = []
    for i, layer in enumerate(net.layers, 1):
        name = f"layer{i}"
        x = g.node("Add", [x, attention(g, x, f"{name}_attention", layer)])
        x = g.node("Add", [x, feed_forward(g, x, f"{name}_feed", layer)])
        if i == len(net.layers):
            taken.append(g.norm(x, "last", _array(net.norm.weight), _array(net.norm.bias)))
        elif i in taps:
            taken.append(g.norm(x, f"tap{i}", np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)))
    return g.node("Concat", taken, "hidden", axis=2)


def head_nodes(g, head):
    """Adds the head on `hidden`; its output is `loglikes` [1, ceil(T/3), outputs]."""
    x = g.node("Relu", [g.linear("hidden", "head_enter", *_folded(head.enter, head.enter_norm))])
    for i, block in enumerate(head.blocks):
        d = block.dilation
        near = side_by_side(g, x, (d, d), [(0, -2 * d), (d, -d), (2 * d, END)], 1, f"head_block{i}_in")
        x = g.node("Add", [x, g.node("Relu", [g.linear(near, f"head_block{i}", *_folded(block.conv, block.norm))])])
    groups = side_by_side(g, x, (0, GROUP - 1), [(0, -2), (1, -1), (2, END)], GROUP, "head_split_in")
    x = g.node("Relu", [g.linear(groups, "head_split", *_folded(head.split, head.split_norm, ROWS))])
    x = g.node("Reshape", [x, g.ints(1, -1, head.channels)], "head_output_in")
    y = g.linear(x, "head_output", _array(head.output.weight), _array(head.output.bias))
    mels = g.node("Slice", [g.node("Shape", ["features"]), g.ints(2), g.ints(3)])
    rows = g.node("Div", [g.node("Add", [mels, g.ints(2)]), g.ints(3)])
    g.node("Slice", [y, g.ints(0), rows, g.ints(1)], "loglikes")


def side_by_side(g, x, padding, spans, step, name):
    """Slices of x [1, T, C] with zeros around it, joined along its channels."""
    before, after = padding
    padded = g.node("Pad", [x, g.ints(0, before, 0, 0, after, 0)])
    parts = [g.node("Slice", [padded, g.ints(start), g.ints(end), g.ints(1), g.ints(step)]) for start, end in spans]
    return g.node("Concat", parts, name, axis=2)


def _folded(linear, norm, rows=1):
    """Weight [out, in] and bias of a product, the batch norm after it folded in; it may serve several rows of outputs."""
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
    bias = _array(norm.bias) - norm.running_mean.numpy() * scale
    return _array(linear.weight) * np.tile(scale, rows)[:, None], np.tile(bias, rows)


def _model(g, output, shape):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    weights = list(g.weights.values())
    graph = helper.make_graph(g.nodes, "hearken-accurate", [value("features", [1, 80, "T"])], [value(output, shape)], weights)
    out = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="hearken")
    out.ir_version = 8
    onnx.checker.check_model(out)
    return out


def build(net, taps, head=None, ranges=None):
    """ONNX model of the encoder, with the head on it or alone."""
    g = Graph(ranges)
    encoder_nodes(g, net, taps)
    if head is None:
        return _model(g, "hidden", [1, "H", len(taps) * WIDTH])
    head_nodes(g, head)
    return _model(g, "loglikes", [1, "R", head.output.out_features])


def calibrate(net, head, mels):
    """Lowest and highest values by channel of everything a quantized product reads, by its name in the graph, over log-mel arrays [80, T]."""
    seen, hooks = {}, []

    def watch(module, name):
        def note(_, inputs):
            x = inputs[0].flatten(0, -2)
            low, high = x.min(0)[0].numpy(), x.max(0)[0].numpy()
            before = seen.get(name, (low, high))
            seen[name] = np.minimum(low, before[0]), np.maximum(high, before[1])

        hooks.append(module.register_forward_pre_hook(note))

    for i, layer in enumerate(net.layers, 1):
        watch(layer.qkv, f"layer{i}_attention_in")
        watch(layer.out, f"layer{i}_attention_mixed")
        watch(layer.up, f"layer{i}_feed_in")
        watch(layer.down, f"layer{i}_feed_mid")
    watch(head.enter, "hidden")
    for i, block in enumerate(head.blocks):
        watch(block.conv, f"head_block{i}_in")
    watch(head.split, "head_split_in")
    watch(head.output, "head_output_in")
    with torch.no_grad():
        for mel in mels:
            head(net(torch.from_numpy(mel)[None]))
    for hook in hooks:
        hook.remove()
    return seen
