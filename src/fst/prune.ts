import { connect } from './connect.js';
import { distanceToFinal, shortestDistance } from './shortest-distance.js';
import type { VectorFst } from './vector-fst.js';

/** Only what lies on paths that cost at most `threshold` more than the best one. */
export function prune(fst: VectorFst, threshold: number): VectorFst {
  const before = shortestDistance(fst);
  const after = distanceToFinal(fst);
  const out = fst.copy();
  const limit = (fst.start < 0 ? 0 : after[fst.start]) + threshold;
  // Sums taken in different orders differ in their last bits.
  const within = (cost: number): boolean => cost <= limit + 1e-9 * Math.abs(limit);
  for (let s = 0; s < fst.numStates; s++) {
    out.setArcs(
      s,
      fst.arcs(s).filter((a) => within(before[s] + a.weight + after[a.next])),
    );
    if (!within(before[s] + fst.final(s))) out.setFinal(s, fst.semiring.zero);
  }
  return connect(out);
}
