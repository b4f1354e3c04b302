import { HearkenError } from '../errors.js';

/** Zero crossings of the sinc on each side: more is steeper and slower. 32 keeps 90 % of the band flat. */
const ZERO_CROSSINGS = 32;
/** Kaiser beta for about 90 dB of stop-band attenuation (Kaiser 1974). */
const KAISER_BETA = 9;
/** Cut-off as a share of the lower Nyquist frequency, leaving room for the transition band. */
const ROLL_OFF = 0.945;
/** Memory bound of the filter table, in taps. */
const MAX_TABLE = 1 << 24;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Modified Bessel function of order zero, by its power series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * Streaming windowed-sinc polyphase resampler between any two integer rates (Smith, "Digital Audio Resampling").
 * Output sample n stands at input time n·from/to exactly; its value depends on the input alone, never on how the input is cut.
 */
export class Resampler {
  readonly from: number;
  readonly to: number;
  #up: number;
  #down: number;
  #half: number;
  #taps: number;
  #table: Float32Array;
  /** Input kept for filters that reach back; its first sample is input sample `#origin`. */
  #buffer: Float32Array;
  #origin: number;
  #filled: number;
  #produced = 0;
  #received = 0;

  constructor(from: number, to: number) {
    if (!(Number.isInteger(from) && Number.isInteger(to) && from > 0 && to > 0)) {
      throw new HearkenError(
        'OPTION_INVALID',
        `cannot resample from ${from} Hz to ${to} Hz: whole positive rates are needed`,
      );
    }
    this.from = from;
    this.to = to;
    const divisor = gcd(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    const stretch = Math.max(1, from / to);
    this.#half = Math.ceil(ZERO_CROSSINGS * stretch);
    this.#taps = 2 * this.#half;
    if (this.#up * this.#taps > MAX_TABLE) {
      throw new HearkenError('AUDIO_UNSUPPORTED', `a sample rate of ${from} Hz has too little in common with ${to} Hz`);
    }
    this.#table = from === to ? new Float32Array(0) : this.#design(stretch);
    this.#buffer = new Float32Array(Math.max(4 * this.#taps, 8192));
    this.#origin = -this.#half;
    this.#filled = this.#half; // silence before the first sample
  }

  /** One filter a phase: taps at input offsets 1−half … half around floor(n·down/up). */
  #design(stretch: number): Float32Array {
    const cutoff = ROLL_OFF / stretch;
    const table = new Float32Array(this.#up * this.#taps);
    const norm = bessel0(KAISER_BETA);
    for (let phase = 0; phase < this.#up; phase++) {
      const row = new Float64Array(this.#taps);
      let sum = 0;
      for (let k = 0; k < this.#taps; k++) {
        const t = k + 1 - this.#half - phase / this.#up;
        const x = Math.PI * cutoff * t;
        const window = bessel0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - (t / this.#half) ** 2))) / norm;
        row[k] = (x === 0 ? 1 : Math.sin(x) / x) * window;
        sum += row[k];
      }
      // Unit gain at 0 Hz in every phase.
      for (let k = 0; k < this.#taps; k++) table[phase * this.#taps + k] = row[k] / sum;
    }
    return table;
  }

  /** Samples that have become computable by this input. */
  process(input: Float32Array): Float32Array {
    if (this.from === this.to) return input;
    this.#received += input.length;
    this.#append(input);
    return this.#drain(this.#origin + this.#filled);
  }

  /** The rest of the output, with silence after the last sample; total length is ceil(input·to/from). */
  flush(): Float32Array {
    if (this.from === this.to) return new Float32Array(0);
    this.#append(new Float32Array(this.#half + 1));
    const total = Math.ceil((this.#received * this.#up) / this.#down);
    return this.#drain(this.#origin + this.#filled, total);
  }

  #append(input: Float32Array): void {
    if (this.#filled + input.length > this.#buffer.length) {
      // Drop what no later output needs, then grow if the chunk itself is large.
      const needed = Math.floor((this.#produced * this.#down) / this.#up) + 1 - this.#half;
      const drop = Math.min(this.#filled, Math.max(0, needed - this.#origin));
      this.#buffer.copyWithin(0, drop, this.#filled);
      this.#filled -= drop;
      this.#origin += drop;
      if (this.#filled + input.length > this.#buffer.length) {
        const grown = new Float32Array(2 * (this.#filled + input.length));
        grown.set(this.#buffer.subarray(0, this.#filled));
        this.#buffer = grown;
      }
    }
    this.#buffer.set(input, this.#filled);
    this.#filled += input.length;
  }

  /** Every output whose last tap lies before input sample `end`, at most up to output `limit`. */
  #drain(end: number, limit = Number.POSITIVE_INFINITY): Float32Array {
    // Last tap of output n is floor(n·down/up)+half; the largest n with that < end:
    const ready = Math.min(limit, Math.max(0, Math.floor(((end - this.#half) * this.#up - 1) / this.#down) + 1));
    const out = new Float32Array(Math.max(0, ready - this.#produced));
    const taps = this.#taps;
    for (let i = 0; i < out.length; i++) {
      const position = (this.#produced + i) * this.#down;
      const base = Math.floor(position / this.#up) + 1 - this.#half - this.#origin;
      const row = (position % this.#up) * taps;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += this.#table[row + k] * this.#buffer[base + k];
      out[i] = sum;
    }
    this.#produced += out.length;
    return out;
  }
}
