/** Search graphs: lexicon, topology and their compilation. */
export { type AlignmentGraph, type AlignmentUnit, alignmentGraph } from './alignment-graph.js';
export { type ArpaGrammar, arpaFst } from './arpa-fst.js';
export { ChainTopology } from './chain-topology.js';
export { ContextTable } from './context.js';
export { BLANK, ctcTopology } from './ctc.js';
export { CtcTopology } from './ctc-topology.js';
export { extendGraph, type WordSlots, wordSlots } from './extend-graph.js';
export type { Expansion, Grammar } from './grammar.js';
export { grammarFst, grammarTags } from './grammar-fst.js';
export { type JsgfOptions, parseJsgf } from './jsgf.js';
export { type JuliusGrammar, parseJulius } from './julius.js';
export { BACK_OFF, FIRST_WORD, WORD_BEGIN, WORD_END } from './labels.js';
export { type LexiconEntry, lexiconFst } from './lexicon-fst.js';
export { buildSearchGraph, type GraphOptions } from './search-graph.js';
export { parseSrgs } from './srgs.js';
export { buildStaticGraph } from './static-graph.js';
export { columnLabel, type Step, type Topology, type Unit } from './topology.js';
