import type { VectorFst } from './vector-fst.js';

/** Lowest cost from each state to a final state (tropical); infinite where none can be reached. */
export function distanceToFinal(fst: VectorFst): Float64Array {
  const states = fst.numStates;
  const distance = new Float64Array(states).fill(Number.POSITIVE_INFINITY);
  const into: { from: number; weight: number }[][] = Array.from({ length: states }, () => []);
  const queue: number[] = [];
  for (let s = 0; s < states; s++) {
    for (const arc of fst.arcs(s)) into[arc.next].push({ from: s, weight: arc.weight });
    if (Number.isFinite(fst.final(s))) {
      distance[s] = fst.final(s);
      queue.push(s);
    }
  }
  const queued = new Uint8Array(states);
  for (let head = 0; head < queue.length; head++) {
    const s = queue[head];
    queued[s] = 0;
    for (const { from, weight } of into[s]) {
      const cost = weight + distance[s];
      if (cost < distance[from] - 1e-12) {
        distance[from] = cost;
        if (!queued[from]) {
          queued[from] = 1;
          queue.push(from);
        }
      }
    }
  }
  return distance;
}
