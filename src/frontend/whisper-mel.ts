import { CentredMel, HOP } from './centred-mel.js';
import type { FeatureStream } from './feature-stream.js';
import { FrameBuffer } from './frame-buffer.js';

const WINDOW = 400;
const FLOOR = 1e-10;
/** Below the loudest value of a segment, in units of log10. */
const RANGE = 8;

export interface WhisperMelOptions {
  /** 80, or 128 as large-v3 has. */
  melBins: number;
  /** Samples that shorter segments are filled up to with silence: 480,000 for Whisper's own encoder, none by default. */
  padTo: number;
}

/**
 * Whisper's log-mel features (openai/whisper audio.py) of a segment at 16 kHz: Hann window of 400, hop 160, the signal
 * reflected at its ends, Slaney mel of 0 to 8000 Hz, log10 not below −10, then not below the segment's maximum − 8, and
 * (x + 4)/4. ⌊samples/160⌋ frames. The maximum is the segment's, so frames come after inputFinished(): until then the
 * stream holds 4·melBins bytes a frame, and who feeds it bounds the segment.
 */
export class WhisperMel implements FeatureStream {
  readonly dim: number;
  readonly frameShift = HOP;
  #padTo: number;
  #mel: CentredMel;
  #frames: FrameBuffer;
  #most = Number.NEGATIVE_INFINITY;
  #finished = false;

  /** @throws OPTION_INVALID */
  constructor({ melBins = 80, padTo = 0 }: { [K in keyof WhisperMelOptions]?: WhisperMelOptions[K] | undefined } = {}) {
    const window = Float64Array.from({ length: WINDOW }, (_, i) =>
      Math.fround(0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW)),
    );
    this.dim = melBins;
    this.#padTo = padTo;
    this.#mel = new CentredMel({ fftSize: WINDOW, window, melBins, edges: 'reflect' });
    this.#frames = new FrameBuffer(melBins);
  }

  acceptWaveform(samples: Float32Array): void {
    this.#mel.accept(samples);
    this.#compute();
  }

  inputFinished(): void {
    if (this.#finished) return;
    const silence = this.#padTo - this.#mel.received;
    if (silence > 0) this.#mel.accept(new Float32Array(silence));
    this.#mel.finish();
    this.#compute();
    this.#finished = true;
  }

  read(): Float32Array {
    if (!this.#finished) return new Float32Array(0);
    const out = this.#frames.take();
    const floor = this.#most - RANGE;
    for (let i = 0; i < out.length; i++) out[i] = (Math.max(out[i], floor) + 4) / 4;
    return out;
  }

  reset(): void {
    this.#mel.reset();
    this.#frames.take();
    this.#most = Number.NEGATIVE_INFINITY;
    this.#finished = false;
  }

  #compute(): void {
    this.#mel.compute((mel) => {
      for (let b = 0; b < mel.length; b++) {
        mel[b] = Math.log10(Math.max(mel[b], FLOOR));
        this.#most = Math.max(this.#most, mel[b]);
      }
      this.#frames.push(mel);
    });
  }
}
