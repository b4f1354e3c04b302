import { sinCosSingle } from './single-precision.js';

const f32 = Math.fround;

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
  #twiddles: (Twiddles | undefined)[] = [];
  #reversed: Uint16Array;

  /** @param size a power of two from 8 to 65536 */
  constructor(size: number) {
    this.size = size;
    const half = size / 2;
    const bits = Math.log2(half);
    this.#real = new Float32Array(half);
    this.#imaginary = new Float32Array(half);
    for (let b = 4; b <= bits; b++) this.#twiddles[b] = twiddles(2 ** b);
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
    this.#complex(0, Math.log2(half));
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

  /** Split-radix step over 2^bits points from `at`, results in bit-reversed order. */
  #complex(at: number, bits: number): void {
    if (bits === 0) return;
    if (bits === 1) {
      butterfly(this.#real, at, at + 1);
      butterfly(this.#imaginary, at, at + 1);
      return;
    }
    const half = 2 ** (bits - 1);
    const quarter = half / 2;
    const re = this.#real;
    const im = this.#imaginary;
    for (let i = at; i < at + half; i++) {
      butterfly(re, i, i + half);
      butterfly(im, i, i + half);
    }
    for (let i = at + half, j = i + quarter; j < at + 2 * half; i++, j++) {
      const a = re[i] + im[j];
      const b = im[i] + re[j];
      im[i] -= re[j];
      re[j] = re[i] - im[j];
      re[i] = a;
      im[j] = b;
    }
    if (bits === 2) {
      butterfly(re, at, at + 1);
      butterfly(im, at, at + 1);
      return;
    }
    this.#rotate(at + half, quarter, this.#twiddles[bits]);
    this.#complex(at, bits - 1);
    this.#complex(at + half, bits - 2);
    this.#complex(at + half + quarter, bits - 2);
  }

  /** Multiply `quarter` points from `from` by w^k and the next `quarter` by w^3k, three multiplications each. */
  #rotate(from: number, quarter: number, table: Twiddles | undefined): void {
    const re = this.#real;
    const im = this.#imaginary;
    const eighth = quarter / 2;
    for (let k = 1, t = 0; k < quarter; k++) {
      const i = from + k;
      const j = i + quarter;
      if (k === eighth) {
        const root = f32(Math.SQRT1_2);
        const a = root * f32(re[i] + im[i]);
        im[i] = root * f32(im[i] - re[i]);
        re[i] = a;
        const b = root * f32(im[j] - re[j]);
        im[j] = -root * f32(re[j] + im[j]);
        re[j] = b;
      } else if (table) {
        const sum = f32(re[i] + im[i]);
        const a = table.cos[t] * sum + f32(table.minusSum[t] * re[i]);
        re[i] = table.cos[t] * sum + f32(table.difference[t] * im[i]);
        im[i] = a;
        const sum3 = f32(re[j] + im[j]);
        const b = table.cos3[t] * sum3 + f32(table.minusSum3[t] * re[j]);
        re[j] = table.cos3[t] * sum3 + f32(table.difference3[t] * im[j]);
        im[j] = b;
        t++;
      }
    }
  }
}

function butterfly(x: Float32Array, i: number, j: number): void {
  const sum = x[i] + x[j];
  x[j] = x[i] - x[j];
  x[i] = sum;
}

function twiddles(size: number): Twiddles {
  const quarter = size / 4;
  const length = quarter - 2;
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
