import { HearkenError } from '../errors.js';
import { CentredMel, HOP } from './centred-mel.js';
import type { FeatureStream } from './feature-stream.js';
import { FrameBuffer } from './frame-buffer.js';
import { windowFunction } from './window.js';

const WINDOW = 400;
const FFT_SIZE = 512;
const PREEMPHASIS = 0.97;
/** Added under the logarithm. */
const GUARD = 2 ** -24;
/** Added to the standard deviation. */
const EPSILON = 1e-5;

export interface NemoMelOptions {
  /** 80; 64 and 128 for some models. */
  melBins: number;
  /** `per-feature`: mean 0 and variance 1 of each mel bin over the segment. `none`: as cache-aware streaming models take them. */
  normalize: 'per-feature' | 'none';
}

/**
 * NeMo's log-mel features (nemo/collections/asr/parts/preprocessing/features.py) of a segment at 16 kHz, without dither:
 * pre-emphasis over the whole signal, its first sample kept; symmetric Hann window of 400 in the middle of 512 points, hop
 * 160, zeros before and after; power, Slaney mel of 0 to 8000 Hz, ln(x + 2⁻²⁴); ⌊samples/160⌋ frames. With `per-feature`,
 * (x − mean) / (standard deviation + 1e-5), its variance divided by frames − 1: then frames come after inputFinished(), and
 * the stream holds 4·melBins bytes a frame until then. A single frame has no variance and becomes zeros.
 */
export class NemoMel implements FeatureStream {
  readonly dim: number;
  readonly frameShift = HOP;
  #normalize: boolean;
  #mel: CentredMel;
  #frames: FrameBuffer;
  #last = 0;
  #finished = false;

  /** @throws OPTION_INVALID */
  constructor({
    melBins = 80,
    normalize = 'per-feature',
  }: { [K in keyof NemoMelOptions]?: NemoMelOptions[K] | undefined } = {}) {
    this.dim = melBins;
    this.#normalize = normalize === 'per-feature';
    this.#mel = new CentredMel({
      fftSize: FFT_SIZE,
      window: windowFunction('hanning', WINDOW),
      melBins,
      edges: 'zero',
    });
    this.#frames = new FrameBuffer(melBins);
  }

  acceptWaveform(samples: Float32Array): void {
    if (this.#finished) throw new HearkenError('STREAM_CLOSED', 'samples after the end of the stream');
    const emphasized = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      emphasized[i] = samples[i] - PREEMPHASIS * this.#last;
      this.#last = samples[i];
    }
    this.#mel.accept(emphasized);
    this.#compute();
  }

  inputFinished(): void {
    if (this.#finished) return;
    this.#mel.finish();
    this.#compute();
    this.#finished = true;
  }

  read(): Float32Array {
    if (!this.#normalize) return this.#frames.take();
    if (!this.#finished) return new Float32Array(0);
    const out = this.#frames.take();
    normalizePerFeature(out, this.dim);
    return out;
  }

  reset(): void {
    this.#mel.reset();
    this.#frames.take();
    this.#last = 0;
    this.#finished = false;
  }

  #compute(): void {
    this.#mel.compute((mel) => {
      for (let b = 0; b < mel.length; b++) mel[b] = Math.log(mel[b] + GUARD);
      this.#frames.push(mel);
    });
  }
}

/** Mean 0 and variance 1 of each column of [frames × dim], in place. */
function normalizePerFeature(data: Float32Array, dim: number): void {
  const frames = data.length / dim;
  for (let d = 0; d < dim; d++) {
    let mean = 0;
    for (let i = d; i < data.length; i += dim) mean += data[i];
    mean /= frames;
    let squares = 0;
    for (let i = d; i < data.length; i += dim) squares += (data[i] - mean) ** 2;
    const deviation = frames > 1 ? Math.sqrt(squares / (frames - 1)) : 0;
    for (let i = d; i < data.length; i += dim) data[i] = (data[i] - mean) / (deviation + EPSILON);
  }
}
