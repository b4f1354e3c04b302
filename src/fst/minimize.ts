import { connect } from './connect.js';
import { VectorFst } from './vector-fst.js';

/** Weights are compared in this grid, as OpenFst's encoded minimization does with its delta. */
const DELTA = 1 / 1024;

/**
 * Merge states that no continuation tells apart, arcs taken as (input, output, weight) triples: OpenFst's encoded
 * minimization. Push weights first. Moore's partition refinement; acyclic machines need one pass a level.
 */
export function minimize(input: VectorFst): VectorFst {
  const fst = connect(input);
  const states = fst.numStates;
  if (states === 0) return fst;
  let classes = new Int32Array(states);
  for (let count = 0; ; ) {
    const numbers = new Map<string, number>();
    const refined = new Int32Array(states);
    for (let s = 0; s < states; s++) {
      const arcs = fst.arcs(s).map((a) => `${a.ilabel},${a.olabel},${Math.round(a.weight / DELTA)},${classes[a.next]}`);
      const final = Number.isFinite(fst.final(s)) ? Math.round(fst.final(s) / DELTA) : '';
      const key = `${classes[s]}|${final}|${arcs.sort().join(';')}`;
      let number = numbers.get(key);
      if (number === undefined) numbers.set(key, (number = numbers.size));
      refined[s] = number;
    }
    classes = refined;
    if (numbers.size === count) break;
    count = numbers.size;
  }
  return merge(fst, classes);
}

function merge(fst: VectorFst, classes: Int32Array): VectorFst {
  const out = new VectorFst();
  const done = new Set<number>();
  for (const c of classes) while (out.numStates <= c) out.addState();
  for (let s = 0; s < fst.numStates; s++) {
    const c = classes[s];
    if (done.has(c)) continue;
    done.add(c);
    out.setFinal(c, fst.final(s));
    for (const arc of fst.arcs(s)) out.addArc(c, arc.ilabel, arc.olabel, arc.weight, classes[arc.next]);
  }
  out.start = classes[fst.start];
  return connect(out);
}
