"""Whisper's features and encoder, the head's alignment, their ONNX graph and the store of hidden values.

Run with python3 tests/test_encoder.py from training/. A small encoder of random weights stands for the real one, which is not committed.
"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training import encoder_onnx, hidden, waves, whisper
from hearken_training.head import Head, rows_of
from hearken_training.train_head import Batches

GOLDEN = Path(__file__).parent.parent.parent.parent / "shared" / "golden" / "models" / "frontends"


def small_encoder():
    torch.manual_seed(2)
    net = whisper.Encoder(layers=6)
    torch.nn.init.normal_(net.positions)
    return net.requires_grad_(False).eval()


def random_head(outputs=8):
    torch.manual_seed(3)
    head = Head(outputs, channels=24)
    for norm in (m for m in head.modules() if isinstance(m, torch.nn.BatchNorm1d)):
        norm.running_mean.uniform_(-0.5, 0.5)
        norm.running_var.uniform_(0.5, 2)
        norm.weight.data.uniform_(0.5, 1.5)
        norm.bias.data.uniform_(-0.5, 0.5)
    return head.eval()


def run_onnx(model, mel):
    with tempfile.TemporaryDirectory() as directory:
        onnx.save(model, f"{directory}/model.onnx")
        np.ascontiguousarray(mel, np.float32).tofile(f"{directory}/mel.f32")
        command = ["node", Path(__file__).with_name("run_segment.mjs"), f"{directory}/model.onnx", f"{directory}/mel.f32"]
        return np.frombuffer(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, np.float32)


class FeaturesTest(unittest.TestCase):
    @unittest.skipUnless(GOLDEN.exists(), "reference values are absent")
    def test_log_mel_of_speech_is_whispers(self):
        samples = waves.read(GOLDEN / "1272-128104-0000.wav")
        mel = whisper.log_mel(samples)
        reference = np.load(GOLDEN / "1272-128104-0000.whisper80.npy").reshape(80, -1)[:, : mel.shape[1]]
        self.assertEqual(mel.shape, (80, len(samples) // 160))
        self.assertLess(np.abs(mel - reference).max(), 0.003)

    def test_filters_have_unit_area(self):
        area = whisper.mel_filters().sum(1) * (whisper.RATE / whisper.WINDOW)
        np.testing.assert_allclose(area[45:], 1, atol=0.05)  # lower ones are about as narrow as a bin

    def test_telephone_has_nothing_above_its_band(self):
        x = np.random.default_rng(0).standard_normal(16000).astype(np.float32) * 0.1
        power = np.abs(np.fft.rfft(waves.telephone(x, np.random.default_rng(1)))) ** 2
        self.assertLess(power[4200:].sum(), 0.01 * power.sum())

    def test_noise_is_mixed_at_the_wanted_level(self):
        rng = np.random.default_rng(0)
        speech, noise = rng.standard_normal(16000).astype(np.float32), 7 * rng.standard_normal(16000).astype(np.float32)
        added = waves.mixed(speech, noise, 10) - speech
        ratio = 20 * np.log10(waves.level(speech) / np.sqrt((added**2).mean()))
        self.assertAlmostEqual(ratio, 10, delta=0.1)


class HeadTest(unittest.TestCase):
    def test_rows_lie_where_the_hidden_frames_of_the_same_time_do(self):
        """A change of hidden frame j, at 20 j ms, is centred on the row of that time: rows are 30 ms."""
        head = random_head()
        torch.nn.init.constant_(head.enter.weight, 0.01)
        x = torch.randn(1, 300, 1024)
        with torch.no_grad():
            for j in (90, 91, 92):
                other = x.clone()
                other[0, j] += 3
                weight = (head(other) - head(x)).abs().sum(2)[0]
                centre = float((weight * (torch.arange(len(weight)) + 0.5)).sum() / weight.sum())
                self.assertAlmostEqual(centre * 30, j * 20, delta=30)

    def test_clip_in_a_batch_has_the_rows_it_has_alone(self):
        head = random_head()
        x = torch.randn(2, 100, 1024)
        mask = torch.ones(2, 100)
        mask[1, 70:] = 0
        with torch.no_grad():
            together, alone = head(x, mask)[1, :46], head(x[1:, :70])[0, :46]
        self.assertLess((together - alone).abs().max().item(), 1e-4)

    def test_rows_cover_every_third_log_mel_frame(self):
        self.assertEqual([rows_of(n) for n in (1, 3, 4, 100)], [1, 1, 2, 34])


class GraphTest(unittest.TestCase):
    def test_onnx_of_any_length_computes_what_torch_does(self):
        net, head = small_encoder(), random_head()
        model = encoder_onnx.build(net, whisper.TAPS, head)
        for frames in (1, 2, 3, 7, 100, 101, 102):
            mel = np.random.default_rng(frames).standard_normal((80, frames)).astype(np.float32)
            with torch.no_grad():
                wanted = head(net(torch.from_numpy(mel)[None]))[0, : rows_of(frames)].numpy()
            got = run_onnx(model, mel).reshape(-1, wanted.shape[1])
            self.assertEqual(got.shape, wanted.shape)
            self.assertLess(np.abs(got - wanted).max(), 2e-3)

    def test_int8_graph_is_close_to_fp32(self):
        net, head = small_encoder(), random_head()
        mel = np.random.default_rng(0).standard_normal((80, 300)).astype(np.float32)
        ranges = encoder_onnx.calibrate(net, head, [mel])
        wanted = run_onnx(encoder_onnx.build(net, whisper.TAPS, head), mel)
        got = run_onnx(encoder_onnx.build(net, whisper.TAPS, head, ranges), mel)
        self.assertGreater(np.abs(got - wanted).max(), 0)
        self.assertLess((got - wanted).std() / wanted.std(), 0.1)


class StoreTest(unittest.TestCase):
    def test_broken_off_shard_goes_on_where_its_list_ends(self):
        with tempfile.TemporaryDirectory() as directory:
            part = Path(directory) / "part"
            part.with_suffix(".jsonl").write_text('{"id": "a", "copy": 0, "start": 0, "frames": 2, "mels": 4}\n')
            part.with_suffix(".f16").write_bytes(b"\0" * (2 * 2048 + 77))
            lines, end = hidden.written(part)
            self.assertEqual((len(lines), end), (1, 2))
            self.assertEqual(part.with_suffix(".f16").stat().st_size, 2 * 2048)
            store = hidden.Store(Path(directory))
            self.assertEqual(store.hidden(store.clips[0]).shape, (2, 1024))

    def test_pass_takes_what_was_used_least_and_half_of_it_augmented(self):
        with tempfile.TemporaryDirectory() as directory:
            lines, at = [], 0
            for copy in (0, 1):
                for i in range(30):
                    lines.append({"id": f"clip{i}", "copy": copy, "start": at, "frames": 10_000, "mels": 20_000})
                    at += 10_000
            part = Path(directory) / "part"
            part.with_suffix(".jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
            with open(part.with_suffix(".f16"), "wb") as f:
                f.truncate(at * 2048)
            said = {f"clip{i}": {"split": "train", "prons": [[(1,)]]} for i in range(30)}
            batches = Batches(Path(directory), said, np.zeros((40, 40), np.int32), 4000, 0, 0.1)
            first, second = batches.chosen()[1], batches.chosen()[1]
            keys = lambda clips: {(c["id"], c["copy"]) for c in clips}
            self.assertEqual(sum(c["copy"] for c in first), len(first) // 2)
            unused = {(f"clip{i}", copy) for i in range(30) for copy in (0, 1)} - keys(first)
            self.assertTrue(unused and unused <= keys(second))


if __name__ == "__main__":
    unittest.main()
