import { logSingle } from './single-precision.js';

const f32 = Math.fround;

/** In double: the product is exact, so that it is rounded only where it is stored. */
const mels = (hz: number): number => 1127 * logSingle(f32(1 + f32(hz / 700)));

/**
 * Triangles over FFT bins, linear in mel (Kaldi mel-computations.cc); the Nyquist bin is never used. The edges are
 * rounded to float32 as Kaldi's are, multiply-adds fused: near an edge the weight of a loud bin is all rounding.
 */
export class MelBank {
  readonly bins: number;
  /** First FFT bin of each triangle, and where its weights start in `weights`. */
  readonly first: Int32Array;
  readonly offset: Int32Array;
  readonly weights: Float64Array;

  constructor(bins: number, fftSize: number, sampleRate: number, low: number, high: number) {
    const nyquist = sampleRate / 2;
    const melLow = f32(mels(low));
    const delta = f32(f32(mels(high > 0 ? high : nyquist + high) - melLow) / (bins + 1));
    const weights: number[] = [];
    this.bins = bins;
    this.first = new Int32Array(bins);
    this.offset = new Int32Array(bins + 1);
    for (let b = 0; b < bins; b++) {
      const left = f32(melLow + b * delta);
      const centre = f32(melLow + (b + 1) * delta);
      const right = f32(melLow + (b + 2) * delta);
      this.first[b] = -1;
      for (let k = 0; k < fftSize / 2; k++) {
        const mel = f32(mels(f32(k * f32(sampleRate / fftSize))));
        if (!(mel > left && mel < right)) continue;
        if (this.first[b] < 0) this.first[b] = k;
        weights.push(
          mel <= centre ? f32(f32(mel - left) / f32(centre - left)) : f32(f32(right - mel) / f32(right - centre)),
        );
      }
      this.offset[b + 1] = weights.length;
    }
    this.weights = Float64Array.from(weights);
  }

  /** Energies of the triangles for a spectrum of fftSize/2 bins. */
  apply(spectrum: Float64Array, out: Float64Array): void {
    const { bins, first, offset, weights } = this;
    for (let b = 0; b < bins; b++) {
      const end = offset[b + 1];
      let sum = 0;
      for (let w = offset[b], k = first[b]; w < end; w++, k++) sum += weights[w] * spectrum[k];
      out[b] = sum;
    }
  }
}
