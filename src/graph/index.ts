/** Search graphs: lexicon, topology and their compilation. */
export { ContextTable } from './context.js';
export { FIRST_WORD, WORD_BEGIN, WORD_END } from './labels.js';
export { type LexiconEntry, lexiconFst } from './lexicon-fst.js';
export { buildSearchGraph, type GraphOptions } from './search-graph.js';
export { expandChain, pdfLabel } from './topology.js';
