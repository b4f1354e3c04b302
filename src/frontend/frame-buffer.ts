/** A growing list of frames of `dim` values, taken out whole. */
export class FrameBuffer {
  readonly dim: number;
  #data: Float32Array;
  #filled = 0;

  constructor(dim: number) {
    this.dim = dim;
    this.#data = new Float32Array(128 * dim);
  }

  /** @param frames one or more, [frames × dim] */
  push(frames: ArrayLike<number>): void {
    if (this.#filled + frames.length > this.#data.length) {
      const grown = new Float32Array(2 * (this.#filled + frames.length));
      grown.set(this.#data.subarray(0, this.#filled));
      this.#data = grown;
    }
    this.#data.set(frames, this.#filled);
    this.#filled += frames.length;
  }

  /** All frames, [frames × dim], a copy; the buffer is empty afterwards. */
  take(): Float32Array {
    const out = this.#data.slice(0, this.#filled);
    this.#filled = 0;
    return out;
  }
}
