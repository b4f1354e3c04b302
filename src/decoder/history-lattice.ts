import { FIRST_WORD } from '../graph/labels.js';
import type { LanguageModel } from '../lm/index.js';
import { HistoryTree, NO_WORDS } from './history-tree.js';
import { cheapestOnward, type Lattice } from './lattice.js';

/** A lattice whose states are split by the words before them. */
export interface HistoryLattice {
  lattice: Lattice;
  histories: HistoryTree;
  /** By state: the history its arcs go on from. */
  history: Int32Array;
}

/**
 * Split the states of a lattice by the last words of what leads to them; of histories that end alike, the one on the cheapest path
 * stands for all. Paths more than `beam` costlier than the best are left out. Undefined where that takes more than `most` histories.
 * @param compared last words that make two histories differ
 */
export function splitByHistory(
  lattice: Lattice,
  lm: LanguageModel,
  { compared, beam, most }: { compared: number; beam: number; most: number },
): HistoryLattice | undefined {
  const { from, to, label, graphCost, acousticCost, final } = lattice;
  const states = final.length;
  const histories = new HistoryTree(lm, compared);
  const onward = cheapestOnward(lattice);
  const bound = states > 0 ? onward[lattice.start] + beam : 0;
  /** States of the result in the order they are reached, and by state of the lattice, those it was split into, by ending. */
  const cost: number[] = [];
  const history: number[] = [];
  const split = Array.from({ length: states }, () => new Map<number, number>());
  const reach = (state: number, by: number, total: number): number => {
    const ending = histories.ending[by];
    let found = split[state].get(ending);
    if (found === undefined) {
      split[state].set(ending, (found = cost.push(total) - 1));
      history.push(by);
    } else if (total < cost[found]) {
      cost[found] = total;
      history[found] = by;
    }
    return found;
  };
  if (states > 0) reach(lattice.start, NO_WORDS, 0);
  /** By arc of the result: the lattice's arc, and where it leads. */
  const arcs: number[] = [];
  const target: number[] = [];
  const source: number[] = [];
  const order: number[] = [];
  const origin: number[] = [];
  for (let s = 0, a = 0; s < states; s++) {
    const begin = a;
    while (a < from.length && from[a] === s) a++;
    for (const h of split[s].values()) {
      if (histories.size > most) return undefined;
      order.push(h);
      origin.push(s);
      for (let i = begin; i < a; i++) {
        const total = cost[h] + graphCost[i] + acousticCost[i];
        if (total + onward[to[i]] > bound) continue;
        const after = label[i] >= FIRST_WORD ? histories.child(history[h], label[i]) : history[h];
        source.push(order.length - 1);
        arcs.push(i);
        target.push(reach(to[i], after, total));
      }
    }
  }
  const number = new Int32Array(cost.length);
  for (const [i, h] of order.entries()) number[h] = i;
  const pick = (values: Int32Array | Float32Array): number[] => arcs.map((i) => values[i]);
  return {
    histories,
    history: Int32Array.from(order, (h) => history[h]),
    lattice: {
      start: 0,
      frame: Int32Array.from(origin, (s) => lattice.frame[s]),
      final: Float64Array.from(origin, (s) => final[s]),
      from: Int32Array.from(source),
      to: Int32Array.from(target, (h) => number[h]),
      input: Int32Array.from(pick(lattice.input)),
      label: Int32Array.from(pick(label)),
      graphCost: Float32Array.from(pick(graphCost)),
      acousticCost: Float32Array.from(pick(acousticCost)),
    },
  };
}
