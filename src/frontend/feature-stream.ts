import { KaldiFeatures } from './kaldi-features.js';
import { NemoMel } from './nemo-mel.js';
import { Waveform } from './waveform.js';
import { WhisperMel } from './whisper-mel.js';

/**
 * Samples to feature frames, as they come. Offline use is the same object fed once. Kinds that are normalised over a whole
 * segment give nothing before inputFinished().
 */
export interface FeatureStream {
  /** Values of a frame. */
  readonly dim: number;
  /** Samples from one frame to the next. */
  readonly frameShift: number;
  /** @param samples mono, in [-1, 1], at the spec's rate. @throws STREAM_CLOSED after inputFinished() */
  acceptWaveform(samples: Float32Array): void;
  /** No more samples of this segment: its last frames become ready. */
  inputFinished(): void;
  /** Whole frames since the last call, [frames × dim]. */
  read(): Float32Array;
  /** A new segment begins with the next sample. What adapts over a stream (running mean, position) goes on. */
  reset(): void;
}

/** Running mean subtraction of Kaldi's online recipe. */
export interface CmvnSpec {
  /** Mean of the training data, for what the window lacks at first; one number per dimension. */
  globalMean: readonly number[];
  /** Frames that the mean is taken over. */
  window: number;
  /** Frames that the training data's mean counts for at the start. */
  globalFrames: number;
}

interface Rate {
  /** Hz. */
  sampleRate: number;
}

interface KaldiSpec extends Rate {
  melBins: number;
  /** Hz. */
  lowFrequency: number;
  /** Hz; 0 or less counts from the Nyquist frequency. */
  highFrequency: number;
  snipEdges: boolean;
  frameLengthMs?: number | undefined;
  frameShiftMs?: number | undefined;
  /** Add noise of half a 16-bit step, a function of a sample's position. */
  dither: boolean;
  /** Full scale of the samples: 32768 as Kaldi has them (the default), 1 for lhotse's features (icefall), whose floor lies higher. */
  scale?: number | undefined;
  cmvn?: CmvnSpec | undefined;
}

/** What features a network wants, as its card says it. */
export type FeatureSpec =
  | (KaldiSpec & { kind: 'kaldi-fbank' })
  | (KaldiSpec & { kind: 'kaldi-mfcc'; ceps: number })
  | (Rate & { kind: 'whisper-mel'; melBins: number; padTo: number })
  | (Rate & { kind: 'nemo-mel'; melBins: number; normalize: 'per-feature' | 'none' })
  | (Rate & { kind: 'waveform'; normalize: boolean; epsilon: number });

/** @param position of the first sample in the recording. @throws OPTION_INVALID */
export function openFeatures(spec: FeatureSpec, position = 0): FeatureStream {
  switch (spec.kind) {
    case 'kaldi-fbank':
    case 'kaldi-mfcc':
      return new KaldiFeatures(spec, position);
    case 'whisper-mel':
      return new WhisperMel(spec);
    case 'nemo-mel':
      return new NemoMel(spec);
    case 'waveform':
      return new Waveform(spec);
  }
}
