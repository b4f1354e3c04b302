"""The network: what it may see, that it can grow without changing, and that its ONNX computes the same in pieces.

Run with python3 tests/test_model.py from training/.
"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training import prune
from hearken_training.averaging import estimate_norms, mean_of
from hearken_training.blocks import KINDS
from hearken_training.export import build, entropy
from hearken_training.model import AcousticModel
from hearken_training.train import stalled
from hearken_training.warm_start import grow

SPECTRAL = {"join": 1, "layers": [{"channels": 3, "pool": 2}, {"channels": 4, "pool": 1}, {"channels": 5, "pool": 2}]}
CONFIG = {
    "channels": 12,
    "bottleneck": 6,
    "blocks": [{"dilation": 1, "ahead": 1}, {"dilation": 2, "ahead": 0}],
    "spectral": SPECTRAL,
    "dropout": 0,
    "bypass": 0.8,
}


def random_model(config=CONFIG):
    torch.manual_seed(1)
    model = AcousticModel(config, 6).eval()
    for layer in (model.output, model.spectral.project):
        torch.nn.init.normal_(layer.weight, std=0.1)
    return model


class ModelTest(unittest.TestCase):
    def test_both_paths_are_centred_on_the_same_frame(self):
        model = random_model()
        x = torch.randn(1, 300, 80)
        louder = x.clone()
        louder[0, 150] += 5
        reached = lambda path: (path(louder) - path(x)).abs().sum(2)[0].detach().nonzero().flatten().float().mean().item()
        self.assertAlmostEqual(reached(model.spectral) - model.spectral.delay, reached(model.stemmed), delta=0.6)

    def test_output_does_not_depend_on_later_features(self):
        model = random_model()
        x = torch.randn(1, 300, 80)
        with torch.no_grad():
            self.assertLess((model(x)[:, :50] - model(x[:, :150])).abs().max().item(), 1e-6)

    def test_training_stops_when_dev_clips_have_not_gained_for_some_epochs(self):
        with tempfile.TemporaryDirectory() as directory:
            log = Path(directory) / "log.jsonl"
            for valid, ends in [([], False), ([0.4], False), ([0.4, 0.5, 0.49], False), ([0.4, 0.5, 0.49, 0.5], True), ([0.5, 0.4, 0.3, 0.6], False)]:
                log.write_text("".join(f'{{"epoch": {i}, "valid": {v}}}\n{{"batch": 50}}\n' for i, v in enumerate(valid)))
                self.assertEqual(stalled(log, 2), ends, valid)

    def test_a_model_grows_without_changing(self):
        small = random_model({**CONFIG, "bottleneck": 4})
        torch.nn.init.zeros_(small.spectral.project.weight)
        state = {k: v for k, v in small.state_dict().items() if not k.startswith("spectral")}
        grown = AcousticModel(CONFIG, 6).eval()
        grown.load_state_dict(grow(state, grown))
        x = torch.randn(2, 30, 80)
        self.assertLess((small(x) - grown(x)).abs().max().item(), 1e-5)

    def test_batch_norms_of_a_mean_fit_its_activations(self):
        one, other = random_model(), random_model()
        for p in other.parameters():
            p.data += 0.3 * torch.randn_like(p)
        model = random_model()
        model.load_state_dict(mean_of([one.state_dict(), other.state_dict()], [1, 3]))
        self.assertTrue(torch.allclose(model.stem.weight, 0.25 * one.stem.weight + 0.75 * other.stem.weight, atol=1e-6))
        x = np.random.default_rng(1).normal(size=(4, 300, 80)).astype(np.float32)
        estimate_norms(model, [x, x])
        model.stem_norm.weight.data.fill_(1)
        model.stem_norm.bias.data.zero_()
        seen = []
        model.stem_norm.register_forward_hook(lambda norm, args, y: seen.append(y))
        model.aligned(torch.from_numpy(x))
        self.assertLess(seen[0].mean(0).abs().max().item(), 0.02)
        self.assertLess((seen[0].std(0) - 1).abs().max().item(), 0.02)

    def test_a_path_of_another_delay_is_refused(self):
        with self.assertRaises(ValueError):
            AcousticModel({**CONFIG, "spectral": {**SPECTRAL, "join": 2, "layers": SPECTRAL["layers"][:2]}}, 6)

    def in_pieces(self, model):
        exported, size = build(model)
        x = np.random.default_rng(2).normal(size=(1, 60, 80)).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(exported, f"{folder}/model.onnx")
            x.tofile(f"{folder}/features.f32")
            script = Path(__file__).with_name("run_onnx.mjs")
            command = ["node", script, f"{folder}/model.onnx", f"{folder}/features.f32", "15", str(size)]
            out = subprocess.run(command, check=True, capture_output=True).stdout
        expected = model(torch.from_numpy(x)).detach().numpy()
        self.assertLess(np.abs(np.frombuffer(out, np.float32).reshape(expected.shape) - expected).max(), 1e-4)

    def test_onnx_in_pieces_computes_the_same(self):
        self.in_pieces(random_model())

    def test_so_it_does_with_every_kind_of_block(self):
        for kind in KINDS:
            with self.subTest(kind):
                torch.manual_seed(3)
                config = {k: v for k, v in CONFIG.items() if k != "spectral"}
                model = AcousticModel({**config, "kind": kind, "bottleneck": 8}, 6)
                torch.nn.init.normal_(model.output.weight, std=0.1)
                model(torch.randn(4, 90, 80))  # so that batch norms have seen something
                self.in_pieces(model.eval())


class CompressionTest(unittest.TestCase):
    def test_rounding_keeps_the_largest_weight_of_a_group_and_few_values(self):
        model = random_model()
        before = model.blocks[0].reduce.weight.clone()
        prune.round_weights(model, 3, group=4)
        after = model.blocks[0].reduce.weight
        for old, new in zip(before.flatten(1)[:, :4], after.flatten(1)[:, :4]):
            self.assertAlmostEqual(old.abs().max().item(), new.abs().max().item(), places=5)
            self.assertLessEqual(len(set((new / new.abs().max() * 3).round(decimals=3).tolist())), 7)

    def test_pruning_drops_the_smaller_half_of_each_layer(self):
        model = random_model()
        before = model.blocks[1].expand.weight.clone()
        masks = prune.masks_of(model, 0.5)
        prune.apply(model, masks)
        after = model.blocks[1].expand.weight
        self.assertAlmostEqual((after == 0).float().mean().item(), 0.5, delta=0.01)
        self.assertGreaterEqual(before[after != 0].abs().min().item(), before[after == 0].abs().max().item())
        self.assertNotIn("stem.weight", masks)

    def test_entropy_clips_what_is_rare_and_far(self):
        values = np.concatenate([np.abs(np.random.default_rng(1).normal(size=100_000)), [60.0, 80.0]])
        low, high = entropy(values)
        self.assertEqual(low, values.min())
        self.assertTrue(2.5 < high < 40, high)


if __name__ == "__main__":
    unittest.main()
