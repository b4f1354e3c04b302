"""The recurrent language model that finals are rescored with: an LSTM over frequent words, one table of vectors for words read and
foretold, trained on streams of sentences by sampled softmax and kept near sums of 1, so that no sum over words is needed to use it."""
import json
import math
import struct
import time
from collections import Counter

import numpy as np
import torch
from torch.nn import functional

from .train import precision

END, UNKNOWN = 0, 1
OWN_WORDS = ["</s>", "<unk>"]
SAVE_EVERY = 500
PIECE = 2000


def vocabulary_of(texts, repeats, known, size):
    """The `size` words most frequent in `texts` (lists of sentences by name), repeats counted, of those in `known`; the special ones first."""
    counts = Counter()
    for name, sentences in texts.items():
        for word, n in Counter(w for s in sentences for w in s.split()).items():
            counts[word] += repeats[name] * n
    frequent = [word for word, _ in counts.most_common() if word in known]
    return OWN_WORDS + frequent[: size - len(OWN_WORDS)]


def numbered(sentences, words):
    """Sentences as one array of word numbers, each with its end."""
    number = {word: i for i, word in enumerate(words)}
    out = []
    for sentence in sentences:
        if sentence:
            out.extend(number.get(w, UNKNOWN) for w in sentence.split())
            out.append(END)
    return np.array(out, np.int32)


def stream_of(texts, repeats, seed):
    """Texts (word numbers by name) cut into pieces of 2,000 words, each as often as it shall be read, shuffled and joined."""
    rng = np.random.default_rng(seed)
    pieces = []
    for name, text in texts.items():
        own = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        pieces += own * int(repeats[name])
        pieces += [own[i] for i in rng.permutation(len(own))[: int(len(own) * (repeats[name] % 1))]]
    rng.shuffle(pieces)
    return np.concatenate(pieces)


class RecurrentLm(torch.nn.Module):
    """Numbers of words in, vectors out that are to be compared with those of the next words."""

    def __init__(self, words, width, state, frequencies=None):
        super().__init__()
        reach = 1 / math.sqrt(state)
        uniform = lambda *shape: torch.nn.Parameter((torch.rand(*shape) * 2 - 1) * reach)
        self.vectors = torch.nn.Parameter(torch.randn(words, width) * 0.05)
        self.bias = torch.nn.Parameter(torch.zeros(words) if frequencies is None else torch.log(frequencies + 1e-9))
        self.from_word = uniform(width, 4 * state)
        self.from_state = uniform(state, 4 * state)
        gates = torch.zeros(4 * state)
        gates[state : 2 * state] = 1  # begins by remembering
        self.gates = torch.nn.Parameter(gates)
        self.project = uniform(state, width)

    def begin(self, streams):
        size = self.project.shape[0]
        return torch.zeros(streams, size), torch.zeros(streams, size)

    def forward(self, words, hidden, cell, dropout=0.0):
        """words [T, B] → vectors [T·B, width] and the states behind the last."""
        steps, streams = words.shape
        read = functional.dropout(functional.embedding(words.reshape(-1), self.vectors), dropout, self.training)
        with precision():
            # Apart for each step at once: a gradient for one step of a whole would be as large as the whole.
            from_words = (torch.mm(read, self.from_word).float() + self.gates).view(steps, streams, -1).unbind(0)
            out = []
            for gates in from_words:
                i, f, o, new = (gates + torch.mm(hidden, self.from_state).float()).split(hidden.shape[1], 1)
                cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(new)
                hidden = torch.sigmoid(o) * torch.tanh(cell)
                out.append(hidden)
            state = functional.dropout(torch.cat(out), dropout, self.training)
            return torch.mm(state, self.project).float(), hidden, cell

    def scores(self, outputs):
        """Log-probabilities of all words, but for their sum, which is near 0 in a trained model."""
        return outputs @ self.vectors.t() + self.bias


def begin_with(model, weights):
    """Give `model` the weights of a trained one of the same words and as many states or fewer. No state of the old model listens to added
    ones, nor does the output, so both have the same function."""
    own = model.state_dict()
    state, old = own["project"].shape[0], weights["project"].shape[0]
    own["from_state"].view(state, 4, state)[old:, :, :old] = 0
    own["project"][old:] = 0
    own["project"][:old] = weights["project"]
    for name in ("from_word", "from_state", "gates"):
        given = weights[name].view(-1, 4, old)
        own[name].view(-1, 4, state)[: len(given), :, :old] = given
    for name in ("vectors", "bias"):
        own[name].copy_(weights[name])


class Noise:
    """Words drawn by their frequency to the power of 0.75: a sum over them stands for one over all (Bengio and Senécal 2003)."""

    def __init__(self, counts, draws):
        smoothed = np.asarray(counts, np.float64) ** 0.75
        self.share = torch.from_numpy(smoothed / smoothed.sum()).float()
        self.log_share = torch.log(self.share)
        self.draws = draws

    def loss(self, model, outputs, wanted):
        """−log p of each wanted word, and the log of the sum over all words, both as the drawn ones let it seem."""
        drawn = torch.multinomial(self.share, self.draws, replacement=True)
        own = (outputs * functional.embedding(wanted, model.vectors)).sum(1) + model.bias[wanted]
        with precision():
            others = torch.mm(outputs, functional.embedding(drawn, model.vectors).t()).float()
        others = others + (model.bias[drawn] - self.log_share[drawn] - math.log(self.draws))
        others = others.masked_fill(drawn[None, :] == wanted[:, None], -1e9)
        total = torch.logaddexp(torch.logsumexp(others, 1), own)
        return total - own, total


def perplexity(model, sentences, words):
    """Perplexity of sentences, each on its own, and the mean and deviation of the log of the sum over words, which should be 0."""
    lost, count, sums = 0.0, 0, []
    model.eval()
    with torch.no_grad():
        for sentence in sentences:
            text = numbered([sentence], words)
            read = torch.from_numpy(np.concatenate([[END], text[:-1]])).long()
            scores = model.scores(model(read[:, None], *model.begin(1))[0])
            total = torch.logsumexp(scores, 1)
            sums.append(total)
            lost += (total - scores.gather(1, torch.from_numpy(text).long()[:, None])[:, 0]).sum().item()
            count += len(text)
    model.train()
    sums = torch.cat(sums)
    return math.exp(lost / count), sums.mean().item(), sums.std().item()


def train(stream, counts, config, out, say, on_save=lambda model: {}, initial=None):
    """One pass through `stream` by Adam, the rate falling to nothing; begins with the weights `initial`, goes on from a checkpoint found in `out`."""
    settings = config["train"]
    torch.manual_seed(config["seed"])
    counts = np.asarray(counts, np.float64)
    model = RecurrentLm(len(counts), config["width"], config["state"], torch.from_numpy(counts / counts.sum()).float())
    if initial is not None:
        begin_with(model, initial)
    optimiser = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    noise = Noise(counts, settings["noise"])
    streams, steps = settings["streams"], settings["steps"]
    length = (len(stream) - 1) // streams // steps * steps
    columns = lambda at: torch.from_numpy(stream[at : at + length * streams].reshape(streams, length).T.copy()).long()
    read, wanted = columns(0), columns(1)
    hidden, cell = model.begin(streams)
    first, updates = 0, length // steps
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        first, hidden, cell = saved["update"], saved["hidden"], saved["cell"]
    say({"parameters": sum(p.numel() for p in model.parameters()), "words": len(stream), "updates": updates, "begun": first})
    lost, began = 0.0, time.time()
    for update in range(first, updates):
        rate = min(1, (update + 1) / settings["warm_up"]) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * update / updates)))
        for group in optimiser.param_groups:
            group["lr"] = config["learning_rate"] * rate
        span = slice(update * steps, (update + 1) * steps)
        outputs, hidden, cell = model(read[span], hidden.detach(), cell.detach(), settings["dropout"])
        costs, total = noise.loss(model, outputs, wanted[span].reshape(-1))
        optimiser.zero_grad(set_to_none=True)
        (costs.mean() + settings["normalise"] * total.square().mean()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        lost += costs.mean().item()
        if (update + 1) % 100 == 0:
            words_per_second = 100 * streams * steps / (time.time() - began)
            say({"update": update + 1, "of": updates, "loss": round(lost / 100, 4), "words a second": round(words_per_second)})
            lost, began = 0.0, time.time()
        if (update + 1) % SAVE_EVERY == 0 or update + 1 == updates:
            state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "hidden": hidden, "cell": cell}
            torch.save({**state, "update": update + 1}, out / "tmp.pt")
            (out / "tmp.pt").rename(checkpoint)
            say({"update": update + 1, **on_save(model)})
            began = time.time()
    return model.eval()


def rounded(weights, axis):
    """Weights in 8 bits, and the scale of each row or column."""
    scale = weights.abs().amax(axis, keepdim=True).clamp(min=1e-9) / 127
    return (weights / scale).round().clamp(-127, 127).to(torch.int8).numpy(), scale.numpy()


def network(model):
    """One step as ONNX: input, hidden, cell [N, ·] give output, next_hidden, next_cell. Weights are kept in 8 bits a number."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights = [], [numpy_helper.from_array(model.gates.detach().numpy(), "gates")]

    def weight(name, values):
        numbers, scale = rounded(values.detach(), 0)
        weights.extend([numpy_helper.from_array(numbers, f"{name}_8"), numpy_helper.from_array(scale, f"{name}_scale")])
        # A cast and a product of constants: the runtime does them once, when it loads.
        nodes.append(helper.make_node("Cast", [f"{name}_8"], [f"{name}_float"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [f"{name}_float", f"{name}_scale"], [name]))

    weight("step", torch.cat([model.from_word, model.from_state]))
    weight("project", model.project)
    node = lambda op, inputs, outputs, **more: nodes.append(helper.make_node(op, inputs, outputs, **more))
    node("Concat", ["input", "hidden"], ["read"], axis=1)
    node("Gemm", ["read", "step", "gates"], ["all"])
    node("Split", ["all"], ["in_", "forget_", "out_", "new_"], axis=1)
    for gate in ("in", "forget", "out"):
        node("Sigmoid", [f"{gate}_"], [gate])
    node("Tanh", ["new_"], ["new"])
    node("Mul", ["forget", "cell"], ["kept"])
    node("Mul", ["in", "new"], ["added"])
    node("Add", ["kept", "added"], ["next_cell"])
    node("Tanh", ["next_cell"], ["shown"])
    node("Mul", ["out", "shown"], ["next_hidden"])
    node("MatMul", ["next_hidden", "project"], ["output"])
    state, width = model.project.shape
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size])
    inputs = [value("input", width), value("hidden", state), value("cell", state)]
    outputs = [value("output", width), value("next_hidden", state), value("next_cell", state)]
    graph = helper.make_graph(nodes, "recurrent-lm", inputs, outputs, weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def tables(model):
    """Word vectors and biases as a section file (src/binary/sections.ts)."""
    numbers, scale = rounded(model.vectors.detach(), 1)
    arrays = {"vectors": ("i8", numbers), "scale": ("f32", scale), "bias": ("f32", model.bias.detach().numpy())}
    state, width = model.project.shape
    header = {
        "kind": "recurrent-lm",
        "facts": {"width": width, "stateSize": state},
        "arrays": [{"name": name, "type": kind, "length": a.size} for name, (kind, a) in arrays.items()],
    }
    text = json.dumps(header).encode()
    padded = lambda b: b + b"\0" * (-len(b) % 8)
    head = padded(b"HKSECT01" + struct.pack("<I", len(text)) + text)
    return head + b"".join(padded(a.tobytes()) for _, a in arrays.values())
