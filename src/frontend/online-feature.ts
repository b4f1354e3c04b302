import { HearkenError } from '../errors.js';
import { FeatureComputer } from './feature-computer.js';
import type { FeatureOptions } from './options.js';

/**
 * Features of a stream as its samples come in; offline use is the same object fed once. Frame f covers samples
 * shift·f … shift·f+length (snipEdges), else it is centred on shift·(f+½) and the signal is reflected at its ends
 * (Kaldi online-feature.cc). Consumed frames and samples are dropped, so memory stays bounded.
 */
export class OnlineFeature {
  readonly dim: number;
  #computer: FeatureComputer;
  /** Samples not yet fully used, scaled to ±32768; the first is stream sample `#origin`. */
  #samples = new Float64Array(8192);
  #origin = 0;
  #filled = 0;
  #frames = new Float32Array(0);
  #firstFrame = 0;
  #ready = 0;
  #finished = false;
  #scratch: Float64Array;

  constructor(options: FeatureOptions) {
    this.#computer = new FeatureComputer(options);
    this.dim = this.#computer.dim;
    this.#scratch = new Float64Array(this.#computer.length);
  }

  /** Frames computed since the start of the stream. */
  get framesReady(): number {
    return this.#ready;
  }

  /** @param samples in [-1, 1] at the options' rate. @throws STREAM_CLOSED after inputFinished() */
  acceptWaveform(samples: Float32Array): void {
    if (this.#finished) throw new HearkenError('STREAM_CLOSED', 'samples after the end of the stream');
    if (this.#filled + samples.length > this.#samples.length) {
      const grown = new Float64Array(2 * (this.#filled + samples.length));
      grown.set(this.#samples.subarray(0, this.#filled));
      this.#samples = grown;
    }
    for (let i = 0; i < samples.length; i++) this.#samples[this.#filled + i] = samples[i] * 32768;
    this.#filled += samples.length;
    this.#compute();
  }

  /** No more samples: the last frames, which reach past the end, become ready. */
  inputFinished(): void {
    this.#finished = true;
    this.#compute();
  }

  /** Frame `f` (0-based from the start of the stream), a view valid until more is accepted or dropped. */
  frame(f: number): Float32Array {
    if (f < this.#firstFrame || f >= this.#ready) {
      throw new HearkenError('OPTION_INVALID', `frame ${f} is not held: ${this.#firstFrame} to ${this.#ready - 1} are`);
    }
    const at = (f - this.#firstFrame) * this.dim;
    return this.#frames.subarray(at, at + this.dim);
  }

  /** Forget frames before `f`. */
  dropBefore(f: number): void {
    const drop = Math.min(f, this.#ready) - this.#firstFrame;
    if (drop <= 0) return;
    this.#frames.copyWithin(0, drop * this.dim, (this.#ready - this.#firstFrame) * this.dim);
    this.#firstFrame += drop;
  }

  /** Frames the stream has so far (Kaldi's NumFrames). */
  #countFrames(): number {
    const { length, shift, options } = this.#computer;
    const total = this.#origin + this.#filled;
    if (options.snipEdges) return total < length ? 0 : 1 + Math.floor((total - length) / shift);
    const count = Math.floor((total + shift / 2) / shift);
    if (this.#finished) return count;
    // Until the end is known, only frames that lie wholly inside what has come.
    const inside = Math.floor((total - length - this.#start(0)) / shift) + 1;
    return Math.max(0, Math.min(count, inside));
  }

  /** First sample of frame `f`; negative where it reaches before the stream. */
  #start(f: number): number {
    const { length, shift, options } = this.#computer;
    if (options.snipEdges) return f * shift;
    return f * shift + Math.trunc(shift / 2) - Math.trunc(length / 2);
  }

  #compute(): void {
    const target = this.#countFrames();
    const held = target - this.#firstFrame;
    if (held * this.dim > this.#frames.length) {
      const grown = new Float32Array(2 * held * this.dim);
      grown.set(this.#frames.subarray(0, (this.#ready - this.#firstFrame) * this.dim));
      this.#frames = grown;
    }
    const { length } = this.#computer;
    const total = this.#origin + this.#filled;
    for (let f = this.#ready; f < target; f++) {
      const start = this.#start(f);
      const at = (f - this.#firstFrame) * this.dim;
      if (start >= 0 && start + length <= total) {
        this.#computer.compute(this.#samples, start - this.#origin, this.#frames, at);
      } else {
        for (let i = 0; i < length; i++)
          this.#scratch[i] = this.#samples[this.#reflect(start + i, total) - this.#origin];
        this.#computer.compute(this.#scratch, 0, this.#frames, at);
      }
    }
    this.#ready = Math.max(this.#ready, target);
    this.#dropSamples();
  }

  #reflect(position: number, total: number): number {
    let p = position;
    while (p < 0 || p >= total) p = p < 0 ? -1 - p : 2 * total - 1 - p;
    return p;
  }

  /** Keep what the next frame needs; what the reflection at the end needs lies within it. */
  #dropSamples(): void {
    const keepFrom = Math.max(0, this.#start(this.#ready));
    const drop = Math.min(this.#filled, keepFrom - this.#origin);
    if (drop < 4096) return;
    this.#samples.copyWithin(0, drop, this.#filled);
    this.#origin += drop;
    this.#filled -= drop;
  }
}

/** All frames of a whole signal, [frames × dim]. */
export function computeFeatures(
  samples: Float32Array,
  options: FeatureOptions,
): { frames: number; dim: number; data: Float32Array } {
  const online = new OnlineFeature(options);
  online.acceptWaveform(samples);
  online.inputFinished();
  const data = new Float32Array(online.framesReady * online.dim);
  for (let f = 0; f < online.framesReady; f++) data.set(online.frame(f), f * online.dim);
  return { frames: online.framesReady, dim: online.dim, data };
}
