/** Beam search over a search graph and a language model; free of audio and of any neural network runtime. */
export { BeamDecoder, type BestPath, type PathLabel, type RescoringLm } from './beam-decoder.js';
export { ENDPOINT_RULES, type EndpointRule, endpointRule } from './endpoint.js';
export { arcPosteriors, type Lattice, sortLattice, wordConfidences } from './lattice.js';
export { type LatticePath, nBest } from './n-best.js';
export { DECODER_DEFAULTS, type DecoderOptions, decoderOptions } from './options.js';
export { type TimedWord, timedWords } from './words.js';
