"""Writes the raw float32 features [frames x 80] training computes of a 16 kHz 16-bit WAV file, then those with their running mean
taken off, global mean 0.1 x bin: python3 print_features.py WAV"""
import sys
import wave
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from hearken_training import features

with wave.open(sys.argv[1]) as wav:
    samples = np.frombuffer(wav.readframes(wav.getnframes()), np.int16)
log_mel = features.log_mel(samples.astype(np.float64))
sys.stdout.buffer.write(log_mel.tobytes())
sys.stdout.buffer.write(features.online_cmvn(log_mel, 0.1 * np.arange(features.BINS)).tobytes())
