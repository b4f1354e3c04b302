/** Kaldi-compatible features: framing, filterbank, MFCC, deltas, mean and variance normalisation. */
export { OnlineCmvn, type SlidingCmvnOptions, slidingCmvn } from './cmvn.js';
export { addDeltas } from './deltas.js';
export { dithered } from './dither.js';
export { type CmvnSpec, type FeatureSpec, type FeatureStream, openFeatures } from './feature-stream.js';
export { KaldiFeatures } from './kaldi-features.js';
export { NemoMel, type NemoMelOptions } from './nemo-mel.js';
export { computeFeatures, OnlineFeature } from './online-feature.js';
export { type FeatureOptions, fbankOptions, mfccOptions, type WindowType } from './options.js';
export { Waveform, type WaveformOptions } from './waveform.js';
export { WhisperMel, type WhisperMelOptions } from './whisper-mel.js';
