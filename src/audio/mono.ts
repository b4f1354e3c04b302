import { Resampler } from './resampler.js';
import type { AudioSource } from './source.js';

/** The mean of all channels. */
export function mixDown(planes: Float32Array[]): Float32Array {
  if (planes.length === 1) return planes[0];
  const out = new Float32Array(planes[0].length);
  for (const plane of planes) for (let i = 0; i < out.length; i++) out[i] += plane[i];
  for (let i = 0; i < out.length; i++) out[i] /= planes.length;
  return out;
}

/** Samples at `rate` Hz of one channel, or of all mixed down. */
export async function* monoChunks(source: AudioSource, rate: number, channel?: number): AsyncGenerator<Float32Array> {
  const resampler = new Resampler(Math.round(source.sampleRate), rate);
  for await (const planes of source.chunks) {
    const out = resampler.process(channel === undefined ? mixDown(planes) : planes[channel]);
    if (out.length > 0) yield out;
  }
  const tail = resampler.flush();
  if (tail.length > 0) yield tail;
}
