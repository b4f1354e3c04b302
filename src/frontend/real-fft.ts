import { sinCosSingle } from './single-precision.js';

const f32 = Math.fround;
const ROOT_HALF = f32(Math.SQRT1_2);

/** Twiddle factors of one size of the recursion: c = cos, and the sums that save a multiplication (see `#butterflies`). */
interface Twiddles {
  readonly cos: Float32Array;
  readonly minusSum: Float32Array;
  readonly difference: Float32Array;
  readonly cos3: Float32Array;
  readonly minusSum3: Float32Array;
  readonly difference3: Float32Array;
}

/**
 * In-place FFT of a real signal in single precision, by Kaldi's split-radix algorithm in Kaldi's order of operations
 * (src/matrix/srfft.cc), with multiply-adds fused as compilers fuse them: a·b is kept exact until c is added and the sum
 * rounded. In bins far below a frame's loudest the result of a float32 FFT is rounding error, so features there equal
 * Kaldi's only if the roundings do. A float64 product of two float32 numbers is exact, which makes the fused operation
 * cheap here: `f32(a * b + c)`.
 */
export class RealFft {
  readonly size: number;
  #real: Float32Array;
  #imaginary: Float32Array;
  #twiddles: Twiddles[];
  #reversed: Uint16Array;
  #blocks: Uint16Array[];

  /** @param size a power of two from 8 to 65536 */
  constructor(size: number) {
    this.size = size;
    const half = size / 2;
    const bits = Math.log2(half);
    this.#real = new Float32Array(half);
    this.#imaginary = new Float32Array(half);
    this.#blocks = splitRadixBlocks(bits);
    this.#twiddles = Array.from({ length: bits + 1 }, (_, b) => twiddles(2 ** b));
    this.#reversed = Uint16Array.from({ length: half }, (_, i) => {
      let r = 0;
      for (let b = 0; b < bits; b++) if ((i >> b) & 1) r |= 1 << (bits - 1 - b);
      return r;
    });
  }

  /** Replace `size` samples by their spectrum: [re 0, re N/2, re 1, im 1, re 2, im 2, …]. */
  transform(data: Float32Array): void {
    const half = this.size / 2;
    const re = this.#real;
    const im = this.#imaginary;
    for (let i = 0; i < half; i++) {
      re[i] = data[2 * i];
      im[i] = data[2 * i + 1];
    }
    this.#complex();
    for (let i = 0; i < half; i++) {
      data[2 * i] = re[this.#reversed[i]];
      data[2 * i + 1] = im[this.#reversed[i]];
    }
    this.#separate(data);
  }

  /** The spectrum of even samples + i · odd samples to the spectrum of the real signal (Kaldi's SplitRadixRealFft). */
  #separate(data: Float32Array): void {
    const n = this.size;
    const { cos: stepRe, sin } = sinCosSingle((2 * Math.PI) / n);
    const stepIm = -sin;
    let wRe = 1;
    let wIm = 0;
    for (let k = 1; 4 * k <= n; k++) {
      // The root is multiplied up rather than looked up, rounding included.
      const nextRe = f32(wRe * stepRe - f32(wIm * stepIm));
      wIm = f32(wRe * stepIm + f32(wIm * stepRe));
      wRe = nextRe;
      const at = 2 * k;
      const mirror = n - 2 * k;
      const evenRe = 0.5 * f32(data[at] + data[mirror]);
      const evenIm = 0.5 * f32(data[at + 1] - data[mirror + 1]);
      const oddRe = 0.5 * f32(data[at + 1] + data[mirror + 1]);
      const oddIm = -0.5 * f32(data[at] - data[mirror]);
      // These products serve both halves, so compilers keep the real part's unfused.
      const turnedRe = f32(f32(oddRe * wRe) - f32(oddIm * wIm));
      const turnedIm = f32(oddIm * wRe + f32(oddRe * wIm));
      data[at] = evenRe + turnedRe;
      data[at + 1] = evenIm + turnedIm;
      if (mirror === at) continue;
      data[mirror] = evenRe - turnedRe;
      data[mirror + 1] = turnedIm - evenIm;
    }
    const zeroth = data[0] + data[1];
    data[1] = data[0] - data[1];
    data[0] = zeroth;
  }

  /** Split-radix FFT, results in bit-reversed order: the blocks of each size, largest first. */
  #complex(): void {
    const re = this.#real;
    const im = this.#imaginary;
    for (let bits = this.#blocks.length - 1; bits >= 2; bits--) {
      const half = 2 ** (bits - 1);
      const quarter = half / 2;
      const table = this.#twiddles[bits];
      const blocks = this.#blocks[bits];
      for (let b = 0; b < blocks.length; b++) {
        const at = blocks[b];
        for (let i = at, j = at + half; i < at + half; i++, j++) {
          const re1 = re[i];
          const re2 = re[j];
          const im1 = im[i];
          const im2 = im[j];
          re[i] = re1 + re2;
          re[j] = re1 - re2;
          im[i] = im1 + im2;
          im[j] = im1 - im2;
        }
        for (let i = at + half, j = i + quarter; j < at + 2 * half; i++, j++) {
          const re1 = re[i];
          const re2 = re[j];
          const im1 = im[i];
          const im2 = im[j];
          re[i] = re1 + im2;
          im[i] = im1 - re2;
          re[j] = re1 - im2;
          im[j] = im1 + re2;
        }
        if (quarter > 1) this.#rotate(at + half, quarter, table);
      }
    }
    const pairs = this.#blocks[1];
    for (let b = 0; b < pairs.length; b++) {
      const i = pairs[b];
      const re1 = re[i];
      const re2 = re[i + 1];
      const im1 = im[i];
      const im2 = im[i + 1];
      re[i] = re1 + re2;
      re[i + 1] = re1 - re2;
      im[i] = im1 + im2;
      im[i + 1] = im1 - im2;
    }
  }

  /** Multiply `quarter` points from `from` by w^k and the next `quarter` by w^3k, three multiplications each. */
  #rotate(from: number, quarter: number, table: Twiddles): void {
    const { cos, minusSum, difference, cos3, minusSum3, difference3 } = table;
    const re = this.#real;
    const im = this.#imaginary;
    const eighth = quarter / 2;
    for (let k = 1, t = 0; k < quarter; k++) {
      const i = from + k;
      const j = i + quarter;
      const re1 = re[i];
      const im1 = im[i];
      const re2 = re[j];
      const im2 = im[j];
      const sum = f32(re1 + im1);
      if (k === eighth) {
        re[i] = ROOT_HALF * sum;
        im[i] = ROOT_HALF * f32(im1 - re1);
        re[j] = ROOT_HALF * f32(im2 - re2);
        im[j] = -ROOT_HALF * f32(re2 + im2);
      } else {
        const sum3 = f32(re2 + im2);
        re[i] = cos[t] * sum + f32(difference[t] * im1);
        im[i] = cos[t] * sum + f32(minusSum[t] * re1);
        re[j] = cos3[t] * sum3 + f32(difference3[t] * im2);
        im[j] = cos3[t] * sum3 + f32(minusSum3[t] * re2);
        t++;
      }
    }
  }
}

/** Offsets of the blocks of 2^bits points, by bits: a block has one of half its size and two of a quarter. */
function splitRadixBlocks(bits: number): Uint16Array[] {
  const offsets: number[][] = Array.from({ length: bits + 1 }, () => []);
  offsets[bits].push(0);
  for (let b = bits; b >= 2; b--) {
    for (const at of offsets[b]) {
      offsets[b - 1].push(at);
      offsets[b - 2].push(at + 2 ** (b - 1), at + 2 ** (b - 1) + 2 ** (b - 2));
    }
  }
  return offsets.map((o) => Uint16Array.from(o));
}

function twiddles(size: number): Twiddles {
  const quarter = size / 4;
  const length = Math.max(0, quarter - 2);
  const make = (): Float32Array => new Float32Array(length);
  const out = {
    cos: make(),
    minusSum: make(),
    difference: make(),
    cos3: make(),
    minusSum3: make(),
    difference3: make(),
  };
  for (let k = 1, t = 0; k < quarter; k++) {
    if (k === quarter / 2) continue;
    const { cos: c, sin: s } = sinCosSingle((k * 2 * Math.PI) / size);
    out.cos[t] = c;
    out.minusSum[t] = -(s + c);
    out.difference[t] = s - c;
    const { cos: c3, sin: s3 } = sinCosSingle((3 * k * 2 * Math.PI) / size);
    out.cos3[t] = c3;
    out.minusSum3[t] = -(s3 + c3);
    out.difference3[t] = s3 - c3;
    t++;
  }
  return out;
}
