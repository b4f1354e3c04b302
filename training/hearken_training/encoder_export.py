"""The accurate model as files: the graph in fp32 and in int8, calibrated on training clips."""
import numpy as np
import onnx
import torch

from . import waves, whisper
from .encoder_onnx import build, calibrate
from .head import Head

CLIPS, SEED = 100, 5


def trained_head(checkpoint):
    saved = torch.load(checkpoint)
    head = Head(saved["average"]["output.bias"].numel(), **saved["settings"]["head"])
    head.load_state_dict(saved["average"])
    return head.eval()


def calibration_mels(rows, count=CLIPS, seed=SEED):
    """Log-mel of clips drawn from manifest rows, a third of them with noise."""
    rng = np.random.default_rng(seed)
    for i, at in enumerate(rng.choice(len(rows), min(count, len(rows)), replace=False)):
        x = waves.read(rows[at]["path"])
        if i % 3 == 0:
            x = waves.mixed(x, waves.coloured(len(x), rng, 0), 10)
        if len(x) < 30 * whisper.RATE:
            yield whisper.log_mel(x)


def export(weights, checkpoint, rows, out):
    """Write OUT/acoustic.fp32.onnx and OUT/acoustic.onnx (int8)."""
    out.mkdir(parents=True, exist_ok=True)
    net, head = whisper.encoder(weights), trained_head(checkpoint)
    onnx.save(build(net, whisper.TAPS, head), out / "acoustic.fp32.onnx")
    ranges = calibrate(net, head, calibration_mels(rows))
    onnx.save(build(net, whisper.TAPS, head, ranges), out / "acoustic.onnx")
    print(f"acoustic.onnx {(out / 'acoustic.onnx').stat().st_size / 1e6:.1f} MB")
