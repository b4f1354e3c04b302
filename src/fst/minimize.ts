import { connect } from './connect.js';
import { VectorFst } from './vector-fst.js';

/**
 * Merge states that no continuation tells apart, arcs taken as (input, output, weight) triples: OpenFst's encoded
 * minimization. Push weights first. Moore's partition refinement; acyclic machines need one pass a level.
 */
export function minimize<W>(input: VectorFst<W>): VectorFst<W> {
  const fst = connect(input);
  const { semiring } = fst;
  const states = fst.numStates;
  if (states === 0) return fst;
  let classes = new Int32Array(states);
  for (let count = 0; ; ) {
    const numbers = new Map<string, number>();
    const refined = new Int32Array(states);
    for (let s = 0; s < states; s++) {
      const arcs = fst.arcs(s).map((a) => `${a.ilabel},${a.olabel},${semiring.key(a.weight)},${classes[a.next]}`);
      const final = fst.isFinal(s) ? semiring.key(fst.final(s)) : '';
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

function merge<W>(fst: VectorFst<W>, classes: Int32Array): VectorFst<W> {
  const out = new VectorFst<W>(fst.semiring);
  const done = new Set<number>();
  for (const c of classes) out.reserve(c + 1);
  for (let s = 0; s < fst.numStates; s++) {
    const c = classes[s];
    if (done.has(c)) continue;
    done.add(c);
    out.setFinal(c, fst.final(s));
    out.setArcs(
      c,
      fst.arcs(s).map((a) => ({ ...a, next: classes[a.next] })),
    );
  }
  out.start = classes[fst.start];
  return connect(out);
}
