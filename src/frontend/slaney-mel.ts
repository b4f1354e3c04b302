/** Hz of a step of the linear part of Slaney's scale, and where its logarithmic part begins. */
const HZ_PER_MEL = 200 / 3;
const BREAK_HZ = 1000;
const BREAK_MEL = BREAK_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

const melOf = (hz: number): number =>
  hz < BREAK_HZ ? hz / HZ_PER_MEL : BREAK_MEL + Math.log(hz / BREAK_HZ) / LOG_STEP;
const hzOf = (mel: number): number =>
  mel < BREAK_MEL ? mel * HZ_PER_MEL : BREAK_HZ * Math.exp(LOG_STEP * (mel - BREAK_MEL));

/**
 * Triangles of equal area over FFT bins, spaced by the scale of Slaney's Auditory Toolbox (1998) and linear in Hz: what
 * librosa calls `filters.mel` with its defaults, and Whisper and NeMo use. Weights are rounded to float32 as theirs are.
 */
export class SlaneyMelBank {
  readonly bins: number;
  /** First FFT bin of each triangle, and where its weights start. */
  #first: Int32Array;
  #offset: Int32Array;
  #weights: Float64Array;

  /** @param low @param high Hz */
  constructor(bins: number, fftSize: number, sampleRate: number, low: number, high: number) {
    const lowest = melOf(low);
    const step = (melOf(high) - lowest) / (bins + 1);
    const weights: number[] = [];
    this.bins = bins;
    this.#first = new Int32Array(bins);
    this.#offset = new Int32Array(bins + 1);
    for (let b = 0; b < bins; b++) {
      const left = hzOf(lowest + b * step);
      const centre = hzOf(lowest + (b + 1) * step);
      const right = hzOf(lowest + (b + 2) * step);
      const height = 2 / (right - left);
      let first = -1;
      for (let k = 0; k <= fftSize / 2; k++) {
        const hz = (k * sampleRate) / fftSize;
        if (hz <= left || hz >= right) continue;
        if (first < 0) first = k;
        weights.push(Math.fround(height * Math.min((hz - left) / (centre - left), (right - hz) / (right - centre))));
      }
      this.#first[b] = Math.max(0, first);
      this.#offset[b + 1] = weights.length;
    }
    this.#weights = Float64Array.from(weights);
  }

  /** Energies of the triangles for a power spectrum of fftSize/2 + 1 bins. */
  apply(spectrum: Float64Array, out: Float64Array): void {
    for (let b = 0; b < this.bins; b++) {
      const end = this.#offset[b + 1];
      let sum = 0;
      for (let w = this.#offset[b], k = this.#first[b]; w < end; w++, k++) sum += this.#weights[w] * spectrum[k];
      out[b] = sum;
    }
  }
}
