import { VectorFst } from './vector-fst.js';

/** States on a path from the start to a final state, in new numbers by order of first visit. */
export function connect<W>(fst: VectorFst<W>): VectorFst<W> {
  const out = new VectorFst<W>(fst.semiring);
  if (fst.start < 0) return out;
  const order = reachable(fst, fst.start);
  const alive = coaccessible(fst);
  const number = new Int32Array(fst.numStates).fill(-1);
  for (const s of order) {
    if (!alive[s]) continue;
    number[s] = out.addState();
    out.setFinal(number[s], fst.final(s));
  }
  out.start = number[fst.start];
  for (const s of order) {
    if (!alive[s]) continue;
    out.setArcs(
      number[s],
      fst
        .arcs(s)
        .filter((a) => alive[a.next])
        .map((a) => ({ ...a, next: number[a.next] })),
    );
  }
  return out;
}

/** States a path from `start` leads to, breadth first. */
export function reachable<W>(fst: VectorFst<W>, start: number): number[] {
  const order = start < 0 ? [] : [start];
  const seen = new Uint8Array(fst.numStates);
  for (const s of order) seen[s] = 1;
  for (let i = 0; i < order.length; i++) {
    for (const { next } of fst.arcs(order[i])) {
      if (seen[next]) continue;
      seen[next] = 1;
      order.push(next);
    }
  }
  return order;
}

/** 1 for states from which a final one can be reached. */
export function coaccessible<W>(fst: VectorFst<W>): Uint8Array {
  const sources: number[][] = Array.from({ length: fst.numStates }, () => []);
  const alive = new Uint8Array(fst.numStates);
  const stack: number[] = [];
  for (let s = 0; s < fst.numStates; s++) {
    for (const { next } of fst.arcs(s)) sources[next].push(s);
    if (!fst.isFinal(s)) continue;
    alive[s] = 1;
    stack.push(s);
  }
  for (let s = stack.pop(); s !== undefined; s = stack.pop()) {
    for (const p of sources[s]) {
      if (alive[p]) continue;
      alive[p] = 1;
      stack.push(p);
    }
  }
  return alive;
}
