/** One step of 16-bit audio. */
const STEP = 1 / 32768;

/**
 * Samples plus noise of half a 16-bit step. Digital silence (a muted microphone) has features far outside anything
 * recorded; with the noise it looks like a quiet room. The noise is a hash of a sample's position, so results do not depend
 * on how the stream is cut. @param position index of the first sample in the stream
 */
export function dithered(samples: Float32Array, position: number): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    let h = Math.imul((position + i) ^ 0x9e3779b9, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    out[i] = samples[i] + ((h ^ (h >>> 16)) / 2147483648) * STEP;
  }
  return out;
}
