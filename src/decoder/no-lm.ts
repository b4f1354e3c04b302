import type { RescoringLm } from './language-model.js';

/** For graphs that hold their whole grammar: nothing is added during the search. */
export const NO_LM: RescoringLm = { start: 0, next: 0, step: () => 0, finalCost: () => 0, unigramCost: () => 0 };
