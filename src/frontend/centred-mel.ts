import { HearkenError } from '../errors.js';
import { MixedFft } from './mixed-fft.js';
import { SlaneyMelBank } from './slaney-mel.js';

export interface CentredMelOptions {
  /** Points of the transform; the window stands in its middle. */
  fftSize: number;
  /** At most `fftSize` weights. */
  window: Float64Array;
  melBins: number;
  /** What stands before and after the signal: itself reflected about its end samples, or zeros. */
  edges: 'reflect' | 'zero';
}

/** Rate that all these frontends are made for, in Hz. */
export const SAMPLE_RATE = 16000;
/** Samples from one frame to the next. */
export const HOP = 160;

/**
 * Mel energies of frames centred on every 160th sample, as `torch.stft(center=True)` places them, without the last frame,
 * which both Whisper and NeMo leave out: ⌊samples/160⌋ frames. Frames are computed as soon as their samples are there, so
 * that memory does not grow with the signal.
 */
export class CentredMel {
  #options: CentredMelOptions;
  #fft: MixedFft;
  #bank: SlaneyMelBank;
  #window: Float64Array;
  #frame: Float64Array;
  #power: Float64Array;
  #mel: Float64Array;
  /** Samples from `#origin` of the segment on. */
  #samples = new Float64Array(8192);
  #origin = 0;
  #filled = 0;
  #next = 0;
  #finished = false;

  constructor(options: CentredMelOptions) {
    const { fftSize, window, melBins } = options;
    if (![64, 80, 128].includes(melBins))
      throw new HearkenError('OPTION_INVALID', `melBins ${melBins} is not 64, 80 or 128`);
    this.#options = options;
    this.#fft = new MixedFft(fftSize);
    this.#bank = new SlaneyMelBank(melBins, fftSize, SAMPLE_RATE, 0, SAMPLE_RATE / 2);
    this.#window = new Float64Array(fftSize);
    this.#window.set(window, (fftSize - window.length) / 2);
    this.#frame = new Float64Array(fftSize);
    this.#power = new Float64Array(fftSize / 2 + 1);
    this.#mel = new Float64Array(melBins);
  }

  /** Samples accepted since the segment began. */
  get received(): number {
    return this.#origin + this.#filled;
  }

  /** @throws STREAM_CLOSED after finish() */
  accept(samples: ArrayLike<number>): void {
    if (this.#finished) throw new HearkenError('STREAM_CLOSED', 'samples after the end of the stream');
    if (this.#filled + samples.length > this.#samples.length) {
      const grown = new Float64Array(2 * (this.#filled + samples.length));
      grown.set(this.#samples.subarray(0, this.#filled));
      this.#samples = grown;
    }
    this.#samples.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  finish(): void {
    this.#finished = true;
  }

  reset(): void {
    this.#origin = this.#filled = this.#next = 0;
    this.#finished = false;
  }

  /** The frames that became ready, each passed to `emit`, valid until the next. */
  compute(emit: (mel: Float64Array) => void): void {
    const half = this.#options.fftSize / 2;
    const total = this.received;
    const ready = this.#finished ? Math.floor(total / HOP) : Math.ceil((total - half) / HOP);
    for (; this.#next < ready; this.#next++) {
      this.#cut(this.#next * HOP - half, total);
      this.#fft.power(this.#frame, this.#power);
      this.#bank.apply(this.#power, this.#mel);
      emit(this.#mel);
    }
    // The reflection at the end needs the last half window, which the next frame keeps.
    const drop = Math.min(this.#next * HOP - half - this.#origin, this.#filled);
    if (drop < 4096) return;
    this.#samples.copyWithin(0, drop, this.#filled);
    this.#origin += drop;
    this.#filled -= drop;
  }

  /** The windowed samples from `start` on. */
  #cut(start: number, total: number): void {
    const { edges, fftSize } = this.#options;
    for (let i = 0; i < fftSize; i++) {
      const at = start + i;
      const inside = at >= 0 && at < total;
      const value =
        inside || edges === 'reflect' ? this.#samples[(inside ? at : reflect(at, total)) - this.#origin] : 0;
      this.#frame[i] = value * this.#window[i];
    }
  }
}

/** A position outside 0 … total−1 reflected into it, the end samples not repeated. */
function reflect(position: number, total: number): number {
  let p = position;
  while (p < 0 || p >= total) p = p < 0 ? -p : 2 * (total - 1) - p;
  return p;
}
