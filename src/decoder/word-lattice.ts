import {
  type CompactLattice,
  connect,
  determinizeAcceptor,
  type Semiring,
  TROPICAL,
  topSort,
  VectorFst,
} from '../fst/index.js';
import { FIRST_WORD } from '../graph/labels.js';
import { costOf } from './compact-lattice.js';
import type { Lattice } from './lattice.js';

/** Cost of a path and the frames it takes. */
export type TimedCost = readonly [cost: number, frames: number];

const ZERO: TimedCost = [Number.POSITIVE_INFINITY, 0];
const cheaper = (a: TimedCost, b: TimedCost): TimedCost => (a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]) ? a : b);

/** The cheaper path with its own number of frames: what is left of a compact lattice's strings where only times count. */
export const TIMED: Semiring<TimedCost> = {
  name: 'timed',
  zero: ZERO,
  one: [0, 0],
  path: true,
  plus: cheaper,
  times: (a, b) => [a[0] + b[0], a[1] + b[1]],
  divide: (a, b) => (TIMED.isZero(a) ? ZERO : [a[0] - b[0], a[1] - b[1]]),
  commonDivisor(a, b) {
    if (TIMED.isZero(a)) return b;
    return TIMED.isZero(b) ? a : [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  },
  reverse: (a) => a,
  isZero: (a) => a[0] === Number.POSITIVE_INFINITY,
  equal: (a, b, delta) => TROPICAL.equal(a[0], b[0], delta) && a[1] === b[1],
  key: (a) => `${TROPICAL.key(a[0])},${a[1]}`,
};

/** A path a word sequence, the cheapest; acyclic and deterministic, states in topological order. */
export type WordLattice = VectorFst<TimedCost>;

/** @throws FST_LIMIT past `maxStates` */
export function wordLattice(lattice: Lattice, maxStates = 100_000): WordLattice {
  const { final, from, to, input, label, graphCost, acousticCost } = lattice;
  const words: WordLattice = new VectorFst(TIMED);
  words.reserve(final.length);
  if (final.length > 0) words.start = lattice.start;
  for (const [s, cost] of final.entries()) if (Number.isFinite(cost)) words.setFinal(s, [cost, 0]);
  for (let a = 0; a < from.length; a++) {
    const word = label[a] >= FIRST_WORD ? label[a] : 0;
    words.addArc(from[a], word, word, [graphCost[a] + acousticCost[a], input[a] === 0 ? 0 : 1], to[a]);
  }
  return topSort(connect(determinizeAcceptor(words, { epsilons: true, maxStates }))) as WordLattice;
}

/** A determinized compact lattice without its strings. */
export function withoutAlignments(lattice: CompactLattice): WordLattice {
  const out: WordLattice = new VectorFst(TIMED);
  out.reserve(lattice.numStates);
  out.start = lattice.start;
  for (let s = 0; s < lattice.numStates; s++) {
    const final = lattice.final(s);
    if (lattice.isFinal(s)) out.setFinal(s, [costOf(final), final.labels?.length ?? 0]);
    for (const { ilabel, weight, next } of lattice.arcs(s))
      out.addArc(s, ilabel, ilabel, [costOf(weight), weight.labels?.length ?? 0], next);
  }
  return out;
}
