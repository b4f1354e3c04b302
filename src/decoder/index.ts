/** Beam search over a search graph and a language model; free of audio and of any neural network runtime. */

export { AddedWordsLm } from './added-words.js';
export { type AlignedPath, type AlignedPhone, bestLatticePath, phoneAlignment } from './alignment.js';
export { BeamDecoder } from './beam-decoder.js';
export { compactLattice, determinizeLattice, rawLattice, stateTimes } from './compact-lattice.js';
export {
  checkEndpointRules,
  ENDPOINT_RULES,
  type EndpointRule,
  type EndpointState,
  endpointRule,
  KALDI_ENDPOINT_RULES,
} from './endpoint.js';
export { type Keyword, KeywordSpotter, type Spotted } from './keyword-spotter.js';
export type { RescoringLm } from './language-model.js';
export { arcPosteriors, type Lattice, sortLattice, wordConfidences } from './lattice.js';
export { leastRisk } from './least-risk.js';
export { type ConfusionBin, type MbrResult, minimumBayesRisk } from './mbr.js';
export { type LatticePath, nBest } from './n-best.js';
export { NO_LM } from './no-lm.js';
export { DECODER_DEFAULTS, type DecoderOptions, decoderOptions } from './options.js';
export { type OracleResult, oracle } from './oracle.js';
export type { BestPath, PathLabel } from './path.js';
export { type BiasPhrase, PhraseBias } from './phrase-bias.js';
export { rescoreLattice } from './rescore.js';
export { type HistoryModel, rescoreHistories } from './rescore-histories.js';
export type { Search } from './search.js';
export { type TimedCost, type WordLattice, withoutAlignments, wordLattice } from './word-lattice.js';
export { type TimedWord, timedWords } from './words.js';
