import { connect } from './connect.js';
import { relaxed } from './shortest-distance.js';
import { type Arc, VectorFst } from './vector-fst.js';

/** The same relation without arcs that neither read nor write: each state takes over what it reaches by them (Mohri 2002). */
export function removeEpsilon<W>(fst: VectorFst<W>): VectorFst<W> {
  const { semiring } = fst;
  const out = new VectorFst<W>(semiring);
  out.reserve(fst.numStates);
  out.start = fst.start;
  const isEpsilon = (a: Arc<W>): boolean => a.ilabel === 0 && a.olabel === 0;
  for (let s = 0; s < fst.numStates; s++) {
    const distance: { [state: number]: W } = { [s]: semiring.one };
    if (fst.arcs(s).some(isEpsilon)) relaxed(semiring, s, distance, (q) => fst.arcs(q).filter(isEpsilon));
    let final = semiring.zero;
    for (const [state, weight] of Object.entries(distance)) {
      const q = Number(state);
      if (fst.isFinal(q)) final = semiring.plus(final, semiring.times(weight, fst.final(q)));
      for (const a of fst.arcs(q))
        if (!isEpsilon(a)) out.addArc(s, a.ilabel, a.olabel, semiring.times(weight, a.weight), a.next);
    }
    if (!semiring.isZero(final)) out.setFinal(s, final);
  }
  return connect(mergeParallel(out));
}

/** Arcs of the same labels between the same states as one. */
function mergeParallel<W>(fst: VectorFst<W>): VectorFst<W> {
  const { semiring } = fst;
  for (let s = 0; s < fst.numStates; s++) {
    const merged = new Map<string, Arc<W>>();
    for (const arc of fst.arcs(s)) {
      const key = `${arc.ilabel},${arc.olabel},${arc.next}`;
      const before = merged.get(key);
      merged.set(key, before ? { ...arc, weight: semiring.plus(before.weight, arc.weight) } : arc);
    }
    fst.setArcs(s, [...merged.values()]);
  }
  return fst;
}
