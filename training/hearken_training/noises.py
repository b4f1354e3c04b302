"""Sound that is no speech, made up as log-mel features: for clips whose transcript is silence."""
import numpy as np

from . import features

BINS = np.arange(features.BINS) / features.BINS


def _floor(frames, rng):
    """What dither and a quiet room leave."""
    return rng.uniform(2, 5) + 0.7 * rng.standard_normal((frames, features.BINS))


def steady(frames, rng):
    """Noise of a random slope whose level drifts."""
    shape = rng.normal(0, 2.0) * np.cos(np.pi * BINS) + rng.normal(0, 0.8) * np.cos(2 * np.pi * BINS)
    drift = np.interp(np.arange(frames), np.linspace(0, frames, 6), rng.normal(0, 0.7, 6))
    return rng.uniform(4, 18) + shape[None] + drift[:, None] + 0.5 * rng.standard_normal((frames, features.BINS))


def notes(frames, rng):
    """Tones with harmonics that begin, fade and end: music, beeps, hum."""
    x = _floor(frames, rng)
    at = 0
    while at < frames:
        length = int(rng.integers(10, 120))
        for _ in range(rng.integers(0, 5)):
            base, level, fade = rng.uniform(3, 45), rng.uniform(8, 18), rng.uniform(0, 0.08)
            for harmonic in range(1, int(rng.integers(2, 10))):
                centre = base + 14 * np.log2(harmonic)  # an octave is about 14 of the 80 bins in the upper range
                peak = level - 1.2 * harmonic - 0.5 * ((np.arange(features.BINS) - centre) / rng.uniform(0.7, 1.3)) ** 2
                decay = fade * np.arange(min(length, frames - at))
                x[at : at + length] = np.logaddexp(x[at : at + length], peak[None] - decay[:, None])
        at += length
    return x


def clicks(frames, rng):
    """Short broad bursts: keys, knocks, steps."""
    x = _floor(frames, rng)
    for at in rng.integers(0, frames, max(1, frames // int(rng.integers(20, 120)))):
        length = int(rng.integers(1, 12))
        burst = rng.uniform(8, 16) + rng.normal(0, 2.0) * np.cos(np.pi * BINS)
        part = x[at : at + length]
        x[at : at + length] = np.logaddexp(part, burst[None] - 0.6 * np.arange(len(part))[:, None])
    return x


def babble(frames, rng, voices):
    """Many voices backwards, none of them to be understood."""
    total = _floor(frames, rng)
    for voice in voices:
        total = np.logaddexp(total, np.resize(voice[::-1], total.shape) - voice.max() + 16)
    return total + rng.uniform(-8, 2)


def noise(frames, rng, voice):
    """One of them. `voice` gives another clip's features."""
    kind = rng.random()
    if kind < 0.3:
        x = steady(frames, rng)
    elif kind < 0.55:
        x = notes(frames, rng)
    elif kind < 0.7:
        x = clicks(frames, rng)
    elif kind < 0.9:
        x = babble(frames, rng, [voice() for _ in range(rng.integers(4, 8))])
    else:
        x = _floor(frames, rng)
    return x.astype(np.float32)
