import { HearkenError } from '../errors.js';
import type { Semiring } from './semiring.js';
import { topologicalOrder } from './top-sort.js';
import type { Arc, VectorFst } from './vector-fst.js';

/** A distance that changes by less is settled (OpenFst's kShortestDelta). */
const SETTLED = 1e-6;
/** Visits of one state after which the sum is said not to converge. */
const MAX_VISITS = 10_000;

/**
 * The ⊕-sum of all paths from `source` to each state over the arcs that `follow` allows: the lowest cost in path
 * semirings (Mohri 2002, generic single-source shortest distance). States in topological order where there is no cycle.
 * @throws FST_LIMIT where the sum over a cycle does not converge (negative costs)
 */
export function distancesFrom<W>(
  fst: VectorFst<W>,
  source: number,
  follow: (arc: Arc<W>) => boolean = () => true,
): W[] {
  const { semiring } = fst;
  const distance = new Array<W>(fst.numStates).fill(semiring.zero);
  if (source < 0) return distance;
  distance[source] = semiring.one;
  const order = topologicalOrder(fst, follow as (arc: { ilabel: number; olabel: number }) => boolean);
  if (order) {
    for (const s of order) {
      if (semiring.isZero(distance[s])) continue;
      for (const arc of fst.arcs(s)) {
        if (follow(arc))
          distance[arc.next] = semiring.plus(distance[arc.next], semiring.times(distance[s], arc.weight));
      }
    }
    return distance;
  }
  relaxed(semiring, source, distance, (s) => (follow ? fst.arcs(s).filter(follow) : fst.arcs(s)));
  return distance;
}

/** Distances over the arcs that `arcsOf` gives, added to `distance`, which must hold one at the source, zero elsewhere. */
export function relaxed<W>(
  semiring: Semiring<W>,
  source: number,
  distance: { [state: number]: W },
  arcsOf: (state: number) => readonly Arc<W>[],
): void {
  settle(semiring, new Map([[source, semiring.one]]), distance, arcsOf);
}

/**
 * Relax arcs, first come first served, until no distance changes.
 * @param gained what states have gained since their arcs were last relaxed
 */
function settle<W>(
  semiring: Semiring<W>,
  gained: Map<number, W>,
  distance: { [state: number]: W },
  arcsOf: (state: number) => readonly Arc<W>[],
): void {
  const visits = new Map<number, number>();
  const queue = [...gained.keys()];
  for (let head = 0; head < queue.length; head++) {
    const s = queue[head];
    const gain = gained.get(s) as W;
    gained.delete(s);
    const visited = (visits.get(s) ?? 0) + 1;
    visits.set(s, visited);
    if (visited > MAX_VISITS)
      throw new HearkenError('FST_LIMIT', `the costs of a cycle through state ${s} do not converge`);
    for (const { weight, next } of arcsOf(s)) {
      const through = semiring.times(gain, weight);
      const before = distance[next] ?? semiring.zero;
      const sum = semiring.plus(before, through);
      if (semiring.equal(sum, before, semiring.path ? 0 : SETTLED)) continue;
      distance[next] = sum;
      const waiting = gained.get(next);
      gained.set(next, waiting === undefined ? through : semiring.plus(waiting, through));
      if (waiting === undefined) queue.push(next);
    }
  }
}

/** The ⊕-sum of all paths from the start to each state. */
export function shortestDistance<W>(fst: VectorFst<W>): W[] {
  return distancesFrom(fst, fst.start);
}

/** The ⊕-sum of all paths from each state to the end, final weights included. */
export function distanceToFinal<W>(fst: VectorFst<W>): W[] {
  const { semiring } = fst;
  const distance = Array.from({ length: fst.numStates }, (_, s) => fst.final(s));
  const order = topologicalOrder(fst);
  if (order) {
    for (const s of order.reverse()) {
      for (const { weight, next } of fst.arcs(s))
        distance[s] = semiring.plus(distance[s], semiring.times(weight, distance[next]));
    }
    return distance;
  }
  const into: Arc<W>[][] = distance.map(() => []);
  for (let s = 0; s < fst.numStates; s++) for (const arc of fst.arcs(s)) into[arc.next].push({ ...arc, next: s });
  const gained = new Map([...distance.entries()].filter(([, final]) => !semiring.isZero(final)));
  // Weights extend a path at its front here.
  settle({ ...semiring, times: (a, b) => semiring.times(b, a) }, gained, distance, (s) => into[s]);
  return distance;
}
