/** Recordings and streams of bytes in, mono float samples out. */
export { mixDown, monoChunks } from './mono.js';
export { type AudioInput, openAudio, type RawFormat, sniff } from './open.js';
export { PcmDecoder, type PcmEncoding } from './pcm.js';
export { Resampler } from './resampler.js';
export type { SoundLimits } from './sound-limit.js';
export { type AudioSource, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from './source.js';
