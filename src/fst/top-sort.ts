import type { VectorFst } from './vector-fst.js';

/** States so that every arc of those kept leads forward; undefined where there is a cycle among them. All states are visited. */
export function topologicalOrder<W>(
  fst: VectorFst<W>,
  follow: (arc: { ilabel: number; olabel: number }) => boolean = () => true,
): number[] | undefined {
  const into = new Int32Array(fst.numStates);
  for (let s = 0; s < fst.numStates; s++) for (const a of fst.arcs(s)) if (follow(a)) into[a.next]++;
  const order: number[] = [];
  for (let s = 0; s < fst.numStates; s++) if (into[s] === 0) order.push(s);
  for (let i = 0; i < order.length; i++)
    for (const a of fst.arcs(order[i])) if (follow(a) && --into[a.next] === 0) order.push(a.next);
  return order.length === fst.numStates ? order : undefined;
}

/** The same machine with its states renumbered so that arcs lead to higher ones; undefined where it has a cycle. */
export function topSort<W>(fst: VectorFst<W>): VectorFst<W> | undefined {
  const order = topologicalOrder(fst);
  if (!order) return undefined;
  const number = new Int32Array(order.length);
  for (const [i, s] of order.entries()) number[s] = i;
  const out = fst.copy();
  for (const [i, s] of order.entries()) {
    out.setFinal(i, fst.final(s));
    out.setArcs(
      i,
      fst.arcs(s).map((a) => ({ ...a, next: number[a.next] })),
    );
  }
  out.start = fst.start < 0 ? -1 : number[fst.start];
  return out;
}
