import { VectorFst } from './vector-fst.js';

/** States on a path from the start to a final state, in new numbers by order of first visit. */
export function connect(fst: VectorFst): VectorFst {
  const out = new VectorFst();
  if (fst.start < 0) return out;
  const states = fst.numStates;
  const order: number[] = [fst.start];
  const reached = new Uint8Array(states);
  reached[fst.start] = 1;
  const sources: number[][] = Array.from({ length: states }, () => []);
  for (let i = 0; i < order.length; i++) {
    for (const arc of fst.arcs(order[i])) {
      sources[arc.next].push(order[i]);
      if (!reached[arc.next]) {
        reached[arc.next] = 1;
        order.push(arc.next);
      }
    }
  }
  const alive = new Uint8Array(states);
  const stack = order.filter((s) => Number.isFinite(fst.final(s)));
  for (const s of stack) alive[s] = 1;
  for (let s = stack.pop(); s !== undefined; s = stack.pop()) {
    for (const p of sources[s]) {
      if (!alive[p]) {
        alive[p] = 1;
        stack.push(p);
      }
    }
  }
  const number = new Int32Array(states).fill(-1);
  for (const s of order) {
    if (alive[s]) {
      number[s] = out.addState();
      out.setFinal(number[s], fst.final(s));
    }
  }
  out.start = number[fst.start];
  for (const s of order) {
    if (!alive[s]) continue;
    for (const arc of fst.arcs(s)) {
      if (alive[arc.next]) out.addArc(number[s], arc.ilabel, arc.olabel, arc.weight, number[arc.next]);
    }
  }
  return out;
}
