import { HearkenError } from '../errors.js';
import { KaldiFeatures } from './kaldi-features.js';
import { NemoMel, type NemoMelOptions } from './nemo-mel.js';
import { Waveform, type WaveformOptions } from './waveform.js';
import { WhisperMel, type WhisperMelOptions } from './whisper-mel.js';

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
  cmvn?: CmvnSpec | undefined;
}

/** What features a network wants, as its card says it. */
export type FeatureSpec =
  | (KaldiSpec & { kind: 'kaldi-fbank' })
  | (KaldiSpec & { kind: 'kaldi-mfcc'; ceps: number })
  | (Rate & { kind: 'nemo-mel' } & Optional<NemoMelOptions>)
  | (Rate & { kind: 'whisper-mel' } & Optional<WhisperMelOptions>)
  | (Rate & { kind: 'waveform' } & Optional<WaveformOptions>);

type Optional<T> = { [K in keyof T]?: T[K] | undefined };

/** Rate of the frontends that are defined for one rate only, in Hz. */
const MEL_RATE = 16000;

/** @param position of the first sample in the recording. @throws OPTION_INVALID */
export function openFeatures(spec: FeatureSpec, position = 0): FeatureStream {
  switch (spec.kind) {
    case 'kaldi-fbank':
    case 'kaldi-mfcc':
      return new KaldiFeatures(spec, position);
    case 'waveform':
      return new Waveform(spec);
    case 'nemo-mel':
    case 'whisper-mel':
      if (spec.sampleRate !== MEL_RATE)
        throw new HearkenError('OPTION_INVALID', `features of kind "${spec.kind}" are of ${MEL_RATE} Hz only`);
      return spec.kind === 'nemo-mel' ? new NemoMel(spec) : new WhisperMel(spec);
  }
}
