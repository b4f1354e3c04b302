/** Kaldi's OnlineCmvn (online-feature.cc), mean only: frames before the window are replaced by global statistics. */
export class OnlineCmvn {
  readonly dim: number;
  #window: number;
  #globalFrames: number;
  #globalMean: Float64Array;
  #sum: Float64Array;
  /** The last `window` frames, as a ring. */
  #ring: Float32Array;
  #count = 0;

  /** @param globalMean prior mean, of the training data. @param window trailing frames, the current one included. */
  constructor(globalMean: ArrayLike<number>, window = 600, globalFrames = 200) {
    this.dim = globalMean.length;
    this.#window = window;
    this.#globalFrames = globalFrames;
    this.#globalMean = Float64Array.from(globalMean);
    this.#sum = new Float64Array(this.dim);
    this.#ring = new Float32Array(window * this.dim);
  }

  /** Normalise the next frame of the stream into `out` at `at`. */
  apply(frame: Float32Array, out: Float32Array, at: number): void {
    const slot = (this.#count % this.#window) * this.dim;
    const full = this.#count >= this.#window;
    this.#count++;
    const held = Math.min(this.#count, this.#window);
    const prior = Math.min(this.#window - held, this.#globalFrames);
    for (let d = 0; d < this.dim; d++) {
      if (full) this.#sum[d] -= this.#ring[slot + d];
      this.#sum[d] += frame[d];
      this.#ring[slot + d] = frame[d];
      out[at + d] = frame[d] - (this.#sum[d] + prior * this.#globalMean[d]) / (held + prior);
    }
  }
}

export interface SlidingCmvnOptions {
  window: number;
  minWindow: number;
  center: boolean;
  normalizeVariance: boolean;
}

const VARIANCE_FLOOR = 1e-10;

/** Kaldi's apply-cmvn-sliding (feature-functions.cc) over a whole signal [frames × dim]. */
export function slidingCmvn(data: Float32Array, dim: number, options: Partial<SlidingCmvnOptions> = {}): Float32Array {
  const { window, minWindow, center, normalizeVariance } = {
    window: 600,
    minWindow: 100,
    center: false,
    normalizeVariance: false,
    ...options,
  };
  const frames = data.length / dim;
  const out = new Float32Array(data.length);
  const sum = new Float64Array(dim);
  const squares = new Float64Array(dim);
  let from = 0;
  let to = 0;
  const add = (t: number, sign: number): void => {
    for (let d = 0; d < dim; d++) {
      const x = data[t * dim + d];
      sum[d] += sign * x;
      squares[d] += sign * x * x;
    }
  };
  for (let t = 0; t < frames; t++) {
    let start = center ? t - Math.trunc(window / 2) : t - window;
    let end = center ? start + window : t + 1;
    if (start < 0) {
      end -= start;
      start = 0;
    }
    if (!center) end = Math.min(end, Math.max(t + 1, minWindow));
    if (end > frames) {
      start = Math.max(0, start - (end - frames));
      end = frames;
    }
    while (to < end) add(to++, 1);
    while (from < start) add(from++, -1);
    const n = end - start;
    for (let d = 0; d < dim; d++) {
      const mean = sum[d] / n;
      const value = data[t * dim + d] - mean;
      // One frame has no variance: Kaldi gives zeros.
      const scale =
        normalizeVariance && n > 1 ? 1 / Math.sqrt(Math.max(squares[d] / n - mean * mean, VARIANCE_FLOOR)) : 1;
      out[t * dim + d] = normalizeVariance && n === 1 ? 0 : value * scale;
    }
  }
  return out;
}
