"""Waveforms as they come from rooms, streets and telephones: augmentation before the encoder. Samples are float32 within ±1 at 16 kHz."""
import numpy as np
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

RATE = 16000


def read(path):
    """Mono samples of an audio file at 16 kHz."""
    import soundfile

    x, rate = soundfile.read(path, dtype="float32")
    x = x.mean(1) if x.ndim > 1 else x
    return x if rate == RATE else resample_poly(x, RATE, rate).astype(np.float32)


def faster(x, factor):
    """`factor` times as fast, voice and all."""
    return resample_poly(x, 100, round(100 * factor)).astype(np.float32)


def coloured(n, rng, slope):
    """Gaussian noise whose power falls with frequency to the power `slope` (0 white, 1 pink)."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    return np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), len(spectrum) / 400) ** (slope / 2), n).astype(np.float32)


def cut(x, n, rng):
    """`n` samples of x from a random place, repeated where it is shorter."""
    if len(x) < n:
        x = np.tile(x, n // len(x) + 1)
    at = int(rng.integers(len(x) - n + 1))
    return x[at : at + n]


def level(x):
    """Root mean square of the louder half of frames of 20 ms: of speech, without its pauses."""
    frames = (x[: len(x) // 320 * 320].reshape(-1, 320) ** 2).mean(1)
    return float(np.sqrt(np.sort(frames)[len(frames) // 2 :].mean() + 1e-12))


def mixed(x, noise, decibels):
    """x and `noise` so much weaker than x."""
    return x + noise * (level(x) / (np.sqrt((noise**2).mean()) + 1e-9) * 10 ** (-decibels / 20))


def room(rng):
    """A made-up room response: a direct sound, and noise that decays by 60 dB in 0.15 to 0.8 s, duller with time."""
    seconds = rng.uniform(0.15, 0.8)
    n = int(seconds * RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail = np.convolve(tail, [0.3, 0.4, 0.3], "same")
    tail[: int(rng.uniform(0.001, 0.01) * RATE)] = 0
    tail *= np.sqrt(rng.uniform(0.2, 3.0) / (tail**2).sum())
    tail[0] += 1
    return tail.astype(np.float32)


def in_room(x, response):
    """x heard with a room's response, as loud as before, no longer."""
    at = int(np.abs(response).argmax())
    y = fftconvolve(x, response)[at : at + len(x)]
    return (y * (level(x) / level(y))).astype(np.float32)


def telephone(x, rng):
    """A line at 8 kHz: band-pass, mu-law or not."""
    y = resample_poly(x, 1, 2)
    if rng.random() < 0.6:
        y = sosfilt(butter(4, [rng.uniform(200, 320), rng.uniform(3200, 3500)], "bandpass", fs=8000, output="sos"), y)
    if rng.random() < 0.7:
        y = np.clip(y, -1, 1)
        steps = np.round(np.sign(y) * np.log1p(255 * np.abs(y)) / np.log(256) * 127) / 127
        y = np.sign(steps) * (256 ** np.abs(steps) - 1) / 255
    return resample_poly(y, 2, 1)[: len(x)].astype(np.float32)


def disturbance(n, rng, another, ambient):
    """Noise of `n` samples: coloured, several other voices, or recorded surroundings."""
    kind = rng.random()
    if kind < 0.4 or (kind > 0.75 and not ambient):
        return coloured(n, rng, rng.choice([0.0, rng.uniform(0, 2)]))
    if kind < 0.75:
        voices = (cut(another(), n, rng) for _ in range(int(rng.integers(1, 9))))
        return sum(v / level(v) for v in voices).astype(np.float32)
    return cut(ambient[int(rng.integers(len(ambient)))], n, rng)


def augment(x, rng, another, ambient, rooms):
    """One random rendering of x. `another()` gives other clips' samples; `ambient` and `rooms` are lists of recordings."""
    if rng.random() < 0.7:
        x = faster(x, rng.uniform(0.8, 1.15))
    if rng.random() < 0.3:
        x = in_room(x, rooms[int(rng.integers(len(rooms)))] if rooms and rng.random() < 0.3 else room(rng))
    if rng.random() < 0.65:
        x = mixed(x, disturbance(len(x), rng, another, ambient), rng.uniform(2, 22))
    if rng.random() < 0.2:
        x = telephone(x, rng)
    x = x * 10 ** (rng.uniform(-14, 8) / 20)
    return np.clip(x, -1, 1).astype(np.float32)


def without_speech(rng, another, ambient):
    """2 to 10 s of noise, faint or loud, in which nobody says anything."""
    n = int(rng.uniform(2, 10) * RATE)
    kind = rng.random()
    if kind < 0.5 or not ambient:
        x = coloured(n, rng, rng.uniform(0, 2))
    else:
        x = cut(ambient[int(rng.integers(len(ambient)))], n, rng)
    if rng.random() < 0.3:
        x = x * (0.2 + np.abs(np.interp(np.arange(n), np.linspace(0, n, 12), rng.standard_normal(12))))
    return np.clip(x / (np.sqrt((x**2).mean()) + 1e-9) * 10 ** (rng.uniform(-60, -15) / 20), -1, 1).astype(np.float32)
