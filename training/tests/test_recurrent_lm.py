"""The recurrent language model: what it learns, and what is exported. Run with python3 tests/test_recurrent_lm.py from training/."""
import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training import recurrent_lm as rl

CONFIG = {"seed": 3, "width": 8, "state": 16, "learning_rate": 0.02,
          "train": {"streams": 8, "steps": 16, "noise": 64, "warm_up": 10, "dropout": 0.0, "normalise": 1.0}}
WORDS = [*rl.OWN_WORDS, "ant", "bee", "cat", "dog"]
# Which of the last two words comes says the first: no n-gram model of order 3 can know.
SENTENCES = ["ant cat cat cat bee", "dog cat cat cat ant"]


class RecurrentLmTest(unittest.TestCase):
    def test_vocabulary_is_the_most_frequent_known_words(self):
        texts = {"a": ["ant ant bee", "cow"], "b": ["cat cow"]}
        self.assertEqual(rl.vocabulary_of(texts, {"a": 1, "b": 5}, {"ant", "bee", "cat"}, 4), [*rl.OWN_WORDS, "cat", "ant"])

    def test_texts_are_read_as_often_as_is_said(self):
        texts = {"a": np.full(2 * rl.PIECE, 1), "b": np.full(2 * rl.PIECE, 2)}
        stream = rl.stream_of(texts, {"a": 2, "b": 0.5}, 1)
        self.assertEqual(list(np.bincount(stream)), [0, 4 * rl.PIECE, rl.PIECE])

    def test_drawn_words_stand_for_all(self):
        torch.manual_seed(1)
        model = rl.RecurrentLm(50, 4, 8)
        torch.nn.init.normal_(model.vectors)
        outputs, wanted = torch.randn(200, 4), torch.randint(50, (200,))
        exact = torch.logsumexp(model.scores(outputs), 1)
        _, total = rl.Noise(np.arange(1, 51), 4000).loss(model, outputs, wanted)
        self.assertLess((total - exact).abs().mean().item(), 0.1)

    def test_learns_what_is_far_back_and_sums_to_one(self):
        rng = np.random.default_rng(1)
        stream = np.concatenate([rl.numbered([SENTENCES[i]], WORDS) for i in rng.integers(2, size=20000)])
        with tempfile.TemporaryDirectory() as folder:
            model = rl.train(stream, np.bincount(stream, minlength=6) + 1, CONFIG, Path(folder), lambda entry: None)
            again = rl.train(stream, np.bincount(stream, minlength=6) + 1, CONFIG, Path(folder), lambda entry: None)
        for a, b in zip(model.state_dict().values(), again.state_dict().values()):
            torch.testing.assert_close(a, b)  # taken from the checkpoint, nothing left to do
        read = torch.from_numpy(stream[:120]).long()
        with torch.no_grad():
            scores = model.scores(model(read[:-1, None], *model.begin(1))[0])
        total = torch.logsumexp(scores, 1)
        cost = total - scores.gather(1, read[1:, None])[:, 0]
        # Beyond the state it begins with; one choice in two among six words is 0.12 nats a word.
        self.assertLess(cost[20:].mean().item(), 0.2)
        self.assertLess(total[20:].abs().max().item(), 0.3)

    def test_more_states_begin_with_the_same_function(self):
        torch.manual_seed(4)
        small, large = rl.RecurrentLm(6, 8, 16), rl.RecurrentLm(6, 8, 24)
        for weight in small.parameters():
            torch.nn.init.normal_(weight, std=0.5)
        rl.begin_with(large, small.state_dict())
        read = torch.randint(6, (7, 3))
        with torch.no_grad():
            expected, got = (m.scores(m(read, *m.begin(3))[0]) for m in (small, large))
        torch.testing.assert_close(got, expected, atol=0.05, rtol=0.05)  # to bf16, where it is used

    def test_onnx_computes_the_same_step(self):
        torch.manual_seed(2)
        model = rl.RecurrentLm(6, 8, 16).eval()
        for weight in (model.from_word, model.from_state, model.project):
            torch.nn.init.normal_(weight, std=0.3)
        rounded = torch.cat([model.from_word, model.from_state])
        for weight in (rounded, model.project):
            numbers, scale = rl.rounded(weight.detach(), 0)
            weight.data = torch.from_numpy(numbers * scale)
        model.from_word.data, model.from_state.data = rounded.data[:8], rounded.data[8:]
        script = """
            const { InferenceSession, Tensor } = require('onnxruntime-node');
            const t = (v, w) => new Tensor('float32', Float32Array.from(v), [v.length / w, w]);
            InferenceSession.create(process.argv[1]).then(async (s) => {
              const [input, hidden, cell] = JSON.parse(process.argv[2]);
              const out = await s.run({ input: t(input, 8), hidden: t(hidden, 16), cell: t(cell, 16) });
              console.log(JSON.stringify(['output', 'next_hidden', 'next_cell'].map((n) => Array.from(out[n].data))));
            });"""
        hidden, cell = torch.randn(2, 16), torch.randn(2, 16)
        words = torch.tensor([[2, 5]])
        given = json.dumps([x.reshape(-1).tolist() for x in (model.vectors[words[0]].detach(), hidden, cell)])
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(rl.network(model), f"{folder}/step.onnx")
            out = subprocess.run(["node", "-e", script, f"{folder}/step.onnx", given], check=True, capture_output=True, cwd=Path(__file__).parent)
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            precision, rl.precision = rl.precision, lambda: torch.autocast("cpu", enabled=False)
            expected = model(words, hidden, cell)
            rl.precision = precision
        for got, want in zip(json.loads(out.stdout), expected):
            np.testing.assert_allclose(np.array(got), want.reshape(-1).numpy(), atol=1e-4)

    def test_tables_are_a_section_file(self):
        model = rl.RecurrentLm(6, 8, 16)
        bytes_ = rl.tables(model)
        self.assertEqual(bytes_[:8], b"HKSECT01")
        self.assertEqual(len(bytes_) % 8, 0)
        (header,) = struct.unpack("<I", bytes_[8:12])
        start = (12 + header + 7) // 8 * 8
        vectors = np.frombuffer(bytes_[start : start + 48], np.int8).reshape(6, 8)
        scale = np.frombuffer(bytes_[start + 48 : start + 72], np.float32)
        np.testing.assert_allclose(vectors * scale[:, None], model.vectors.detach().numpy(), atol=1e-3)


if __name__ == "__main__":
    unittest.main()
