import { OnlineCmvn } from './cmvn.js';
import { dithered } from './dither.js';
import type { FeatureSpec, FeatureStream } from './feature-stream.js';
import { OnlineFeature } from './online-feature.js';
import { type FeatureOptions, fbankOptions, mfccOptions } from './options.js';

type Spec = Extract<FeatureSpec, { kind: 'kaldi-fbank' | 'kaldi-mfcc' }>;

/** Full scale of Kaldi's samples. */
const KALDI_SCALE = 32768;

function optionsOf(spec: Spec): FeatureOptions {
  const { sampleRate, melBins, lowFrequency, highFrequency, snipEdges, frameLengthMs, frameShiftMs } = spec;
  const common = {
    ...{ sampleRate, melBins, lowFrequency, highFrequency, snipEdges },
    ...(frameLengthMs !== undefined && { frameLengthMs }),
    ...(frameShiftMs !== undefined && { frameShiftMs }),
  };
  return spec.kind === 'kaldi-mfcc'
    ? mfccOptions({ ...common, useEnergy: false, ceps: spec.ceps })
    : fbankOptions(common);
}

/** Kaldi's log-mel or MFCC features, dithered by position and less their running mean where the spec asks for it. */
export class KaldiFeatures implements FeatureStream {
  readonly dim: number;
  readonly frameShift: number;
  #options: FeatureOptions;
  #dither: boolean;
  /** Against Kaldi's. */
  #scale: number;
  #features: OnlineFeature;
  #cmvn: OnlineCmvn | undefined;
  /** Of the next sample in the recording. */
  #position: number;
  #next = 0;

  /** @throws OPTION_INVALID */
  constructor(spec: Spec, position = 0) {
    this.#options = optionsOf(spec);
    this.#dither = spec.dither;
    this.#scale = (spec.scale ?? KALDI_SCALE) / KALDI_SCALE;
    this.#features = new OnlineFeature(this.#options);
    this.#position = position;
    if (spec.cmvn) this.#cmvn = new OnlineCmvn(spec.cmvn.globalMean, spec.cmvn.window, spec.cmvn.globalFrames);
    this.dim = this.#features.dim;
    this.frameShift = Math.round((this.#options.sampleRate * this.#options.frameShiftMs) / 1000);
  }

  acceptWaveform(samples: Float32Array): void {
    const scaled = this.#scale === 1 ? samples : samples.map((x) => this.#scale * x);
    this.#features.acceptWaveform(this.#dither ? dithered(scaled, this.#position) : scaled);
    this.#position += samples.length;
  }

  inputFinished(): void {
    this.#features.inputFinished();
  }

  read(): Float32Array {
    const count = this.#features.framesReady - this.#next;
    const out = new Float32Array(count * this.dim);
    for (let i = 0; i < count; i++) {
      const frame = this.#features.frame(this.#next + i);
      if (this.#cmvn) this.#cmvn.apply(frame, out, i * this.dim);
      else out.set(frame, i * this.dim);
    }
    this.#next += count;
    this.#features.dropBefore(this.#next);
    return out;
  }

  reset(): void {
    this.#features = new OnlineFeature(this.#options);
    this.#next = 0;
  }
}
