import { HearkenError } from '../errors.js';
import type { FeatureStream } from './feature-stream.js';

export interface WaveformOptions {
  /** Mean 0 and variance 1 over the segment, as most wav2vec2 models want it. */
  normalize: boolean;
  /** Added to the variance: 1e-7 in Hugging Face's extractor, 1e-5 for omniASR. */
  epsilon: number;
}

/**
 * The samples themselves as frames of one value, for networks that hold their own frontend. With `normalize` they come
 * after inputFinished(), and the stream holds 4 bytes a sample until then; who feeds it bounds the segment.
 */
export class Waveform implements FeatureStream {
  readonly dim = 1;
  readonly frameShift = 1;
  #normalize: boolean;
  #epsilon: number;
  #samples = new Float32Array(16000);
  #filled = 0;
  #finished = false;

  constructor({
    normalize = false,
    epsilon = 1e-7,
  }: { [K in keyof WaveformOptions]?: WaveformOptions[K] | undefined } = {}) {
    this.#normalize = normalize;
    this.#epsilon = epsilon;
  }

  acceptWaveform(samples: Float32Array): void {
    if (this.#finished) throw new HearkenError('STREAM_CLOSED', 'samples after the end of the stream');
    if (this.#filled + samples.length > this.#samples.length) {
      const grown = new Float32Array(2 * (this.#filled + samples.length));
      grown.set(this.#samples.subarray(0, this.#filled));
      this.#samples = grown;
    }
    this.#samples.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  inputFinished(): void {
    this.#finished = true;
  }

  read(): Float32Array {
    if (this.#normalize && !this.#finished) return new Float32Array(0);
    const out = this.#samples.slice(0, this.#filled);
    this.#filled = 0;
    if (this.#normalize) normalize(out, this.#epsilon);
    return out;
  }

  reset(): void {
    this.#filled = 0;
    this.#finished = false;
  }
}

/** (x − mean) / √(variance + ε), in place; the variance divides by the count. */
function normalize(samples: Float32Array, epsilon: number): void {
  let mean = 0;
  for (const x of samples) mean += x;
  mean /= samples.length;
  let variance = 0;
  for (const x of samples) variance += (x - mean) ** 2;
  const scale = 1 / Math.sqrt(variance / samples.length + epsilon);
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] - mean) * scale;
}
