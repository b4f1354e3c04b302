/** Weighted finite-state transducers over the tropical semiring: containers and algorithms, free of speech. */
export { connect } from './connect.js';
export { ConstFst } from './const-fst.js';
export { determinize } from './determinize.js';
export { minimize } from './minimize.js';
export { type OpenFstFile, type OpenFstSymbols, readOpenFst, writeOpenFst } from './openfst-binary.js';
export { compileFst, printFst } from './openfst-text.js';
export { pushWeights } from './push.js';
export { distanceToFinal } from './shortest-distance.js';
export { EPSILON, SymbolTable } from './symbol-table.js';
export { type Arc, INFINITY_COST, VectorFst } from './vector-fst.js';
