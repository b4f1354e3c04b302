"""Kaldi-compatible 80-bin log-mel features and online CMVN: the same numbers as src/frontend, in numpy."""
import numpy as np

SAMPLE_RATE = 16000
SHIFT = 160
LENGTH = 400
FFT = 512
BINS = 80
LOW, HIGH = 20.0, 7600.0
EPSILON = np.float32(1.1920929e-7)
PREEMPHASIS = 0.97
CMN_WINDOW = 600
GLOBAL_FRAMES = 200


_f32 = np.float32


def _mel(hz):
    """In single precision as Kaldi's and ours: near the edge of a triangle a weight is all rounding."""
    return (1127 * np.log((1 + (np.asarray(hz, _f32) / _f32(700))).astype(np.float64)).astype(_f32).astype(np.float64)).astype(_f32)


def bin_centres():
    """Centre of every mel bin in Hz."""
    mels = np.linspace(_mel(LOW), _mel(HIGH), BINS + 2)[1:-1].astype(np.float64)
    return 700 * (np.exp(mels / 1127) - 1)


def _mel_bank():
    low, high = _mel(LOW), _mel(HIGH)
    delta = _f32(_f32(high - low) / _f32(BINS + 1))
    mel = _mel(np.arange(FFT // 2) * SAMPLE_RATE / FFT)
    bank = np.zeros((FFT // 2, BINS), _f32)
    for b in range(BINS):
        left, centre, right = (_f32(float(low) + k * float(delta)) for k in (b, b + 1, b + 2))
        up = (mel - left) / _f32(centre - left)
        down = (right - mel) / _f32(right - centre)
        bank[:, b] = np.where((mel > left) & (mel < right), np.where(mel <= centre, up, down), 0)
    return bank


_BANK = _mel_bank()
_WINDOW = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(LENGTH) / (LENGTH - 1))) ** 0.85).astype(_f32).astype(np.float64)


def num_frames(samples):
    """Frames of a signal under snip_edges=false: one a shift, rounded."""
    return (samples + SHIFT // 2) // SHIFT


def log_mel(samples):
    """Log-mel features [T, 80] (float32) of `samples`, mono 16 kHz scaled to +-32768, snip_edges=false, dither 0."""
    n = len(samples)
    frames = num_frames(n)
    if frames == 0:
        return np.zeros((0, BINS), np.float32)
    index = np.arange(frames)[:, None] * SHIFT + SHIFT // 2 - LENGTH // 2 + np.arange(LENGTH)[None]
    while True:  # reflect at both ends, repeatedly for signals shorter than a window
        index = np.where(index < 0, -1 - index, index)
        if index.max() < n:
            break
        index = np.where(index >= n, 2 * n - 1 - index, index)
    rounded = lambda x: x.astype(_f32).astype(np.float64)
    x = rounded(samples)[index]
    x = rounded(x - rounded(x.mean(1, keepdims=True)))
    x -= float(_f32(PREEMPHASIS)) * np.concatenate([x[:, :1], x[:, :-1]], 1)
    x = rounded(rounded(x) * _WINDOW)
    spectrum = np.fft.rfft(x, FFT, axis=1)[:, : FFT // 2]
    power = spectrum.real**2 + spectrum.imag**2
    return np.log(np.maximum((power @ _BANK.astype(np.float64)).astype(_f32), EPSILON))


def online_cmvn(features, global_mean):
    """Subtract the running mean over the trailing 600 frames, the global mean standing in for up to 200 missing ones."""
    total = np.cumsum(features.astype(np.float64), axis=0)
    sums = total.copy()
    sums[CMN_WINDOW:] -= total[:-CMN_WINDOW]
    count = np.minimum(np.arange(1, len(features) + 1), CMN_WINDOW)
    prior = np.minimum(CMN_WINDOW - count, GLOBAL_FRAMES)
    mean = (sums + prior[:, None] * global_mean) / (count + prior)[:, None]
    return (features - mean).astype(np.float32)
