import { HearkenError } from '../errors.js';
import { Heap } from '../fst/heap.js';
import { FIRST_WORD } from '../graph/labels.js';
import { cheapestOnward, type Lattice } from './lattice.js';
import type { PathLabel } from './path.js';

/** A path through a lattice whose words no better path has. */
export interface LatticePath {
  labels: PathLabel[];
  /** Total cost, as the best path's. */
  cost: number;
}

/** Partial paths looked at before the search is given up: a bound on time for hopelessly ambiguous lattices. */
const MAX_STEPS = 500_000;

/** A partial path; `words` numbers its word sequence. */
interface Partial {
  state: number;
  /** Cost so far, and with the best way on. */
  cost: number;
  total: number;
  words: number;
  before: Partial | undefined;
  arc: number;
}

/**
 * The `n` cheapest different word sequences of a lattice, each by its cheapest path, best first. A* with exact costs of the
 * best way on: partial paths come up in the order of their whole costs, so the first to reach a state with some words is the
 * best that does, and later ones are dropped (determinization on the fly).
 */
export function nBest(lattice: Lattice, n: number): LatticePath[] {
  if (!(Number.isInteger(n) && n >= 0)) throw new HearkenError('OPTION_INVALID', `${n} is no number of paths`);
  const { from, to, label, final } = lattice;
  const cost = (a: number): number => lattice.graphCost[a] + lattice.acousticCost[a];
  const onward = cheapestOnward(lattice);
  const firstArc = new Int32Array(final.length + 1);
  for (let a = 0; a < from.length; a++) firstArc[from[a] + 1]++;
  for (let s = 0; s < final.length; s++) firstArc[s + 1] += firstArc[s];
  const sequences = new Sequences();
  const seen = new Set<string>();
  const ended = new Set<number>();
  const out: LatticePath[] = [];
  const heap = new Heap<Partial>((p) => p.total);
  if (final.length > 0)
    heap.push({ state: lattice.start, cost: 0, total: onward[0], words: 0, before: undefined, arc: -1 });
  for (let steps = 0; out.length < n && steps < MAX_STEPS; steps++) {
    const p = heap.pop();
    if (!p || p.total === Number.POSITIVE_INFINITY) break;
    if (p.state < 0) {
      if (ended.has(p.words)) continue;
      ended.add(p.words);
      out.push({ labels: labelsOf(p, lattice), cost: p.cost });
      continue;
    }
    const key = `${p.state} ${p.words}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (Number.isFinite(final[p.state])) {
      const whole = p.cost + final[p.state];
      heap.push({ state: -1, cost: whole, total: whole, words: p.words, before: p, arc: -1 });
    }
    for (let a = firstArc[p.state]; a < firstArc[p.state + 1]; a++) {
      const words = label[a] >= FIRST_WORD ? sequences.extended(p.words, label[a]) : p.words;
      const so = p.cost + cost(a);
      heap.push({ state: to[a], cost: so, total: so + onward[to[a]], words, before: p, arc: a });
    }
  }
  return out;
}

function labelsOf(end: Partial, lattice: Lattice): PathLabel[] {
  const out: PathLabel[] = [];
  for (let p: Partial | undefined = end; p; p = p.before) {
    if (p.arc < 0 || lattice.label[p.arc] === 0) continue;
    out.push({ label: lattice.label[p.arc], frame: lattice.frame[lattice.from[p.arc]] });
  }
  return out.reverse();
}

/** Word sequences as numbers; 0 is the empty one. */
class Sequences {
  #numbers = new Map<string, number>();

  extended(sequence: number, word: number): number {
    const key = `${sequence} ${word}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
