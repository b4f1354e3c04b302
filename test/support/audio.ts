import { type AudioSource, openAudio } from '../../src/audio/index.js';

/** All samples of a source, planar. */
export async function collect(source: AudioSource): Promise<Float32Array[]> {
  const parts: Float32Array[][] = [];
  for await (const planes of source.chunks) parts.push(planes.map((p) => p.slice()));
  return Array.from({ length: source.channels }, (_, c) => concat(parts.map((p) => p[c])));
}

/** Samples of a recording's first channel. */
export async function samplesOf(path: string): Promise<Float32Array> {
  return (await collect(await openAudio(path)))[0];
}

export function concat(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export function sine(frequency: number, rate: number, seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / rate),
  );
}

/** Amplitude of a sine of `frequency` in a signal, by correlation. */
export function amplitudeAt(frequency: number, rate: number, samples: Float32Array): number {
  let re = 0;
  let im = 0;
  let norm = 0;
  for (let i = 0; i < samples.length; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length);
    re += window * samples[i] * Math.cos((2 * Math.PI * frequency * i) / rate);
    im += window * samples[i] * Math.sin((2 * Math.PI * frequency * i) / rate);
    norm += window;
  }
  return (2 * Math.hypot(re, im)) / norm;
}
