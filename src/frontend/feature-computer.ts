import { MelBank } from './mel.js';
import type { FeatureOptions } from './options.js';
import { RealFft } from './real-fft.js';
import { logSingle } from './single-precision.js';
import { windowFunction } from './window.js';

/** FLT_EPSILON: Kaldi's floor under every logarithm. */
const EPSILON = 1.1920928955078125e-7;
const f32 = Math.fround;

/** One frame of samples (scaled to ±32768) to one feature vector, rounded to float32 where Kaldi rounds before the FFT. */
export class FeatureComputer {
  readonly options: FeatureOptions;
  /** Samples a frame and a shift; Kaldi truncates to whole samples. */
  readonly length: number;
  readonly shift: number;
  /** Numbers a feature vector has. */
  readonly dim: number;
  #window: Float64Array;
  #fft: RealFft;
  #frame: Float32Array;
  #power: Float64Array;
  #mel: Float64Array;
  #bank: MelBank;
  #dct: Float64Array | undefined;
  #lifter: Float64Array | undefined;

  constructor(options: FeatureOptions) {
    this.options = options;
    this.length = Math.trunc(options.sampleRate * 0.001 * options.frameLengthMs);
    this.shift = Math.trunc(options.sampleRate * 0.001 * options.frameShiftMs);
    const fftSize = 2 ** Math.ceil(Math.log2(this.length));
    this.#window = windowFunction(options.window, this.length);
    this.#fft = new RealFft(fftSize);
    this.#frame = new Float32Array(fftSize);
    this.#power = new Float64Array(fftSize / 2);
    this.#mel = new Float64Array(options.melBins);
    this.#bank = new MelBank(options.melBins, fftSize, options.sampleRate, options.lowFrequency, options.highFrequency);
    const { ceps, melBins, cepstralLifter } = options;
    if (ceps !== undefined) {
      this.#dct = Float64Array.from({ length: ceps * melBins }, (_, i) => {
        const k = Math.floor(i / melBins);
        const n = i % melBins;
        return f32(f32(Math.sqrt((k === 0 ? 1 : 2) / melBins)) * Math.cos((Math.PI / melBins) * (n + 0.5) * k));
      });
      this.#lifter = Float64Array.from({ length: ceps }, (_, i) =>
        f32(cepstralLifter === 0 ? 1 : 1 + 0.5 * cepstralLifter * Math.sin((Math.PI * i) / cepstralLifter)),
      );
    }
    this.dim = ceps ?? melBins + (options.useEnergy ? 1 : 0);
  }

  /** @param samples one frame of `length` samples, from `offset`; not changed. @param out `dim` numbers from `at`. */
  compute(samples: Float64Array, offset: number, out: Float32Array, at: number): void {
    const { preemphasis, removeDcOffset, dither, rawEnergy, useEnergy } = this.options;
    const n = this.length;
    const x = this.#frame;
    for (let i = 0; i < n; i++) x[i] = samples[offset + i];
    x.fill(0, n);
    if (dither !== 0) for (let i = 0; i < n; i++) x[i] += dither * gaussian();
    if (removeDcOffset) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += x[i];
      mean = f32(mean / n);
      for (let i = 0; i < n; i++) x[i] -= mean;
    }
    let energy = useEnergy && rawEnergy ? this.#logEnergy() : 0;
    if (preemphasis !== 0) {
      const c = f32(preemphasis);
      for (let i = n - 1; i > 0; i--) x[i] -= c * x[i - 1];
      x[0] -= c * x[0];
    }
    const window = this.#window;
    for (let i = 0; i < n; i++) x[i] *= window[i];
    if (useEnergy && !rawEnergy) energy = this.#logEnergy();
    this.#melEnergies();
    if (this.#dct) this.#cepstra(energy, out, at);
    else this.#filterbank(energy, out, at);
  }

  #logEnergy(): number {
    const x = this.#frame;
    let sum = 0;
    for (let i = 0; i < this.length; i++) sum += x[i] * x[i];
    const energy = Math.log(Math.max(sum, EPSILON));
    const floor = this.options.energyFloor;
    return floor > 0 ? Math.max(energy, Math.log(floor)) : energy;
  }

  #melEnergies(): void {
    const s = this.#frame;
    const p = this.#power;
    this.#fft.transform(s);
    p[0] = s[0] * s[0];
    for (let k = 1; k < p.length; k++) p[k] = s[2 * k] * s[2 * k] + s[2 * k + 1] * s[2 * k + 1];
    if (!this.options.usePower) for (let k = 0; k < p.length; k++) p[k] = Math.sqrt(p[k]);
    this.#bank.apply(p, this.#mel);
    const m = this.#mel;
    if (this.options.useLog || this.#dct)
      for (let b = 0; b < m.length; b++) m[b] = logSingle(Math.max(f32(m[b]), EPSILON));
  }

  #filterbank(energy: number, out: Float32Array, at: number): void {
    const { useEnergy, htkCompat } = this.options;
    const first = useEnergy && !htkCompat ? 1 : 0;
    for (let b = 0; b < this.#mel.length; b++) out[at + first + b] = this.#mel[b];
    if (useEnergy) out[at + (htkCompat ? this.#mel.length : 0)] = energy;
  }

  #cepstra(energy: number, out: Float32Array, at: number): void {
    const { useEnergy, htkCompat } = this.options;
    const bins = this.#mel.length;
    const dct = this.#dct as Float64Array;
    const lifter = this.#lifter as Float64Array;
    for (let k = 0; k < this.dim; k++) {
      let sum = 0;
      for (let n = 0; n < bins; n++) sum += dct[k * bins + n] * this.#mel[n];
      let value = sum * lifter[k];
      if (k === 0 && useEnergy) value = energy;
      else if (k === 0 && htkCompat) value *= Math.SQRT2;
      // HTK's order has C0 (or energy) last.
      out[at + (htkCompat ? (k + this.dim - 1) % this.dim : k)] = value;
    }
  }
}

/** A standard normal number (Box and Muller). */
function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
