import { HearkenError } from '../errors.js';
import { connect } from './connect.js';
import { properties } from './properties.js';
import { pushWeights } from './push.js';
import type { VectorFst } from './vector-fst.js';

/**
 * Whether two deterministic acceptors without epsilons take the same strings at the same weights: weights pushed, then
 * states that must be equal joined until two of them differ (Hopcroft and Karp 1971, as OpenFst equivalent).
 * @throws FST_INVALID for other machines
 */
export function equivalent<W>(a: VectorFst<W>, b: VectorFst<W>, delta?: number): boolean {
  for (const fst of [a, b]) {
    const { acceptor, inputDeterministic, inputEpsilons } = properties(fst);
    if (!acceptor || !inputDeterministic || inputEpsilons)
      throw new HearkenError('FST_INVALID', 'equivalence needs deterministic acceptors without epsilons');
  }
  const { semiring } = a;
  const left = connect(a);
  const right = connect(b);
  if (left.numStates === 0 || right.numStates === 0) return left.numStates === right.numStates;
  if (!semiring.equal(pushWeights(left), pushWeights(right), delta)) return false;
  const offset = left.numStates;
  const parent = Int32Array.from({ length: offset + right.numStates }, (_, i) => i);
  const root = (x: number): number => {
    let r = x;
    while (parent[r] !== r) r = parent[r] = parent[parent[r]];
    return r;
  };
  const pairs: [number, number][] = [[left.start, right.start]];
  parent[offset + right.start] = left.start;
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [p, q] = pair;
    if (!semiring.equal(left.final(p), right.final(q), delta)) return false;
    const others = new Map(right.arcs(q).map((arc) => [arc.ilabel, arc]));
    if (others.size !== left.arcs(p).length) return false;
    for (const arc of left.arcs(p)) {
      const other = others.get(arc.ilabel);
      if (!other || !semiring.equal(arc.weight, other.weight, delta)) return false;
      const x = root(arc.next);
      const y = root(offset + other.next);
      if (x === y) continue;
      parent[y] = x;
      pairs.push([arc.next, other.next]);
    }
  }
  return true;
}

/** Whether two machines differ only in the numbers of their states. Arcs of a state must differ from each other. */
export function isomorphic<W>(a: VectorFst<W>, b: VectorFst<W>, delta?: number): boolean {
  const { semiring } = a;
  const left = connect(a);
  const right = connect(b);
  if (left.numStates !== right.numStates) return false;
  if (left.numStates === 0) return true;
  const partner = new Int32Array(left.numStates).fill(-1);
  const inverse = new Int32Array(left.numStates).fill(-1);
  const queue = [left.start];
  partner[left.start] = right.start;
  inverse[right.start] = left.start;
  for (let i = 0; i < queue.length; i++) {
    const p = queue[i];
    const q = partner[p];
    const theirs = [...right.arcs(q)];
    if (!semiring.equal(left.final(p), right.final(q), delta) || theirs.length !== left.arcs(p).length) return false;
    for (const arc of left.arcs(p)) {
      const k = theirs.findIndex(
        (o) => o.ilabel === arc.ilabel && o.olabel === arc.olabel && semiring.equal(o.weight, arc.weight, delta),
      );
      if (k < 0) return false;
      const [{ next }] = theirs.splice(k, 1);
      if (partner[arc.next] < 0 && inverse[next] < 0) {
        partner[arc.next] = next;
        inverse[next] = arc.next;
        queue.push(arc.next);
      } else if (partner[arc.next] !== next) return false;
    }
  }
  return true;
}
