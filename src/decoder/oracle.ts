import type { CompactLattice } from '../fst/index.js';

/** The path of a lattice that is nearest to a reference. */
export interface OracleResult {
  /** Substitutions, deletions and insertions of it: no choice of path has fewer. */
  errors: number;
  words: number[];
}

/** The least edit distance between a reference and any path (Kaldi's lattice-oracle). States must be in topological order. */
export function oracle(lattice: CompactLattice, reference: readonly number[]): OracleResult {
  const width = reference.length + 1;
  const states = lattice.numStates;
  const errors = new Int32Array(states * width).fill(1 << 30);
  /** Cell before, and the word written on the way; −1 for none. */
  const back = new Int32Array(states * width).fill(-1);
  const word = new Int32Array(states * width);
  const reach = (cell: number, cost: number, from: number, label: number): void => {
    if (cost >= errors[cell]) return;
    errors[cell] = cost;
    back[cell] = from;
    word[cell] = label;
  };
  if (lattice.start >= 0) errors[lattice.start * width] = 0;
  let best = -1;
  let least = 1 << 30;
  for (let s = 0; s < states; s++) {
    for (let q = 0; q < width; q++) {
      const cell = s * width + q;
      if (q + 1 < width) reach(cell + 1, errors[cell] + 1, cell, 0);
      for (const { ilabel, next } of lattice.arcs(s)) {
        if (ilabel === 0) reach(next * width + q, errors[cell], cell, 0);
        else {
          reach(next * width + q, errors[cell] + 1, cell, ilabel);
          if (q + 1 < width)
            reach(next * width + q + 1, errors[cell] + (ilabel === reference[q] ? 0 : 1), cell, ilabel);
        }
      }
    }
    const end = s * width + width - 1;
    if (lattice.isFinal(s) && errors[end] < least) {
      least = errors[end];
      best = end;
    }
  }
  const words: number[] = [];
  for (let cell = best; cell >= 0; cell = back[cell]) if (word[cell] !== 0) words.push(word[cell]);
  return { errors: best < 0 ? reference.length : least, words: words.reverse() };
}
