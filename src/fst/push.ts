import { distanceToFinal } from './shortest-distance.js';
import type { VectorFst } from './vector-fst.js';

/**
 * Move weights towards the start, in place, so that the lowest cost from every state to the end is 0 (tropical).
 * Returns the cost taken off the whole machine; total path costs are lower by it (OpenFst push, remove_total_weight).
 */
export function pushWeights(fst: VectorFst): number {
  const potential = distanceToFinal(fst);
  for (let s = 0; s < fst.numStates; s++) {
    if (!Number.isFinite(potential[s])) continue;
    for (const arc of fst.arcs(s)) arc.weight += potential[arc.next] - potential[s];
    if (Number.isFinite(fst.final(s))) fst.setFinal(s, fst.final(s) - potential[s]);
  }
  return fst.start < 0 ? 0 : potential[fst.start];
}
