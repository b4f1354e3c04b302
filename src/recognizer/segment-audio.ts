/** The samples of a stream from the start of the current segment on, by their position in the recording. */
export class SegmentAudio {
  #samples = new Float32Array(1 << 16);
  #filled = 0;
  /** Position of the first sample held. */
  #from: number;

  /** @param position of the first sample that will come */
  constructor(position = 0) {
    this.#from = position;
  }

  accept(samples: Float32Array): void {
    if (this.#filled + samples.length > this.#samples.length) {
      const grown = new Float32Array(2 * (this.#filled + samples.length));
      grown.set(this.#samples.subarray(0, this.#filled));
      this.#samples = grown;
    }
    this.#samples.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  /** A view of the samples from position `from` up to `to`, as far as they are held. */
  between(from: number, to: number): Float32Array {
    return this.#samples.subarray(Math.max(0, from - this.#from), Math.max(0, Math.min(this.#filled, to - this.#from)));
  }

  dropBefore(position: number): void {
    const drop = Math.min(this.#filled, position - this.#from);
    if (drop <= 0) return;
    this.#samples.copyWithin(0, drop, this.#filled);
    this.#filled -= drop;
    this.#from += drop;
  }
}
