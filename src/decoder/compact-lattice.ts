import {
  COMPACT_LATTICE,
  type CompactLattice,
  type CompactLatticeWeight,
  connect,
  determinizeAcceptor,
  LATTICE,
  type RawLattice,
  topSort,
  VectorFst,
} from '../fst/index.js';
import { FIRST_WORD } from '../graph/labels.js';
import type { Lattice } from './lattice.js';

/** Word markers are for times; as words they are none. */
const wordOf = (label: number): number => (label >= FIRST_WORD ? label : 0);

/** A lattice as Kaldi has it: input labels in, words out, weights of graph and acoustic cost. */
export function rawLattice(lattice: Lattice): RawLattice {
  return build(lattice, new VectorFst(LATTICE), (a) => ({
    ilabel: lattice.input[a],
    olabel: wordOf(lattice.label[a]),
    weight: [lattice.graphCost[a], lattice.acousticCost[a]] as const,
  }));
}

/** Each path of a lattice as its words, with costs and the labels of its frames as the weight; not yet determinized. */
export function compactLattice(lattice: Lattice): CompactLattice {
  return build(lattice, new VectorFst(COMPACT_LATTICE), (a) => {
    const word = wordOf(lattice.label[a]);
    const labels = lattice.input[a] === 0 ? [] : [lattice.input[a]];
    return { ilabel: word, olabel: word, weight: { labels, weight: [lattice.graphCost[a], lattice.acousticCost[a]] } };
  });
}

function build<W>(
  lattice: Lattice,
  out: VectorFst<W>,
  arc: (a: number) => { ilabel: number; olabel: number; weight: W },
): VectorFst<W> {
  out.reserve(lattice.final.length);
  if (lattice.final.length > 0) out.start = lattice.start;
  const { one } = out.semiring;
  for (const [s, cost] of lattice.final.entries()) {
    // The cost of ending is the language model's.
    if (Number.isFinite(cost)) out.setFinal(s, cost === 0 ? one : ending(one, cost));
  }
  for (let a = 0; a < lattice.from.length; a++) {
    const { ilabel, olabel, weight } = arc(a);
    out.addArc(lattice.from[a], ilabel, olabel, weight, lattice.to[a]);
  }
  return out;
}

function ending<W>(one: W, cost: number): W {
  const weight = [cost, 0] as const;
  return (Array.isArray(one) ? weight : { labels: [], weight }) as W;
}

/**
 * One path a word sequence, the cheapest, with its own alignment (Kaldi's lattice determinization): acyclic, deterministic,
 * states in topological order. @throws FST_LIMIT past `maxStates`: prune to a narrower beam then
 */
export function determinizeLattice(lattice: Lattice, maxStates = 100_000): CompactLattice {
  return sorted(determinizeAcceptor(compactLattice(lattice), { epsilons: true, maxStates }));
}

/** Connected, states in topological order. */
export function sorted(lattice: CompactLattice): CompactLattice {
  return topSort(connect(lattice)) as VectorFst<CompactLatticeWeight>;
}

/** Frames before each state: the labels that paths to it have read. */
export function stateTimes(lattice: CompactLattice): Int32Array {
  const times = new Int32Array(lattice.numStates);
  for (let s = 0; s < lattice.numStates; s++)
    for (const { weight, next } of lattice.arcs(s)) times[next] = times[s] + (weight.labels?.length ?? 0);
  return times;
}

/** Sum of a weight's costs. */
export const costOf = ({ weight }: CompactLatticeWeight): number => weight[0] + weight[1];
