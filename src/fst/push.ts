import { fromGallic, toGallic } from './gallic-fst.js';
import { distanceToFinal } from './shortest-distance.js';
import type { VectorFst } from './vector-fst.js';

/**
 * Move weights towards the start, in place, so that what follows every state sums to one: the lowest cost onward is 0 in
 * the tropical semiring. Returns the weight taken off the whole machine; path weights are divided by it (OpenFst push,
 * remove_total_weight).
 */
export function pushWeights<W>(fst: VectorFst<W>): W {
  const { semiring } = fst;
  const potential = distanceToFinal(fst);
  for (let s = 0; s < fst.numStates; s++) {
    if (semiring.isZero(potential[s])) continue;
    fst.setArcs(
      s,
      fst.arcs(s).map((a) => ({
        ...a,
        weight: semiring.divide(semiring.times(a.weight, potential[a.next]), potential[s]),
      })),
    );
    if (fst.isFinal(s)) fst.setFinal(s, semiring.divide(fst.final(s), potential[s]));
  }
  return fst.start < 0 ? semiring.one : potential[fst.start];
}

/** Output labels as early as every continuation agrees on them; those of all paths come out first. Acyclic or connected machines. */
export function pushLabels<W>(fst: VectorFst<W>): VectorFst<W> {
  const strings = toGallic(fst, 'prefix');
  const common = pushWeights(strings);
  // What all paths have in common is paid at a new start.
  const start = strings.addState();
  if (strings.start >= 0) strings.addArc(start, 0, 0, common, strings.start);
  strings.start = start;
  return fromGallic(strings, fst.semiring);
}
