/** Weighted finite-state transducers: containers, semirings and algorithms, free of speech. */
export { type ComposeOptions, compose, composedStates } from './compose.js';
export { connect } from './connect.js';
export { ConstFst } from './const-fst.js';
export { type DeterminizeOptions, determinize, determinizeAcceptor } from './determinize.js';
export { drawFst } from './draw.js';
export { equivalent, isomorphic } from './equivalent.js';
export { COMPACT_LATTICE, type CompactLatticeWeight, type GallicKind, type GallicWeight, gallic } from './gallic.js';
export { fromGallic, toGallic } from './gallic-fst.js';
export {
  type CompactLattice,
  compactLattices,
  type KeyedLattice,
  type RawLattice,
  rawLattices,
} from './kaldi-lattice.js';
export { arcSort, invert, project, relabel } from './labels.js';
export { minimize } from './minimize.js';
export { type OpenFstFile, type OpenFstSymbols, readOpenFst, writeOpenFst } from './openfst-binary.js';
export { compileFst, parseSymbols, printFst, type TextSymbols } from './openfst-text.js';
export { contradictions, type Properties, properties, propertyBits } from './properties.js';
export { prune } from './prune.js';
export { pushLabels, pushWeights } from './push.js';
export { type RandomPathOptions, randomPaths } from './random-path.js';
export { closure, concat, reverse, union } from './rational.js';
export { removeEpsilon } from './remove-epsilon.js';
export { replace } from './replace.js';
export { INFINITY_COST, LATTICE, type LatticeWeight, LOG, type Semiring, TROPICAL } from './semiring.js';
export { distanceToFinal, shortestDistance } from './shortest-distance.js';
export { type ShortestPathOptions, shortestPath } from './shortest-path.js';
export { EPSILON, SymbolTable } from './symbol-table.js';
export { topSort } from './top-sort.js';
export { type Arc, mapFst, VectorFst } from './vector-fst.js';
