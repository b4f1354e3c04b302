import type { TimedCost, WordLattice } from './word-lattice.js';

/** A place in a confusion network: the words that may stand there, likeliest first; 0 is none. */
export interface ConfusionBin {
  words: { label: number; probability: number }[];
  /** Frames, averaged over the lattice. */
  begin: number;
  end: number;
}

export interface MbrResult {
  /** The word sequence of least expected edit distance to what was said. */
  words: { label: number; confidence: number; begin: number; end: number }[];
  /** Expected edit distance of it: word errors. */
  risk: number;
  network: ConfusionBin[];
}

/** Ties go to substitutions: an insertion costs this much more. */
const DELTA = 1e-5;
const MAX_ROUNDS = 100;

interface Arc {
  word: number;
  from: number;
  to: number;
  logLike: number;
}

const logAdd = (a: number, b: number): number => {
  const top = Math.max(a, b);
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
};

/** Edit distance between two words, 0 being none. */
const distance = (a: number, b: number): number => (a === b ? 0 : 1);
const inserted = (a: number): number => (a === 0 ? 0 : 1 + DELTA);

/**
 * Minimum Bayes risk decoding of a lattice, with the confusion network that belongs to it (Xu, Povey, Mangu and Zhu 2011;
 * Kaldi's sausages.cc).
 * @param words the sequence to begin with; the best path's is a good one
 * @param scale factor on costs; below 1 spreads probability over more paths
 */
export function minimumBayesRisk(lattice: WordLattice, words: readonly number[], scale = 1): MbrResult {
  return new MinimumBayesRisk(lattice, scale).decode(words);
}

class MinimumBayesRisk {
  #arcs: Arc[][] = [];
  #times: Float64Array;
  /** States and the super-final one, which is the last. */
  #states: number;
  #alpha: Float64Array;
  /** Reference positions: epsilon before, between and behind words. */
  #reference: number[] = [];
  #gamma: Map<number, number>[] = [];
  #begin: Float64Array = new Float64Array(0);
  #end: Float64Array = new Float64Array(0);
  /** alphaDash[state × (Q + 1) + q]: expected distance of paths to the state and the first q references. */
  #alphaDash = new Float64Array(0);

  constructor(lattice: WordLattice, scale: number) {
    const states = lattice.numStates;
    this.#states = states + 1;
    this.#times = new Float64Array(this.#states);
    this.#arcs = Array.from({ length: this.#states }, () => []);
    const add = (word: number, from: number, to: number, [cost, frames]: TimedCost): void => {
      this.#arcs[to].push({ word, from, to, logLike: -scale * cost });
      this.#times[to] = Math.max(this.#times[to], this.#times[from] + frames);
    };
    for (let s = 0; s < states; s++) {
      for (const { ilabel, weight, next } of lattice.arcs(s)) add(ilabel, s, next, weight);
      if (lattice.isFinal(s)) add(0, s, states, lattice.final(s));
    }
    this.#alpha = new Float64Array(this.#states).fill(Number.NEGATIVE_INFINITY);
    this.#alpha[0] = 0;
    for (const arcs of this.#arcs)
      for (const { from, to, logLike } of arcs) this.#alpha[to] = logAdd(this.#alpha[to], this.#alpha[from] + logLike);
  }

  decode(words: readonly number[]): MbrResult {
    let reference = [...words];
    let risk = 0;
    if (this.#states === 1) return { words: [], risk, network: [] };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.#reference = withEpsilons(reference);
      risk = this.#expectedDistance();
      this.#accumulate();
      const better = this.#gamma.map((g) => [...g].reduce((best, one) => (one[1] > best[1] ? one : best))[0]);
      const changed = better.some((word, q) => word !== this.#reference[q]);
      reference = better.filter((word) => word !== 0);
      if (!changed) break;
    }
    const network = this.#gamma.map((g, q) => ({
      words: [...g]
        .map(([label, probability]) => ({ label, probability }))
        .sort((a, b) => b.probability - a.probability || a.label - b.label),
      begin: this.#begin[q],
      end: this.#end[q],
    }));
    const chosen = network.filter((_, q) => this.#reference[q] !== 0);
    return {
      words: chosen.map(({ words: [first], begin, end }) => ({
        label: first.label,
        confidence: Math.min(1, first.probability),
        begin,
        end,
      })),
      risk,
      network: network.filter(({ words: [first] }) => first.label !== 0 || first.probability < 1 - 1e-9),
    };
  }

  /** Share of an arc in the paths to its end. */
  #share({ from, to, logLike }: Arc): number {
    return Math.exp(this.#alpha[from] + logLike - this.#alpha[to]);
  }

  /** Fills `out` with the distances behind an arc; returns nothing of what led there. */
  #throughArc({ word, from }: Arc, out: Float64Array, choice?: Uint8Array): void {
    const r = this.#reference;
    const width = r.length + 1;
    const before = from * width;
    out[0] = this.#alphaDash[before] + inserted(word);
    for (let q = 1; q < width; q++) {
      const substituted = this.#alphaDash[before + q - 1] + distance(word, r[q - 1]);
      const extra = this.#alphaDash[before + q] + inserted(word);
      const deleted = out[q - 1] + distance(0, r[q - 1]);
      out[q] = Math.min(substituted, extra, deleted);
      if (choice) choice[q] = substituted <= extra && substituted <= deleted ? 1 : extra <= deleted ? 2 : 3;
    }
  }

  #expectedDistance(): number {
    const r = this.#reference;
    const width = r.length + 1;
    this.#alphaDash = new Float64Array(this.#states * width);
    for (let q = 1; q < width; q++) this.#alphaDash[q] = this.#alphaDash[q - 1] + distance(0, r[q - 1]);
    const through = new Float64Array(width);
    for (let n = 1; n < this.#states; n++) {
      for (const arc of this.#arcs[n]) {
        this.#throughArc(arc, through);
        const share = this.#share(arc);
        for (let q = 0; q < width; q++) this.#alphaDash[n * width + q] += share * through[q];
      }
    }
    return this.#alphaDash[this.#states * width - 1];
  }

  /** Which words stand at each reference, and when: probability flows back along the alignments. */
  #accumulate(): void {
    const width = this.#reference.length + 1;
    const gamma = this.#reference.map(() => new Map<number, number>());
    const begin = new Float64Array(width);
    const end = new Float64Array(width);
    const add = (q: number, word: number, p: number, from: number, to: number): void => {
      if (p === 0) return;
      const g = gamma[q - 1];
      g.set(word, (g.get(word) ?? 0) + p);
      begin[q - 1] += p * this.#times[from];
      end[q - 1] += p * this.#times[to];
    };
    const beta = new Float64Array(this.#states * width);
    beta[beta.length - 1] = 1;
    const through = new Float64Array(width);
    const choice = new Uint8Array(width);
    const flow = new Float64Array(width);
    for (let n = this.#states - 1; n > 0; n--) {
      for (const arc of this.#arcs[n]) {
        this.#throughArc(arc, through, choice);
        const share = this.#share(arc);
        const before = arc.from * width;
        for (let q = 0; q < width; q++) flow[q] = share * beta[n * width + q];
        for (let q = width - 1; q > 0; q--) {
          if (choice[q] === 1) {
            beta[before + q - 1] += flow[q];
            add(q, arc.word, flow[q], arc.from, arc.to);
          } else if (choice[q] === 2) beta[before + q] += flow[q];
          else {
            flow[q - 1] += flow[q];
            add(q, 0, flow[q], arc.to, arc.to);
          }
        }
        beta[before] += flow[0];
      }
    }
    for (let q = width - 1; q > 0; q--) {
      beta[q - 1] += beta[q];
      add(q, 0, beta[q], 0, 0);
    }
    this.#gamma = gamma.map((g) => (g.size > 0 ? g : new Map([[0, 1]])));
    this.#begin = begin;
    this.#end = end;
  }
}

const withEpsilons = (words: readonly number[]): number[] => [0, ...words.flatMap((w) => [w, 0])];
