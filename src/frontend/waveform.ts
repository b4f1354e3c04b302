import { HearkenError } from '../errors.js';
import type { FeatureStream } from './feature-stream.js';
import { FrameBuffer } from './frame-buffer.js';

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
  #samples = new FrameBuffer(1);
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
    this.#samples.push(samples);
  }

  inputFinished(): void {
    this.#finished = true;
  }

  read(): Float32Array {
    if (this.#normalize && !this.#finished) return new Float32Array(0);
    const out = this.#samples.take();
    if (this.#normalize) normalize(out, this.#epsilon);
    return out;
  }

  reset(): void {
    this.#samples.take();
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
