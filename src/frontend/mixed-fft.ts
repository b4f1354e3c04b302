import { HearkenError } from '../errors.js';

/**
 * Power spectrum of a real signal of any even length whose half has no prime factor above 5, in double precision: Whisper's
 * transform has 400 points. `RealFft` repeats Kaldi's single-precision roundings, and takes powers of two only.
 * Decimation in time by the factors 2, 3 and 5 (Cooley and Tukey 1965) over size/2 complex points, even samples their real
 * parts and odd ones their imaginary parts. Complexity: size/2 times the sum of the factors.
 */
export class MixedFft {
  readonly size: number;
  #factors: number[];
  /** Input position of each point of the first stage. */
  #order: Uint32Array;
  /** cos and sin of 2πk/(size/2). */
  #cos: Float64Array;
  #sin: Float64Array;
  /** cos and sin of 2πk/size. */
  #halfCos: Float64Array;
  #halfSin: Float64Array;
  #re: Float64Array;
  #im: Float64Array;
  #pointRe = new Float64Array(5);
  #pointIm = new Float64Array(5);

  /** @throws OPTION_INVALID for a length with other factors */
  constructor(size: number) {
    const n = size / 2;
    this.size = size;
    this.#factors = factorsOf(n);
    this.#order = inputOrder(n, this.#factors);
    this.#cos = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n));
    this.#sin = Float64Array.from({ length: n }, (_, k) => Math.sin((2 * Math.PI * k) / n));
    this.#halfCos = Float64Array.from({ length: n }, (_, k) => Math.cos((Math.PI * k) / n));
    this.#halfSin = Float64Array.from({ length: n }, (_, k) => Math.sin((Math.PI * k) / n));
    this.#re = new Float64Array(n);
    this.#im = new Float64Array(n);
  }

  /** @param signal `size` samples. @param power |X(k)|² of bins 0 … size/2, that is size/2 + 1 of them */
  power(signal: Float64Array, power: Float64Array): void {
    const n = this.size / 2;
    const re = this.#re;
    const im = this.#im;
    const order = this.#order;
    for (let i = 0; i < n; i++) {
      re[i] = signal[2 * order[i]];
      im[i] = signal[2 * order[i] + 1];
    }
    this.#transform();
    power[0] = (re[0] + im[0]) ** 2;
    power[n] = (re[0] - im[0]) ** 2;
    for (let k = 1; k < n; k++) {
      const evenRe = 0.5 * (re[k] + re[n - k]);
      const evenIm = 0.5 * (im[k] - im[n - k]);
      const oddRe = 0.5 * (im[k] + im[n - k]);
      const oddIm = -0.5 * (re[k] - re[n - k]);
      const c = this.#halfCos[k];
      const s = this.#halfSin[k];
      const x = evenRe + oddRe * c + oddIm * s;
      const y = evenIm + oddIm * c - oddRe * s;
      power[k] = x * x + y * y;
    }
  }

  /** The complex transform in place; points come in the order that `inputOrder` gives. */
  #transform(): void {
    let below = 1;
    for (const radix of this.#factors) {
      if (radix === 2) this.#pairs(below);
      else this.#stage(radix, below);
      below *= radix;
    }
  }

  /** Two transforms of `below` points to one of twice as many, all along the signal. */
  #pairs(below: number): void {
    const n = this.size / 2;
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    const step = n / (2 * below);
    for (let block = 0; block < n; block += 2 * below) {
      for (let k = 0, i = block, j = block + below; k < below; k++, i++, j++) {
        const c = cos[k * step];
        const s = sin[k * step];
        const turnedRe = re[j] * c + im[j] * s;
        const turnedIm = im[j] * c - re[j] * s;
        re[j] = re[i] - turnedRe;
        im[j] = im[i] - turnedIm;
        re[i] += turnedRe;
        im[i] += turnedIm;
      }
    }
  }

  /** `radix` transforms of `below` points to one, all along the signal. */
  #stage(radix: number, below: number): void {
    const n = this.size / 2;
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    const pointRe = this.#pointRe;
    const pointIm = this.#pointIm;
    const span = below * radix;
    const step = n / span;
    for (let block = 0; block < n; block += span) {
      for (let k = 0; k < below; k++) {
        for (let r = 0; r < radix; r++) {
          const at = block + k + r * below;
          const c = cos[r * k * step];
          const s = sin[r * k * step];
          pointRe[r] = re[at] * c + im[at] * s;
          pointIm[r] = im[at] * c - re[at] * s;
        }
        for (let q = 0; q < radix; q++) {
          let sumRe = pointRe[0];
          let sumIm = pointIm[0];
          for (let r = 1, turn = 0; r < radix; r++) {
            turn = (turn + q) % radix;
            const c = cos[(turn * n) / radix];
            const s = sin[(turn * n) / radix];
            sumRe += pointRe[r] * c + pointIm[r] * s;
            sumIm += pointIm[r] * c - pointRe[r] * s;
          }
          re[block + k + q * below] = sumRe;
          im[block + k + q * below] = sumIm;
        }
      }
    }
  }
}

/** Factors of n, in the order in which the stages take them. */
function factorsOf(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (const factor of [2, 3, 5]) {
    for (; rest > 1 && rest % factor === 0; rest /= factor) factors.push(factor);
  }
  if (rest !== 1)
    throw new HearkenError('OPTION_INVALID', `a transform of ${2 * n} points: half of it must factor into 2, 3 and 5`);
  return factors;
}

/** Where the points of the first stage stand in the input: the digits of their number, reversed. */
function inputOrder(n: number, factors: readonly number[]): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => {
    let position = 0;
    let span = n;
    let rest = i;
    for (let f = factors.length - 1; f >= 0; f--) {
      span /= factors[f];
      position += Math.floor(rest / span) * (n / (span * factors[f]));
      rest %= span;
    }
    return position;
  });
}
