import type { RescoringLm } from '../../src/decoder/index.js';
import { VectorFst } from '../../src/fst/index.js';
import type { LanguageModel } from '../../src/lm/index.js';

/** A random language model with a state a last word: costs differ from the unigram ones in the graph. */
export function bigramLm(words: number, next: () => number): RescoringLm {
  const costs = Array.from({ length: words }, () => Float64Array.from({ length: words }, () => next() * 4));
  const unigram = Float64Array.from({ length: words }, () => next() * 4);
  return {
    start: 0,
    next: 0,
    step(state: number, word: number) {
      (this as { next: number }).next = word;
      return costs[state][word];
    },
    finalCost: (state: number) => (state === 0 ? 0 : costs[state][1]),
    unigramCost: (word: number) => unigram[word],
  };
}

/** What a sentence costs by a model, its end included. */
export function costOfWords(lm: LanguageModel, words: readonly number[]): number {
  let state = lm.start;
  let cost = 0;
  for (const word of words) {
    cost += lm.step(state, word);
    state = lm.next;
  }
  return cost + lm.finalCost(state);
}

/** Word labels of the random graphs are 4 … WORDS − 1. */
export const WORDS = 8;

/** A random graph with epsilons (forward only, so that they do not cycle) and words 4 … 7 on some arcs. */
export function randomGraph(next: () => number, states: number, arcs: number, labels: number): VectorFst {
  const fst = new VectorFst();
  for (let s = 0; s < states; s++) fst.addState();
  fst.start = 0;
  const pick = (n: number): number => Math.floor(next() * n);
  for (let a = 0; a < arcs; a++) {
    const from = pick(states);
    const epsilon = next() < 0.25 && from < states - 1;
    const to = epsilon ? from + 1 + pick(states - 1 - from) : pick(states);
    fst.addArc(from, epsilon ? 0 : 1 + pick(labels), next() < 0.4 ? 4 + pick(WORDS - 4) : 0, next() * 3, to);
  }
  fst.setFinal(states - 1, next());
  fst.setFinal(states - 2, 2 * next());
  return fst;
}

export interface Path {
  cost: number;
  words: number[];
}

/** Every path of graph × language model through the scores, cheapest first. */
export function allPaths(fst: VectorFst, lm: RescoringLm, scores: Float32Array, width: number): Path[] {
  const frames = scores.length / width;
  const out: Path[] = [];
  const walk = (state: number, lmState: number, t: number, cost: number, words: number[]): void => {
    if (t === frames && Number.isFinite(fst.final(state)))
      out.push({ cost: cost + fst.final(state) + lm.finalCost(lmState), words });
    for (const arc of fst.arcs(state)) {
      if (arc.ilabel > 0 && t === frames) continue;
      let total = cost + arc.weight - (arc.ilabel > 0 ? scores[t * width + arc.ilabel - 1] : 0);
      let next = lmState;
      if (arc.olabel > 0) {
        total += lm.step(lmState, arc.olabel) - lm.unigramCost(arc.olabel);
        next = lm.next;
      }
      walk(arc.next, next, arc.ilabel > 0 ? t + 1 : t, total, arc.olabel > 0 ? [...words, arc.olabel] : words);
    }
  };
  walk(fst.start, lm.start, 0, 0, []);
  return out.sort((a, b) => a.cost - b.cost);
}
