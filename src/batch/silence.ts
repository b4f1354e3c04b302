/** Blocks that a pause is at least looked for over. */
const PAUSE_BLOCKS = 50;

/** Mean power of a recording by blocks, as the samples come. */
export class BlockPower {
  readonly powers: number[] = [];
  #sum = 0;
  #filled = 0;

  /** @param size samples per block */
  constructor(private readonly size: number) {}

  accept(samples: Float32Array): void {
    for (const x of samples) {
      this.#sum += x * x;
      if (++this.#filled === this.size) {
        this.powers.push(this.#sum / this.size);
        this.#sum = 0;
        this.#filled = 0;
      }
    }
  }
}

/**
 * Where to cut a recording into parts of about `length` blocks: in the middle of the quietest half second of the last third of each
 * part. @returns blocks, none where the whole is no longer than a part
 */
export function quietCuts(powers: ArrayLike<number>, length: number): number[] {
  const sums = new Float64Array(powers.length + 1);
  for (let i = 0; i < powers.length; i++) sums[i + 1] = sums[i] + powers[i];
  const cuts: number[] = [];
  let start = 0;
  // A rest of up to a third is left with the last part.
  while (powers.length - start > (4 * length) / 3) {
    let best = Number.POSITIVE_INFINITY;
    let cut = start + length;
    for (let at = start + Math.ceil((2 * length) / 3); at <= start + length; at++) {
      const power = sums[at + PAUSE_BLOCKS / 2] - sums[at - PAUSE_BLOCKS / 2];
      if (power < best) [best, cut] = [power, at];
    }
    cuts.push(cut);
    start = cut;
  }
  return cuts;
}
