import { HearkenError } from '../errors.js';
import type { TimedWord } from './words.js';

/**
 * The paths of an utterance that come near the best one: an acyclic graph, states in topological order, arcs sorted by the
 * state they leave. Costs are −ln, graph (with language model) and acoustics apart.
 */
export interface Lattice {
  start: number;
  /** By state: frames before it. */
  frame: Int32Array;
  /** By state: cost of ending there; Infinity where no path may. */
  final: Float64Array;
  from: Int32Array;
  to: Int32Array;
  /** Input label of an arc, a column of scores + 1; 0 where it takes no frame. */
  input: Int32Array;
  /** Output label of an arc; 0 for none. */
  label: Int32Array;
  graphCost: Float32Array;
  acousticCost: Float32Array;
}

/** The same lattice with states in topological order, those off every whole path left out. @throws FST_INVALID where it has a cycle */
export function sortLattice(lattice: Lattice): Lattice {
  const { from, to } = lattice;
  const states = lattice.frame.length;
  const arcs = from.length;
  const leaving = arcsBy(from, states);
  const useful = onWholePaths(lattice, leaving);
  const waiting = new Int32Array(states);
  let count = 0;
  for (let a = 0; a < arcs; a++) {
    if (!useful[from[a]] || !useful[to[a]]) continue;
    waiting[to[a]]++;
    count++;
  }
  const number = new Int32Array(states).fill(-1);
  const order = new Int32Array(states);
  const kept = new Int32Array(count);
  let ordered = 0;
  let k = 0;
  if (useful[lattice.start]) order[ordered++] = lattice.start;
  for (let i = 0; i < ordered; i++) {
    const s = order[i];
    number[s] = i;
    for (let j = leaving.first[s]; j < leaving.first[s + 1]; j++) {
      const a = leaving.arcs[j];
      if (!useful[to[a]]) continue;
      kept[k++] = a;
      if (--waiting[to[a]] === 0) order[ordered++] = to[a];
    }
  }
  if (k < count) throw new HearkenError('FST_INVALID', 'the lattice has a cycle');
  const sorted = order.subarray(0, ordered);
  return {
    start: 0,
    frame: Int32Array.from(sorted, (s) => lattice.frame[s]),
    final: Float64Array.from(sorted, (s) => lattice.final[s]),
    from: Int32Array.from(kept, (a) => number[from[a]]),
    to: Int32Array.from(kept, (a) => number[to[a]]),
    input: Int32Array.from(kept, (a) => lattice.input[a]),
    label: Int32Array.from(kept, (a) => lattice.label[a]),
    graphCost: Float32Array.from(kept, (a) => lattice.graphCost[a]),
    acousticCost: Float32Array.from(kept, (a) => lattice.acousticCost[a]),
  };
}

/** Arcs grouped by a state of theirs: those of s are arcs[first[s]] … arcs[first[s + 1] − 1]. */
function arcsBy(state: Int32Array, states: number): { first: Int32Array; arcs: Int32Array } {
  const first = new Int32Array(states + 1);
  for (let a = 0; a < state.length; a++) first[state[a] + 1]++;
  for (let s = 0; s < states; s++) first[s + 1] += first[s];
  const fill = first.slice();
  const arcs = new Int32Array(state.length);
  for (let a = 0; a < state.length; a++) arcs[fill[state[a]]++] = a;
  return { first, arcs };
}

/** 1 for states that lie on a path from the start to an end. */
function onWholePaths({ start, final, from, to }: Lattice, leaving: ReturnType<typeof arcsBy>): Uint8Array {
  const spread = (reached: Uint8Array, by: ReturnType<typeof arcsBy>, target: Int32Array): Uint8Array => {
    const stack: number[] = [];
    for (const [s, r] of reached.entries()) if (r) stack.push(s);
    for (let s = stack.pop(); s !== undefined; s = stack.pop()) {
      for (let j = by.first[s]; j < by.first[s + 1]; j++) {
        const other = target[by.arcs[j]];
        if (reached[other]) continue;
        reached[other] = 1;
        stack.push(other);
      }
    }
    return reached;
  };
  const started = new Uint8Array(final.length);
  if (final.length > 0) started[start] = 1;
  const forward = spread(started, leaving, to);
  const ends = Uint8Array.from(final, (cost) => (Number.isFinite(cost) ? 1 : 0));
  const backward = spread(ends, arcsBy(to, final.length), from);
  return backward.map((reached, s) => reached & forward[s]);
}

/** By state: cost of the cheapest way to an end. */
export function cheapestOnward({ from, to, final, graphCost, acousticCost }: Lattice): Float64Array {
  const onward = Float64Array.from(final);
  for (let a = from.length - 1; a >= 0; a--)
    onward[from[a]] = Math.min(onward[from[a]], graphCost[a] + acousticCost[a] + onward[to[a]]);
  return onward;
}

const logAdd = (a: number, b: number): number => {
  const top = Math.max(a, b);
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
};

/**
 * Posterior probability of every arc: of all paths, those through it, by their costs (forward-backward).
 * @param scale factor on costs; below 1 spreads probability over more paths
 */
export function arcPosteriors(lattice: Lattice, scale = 1): Float64Array {
  const { from, to, final, graphCost, acousticCost } = lattice;
  const states = final.length;
  const arcs = from.length;
  const forward = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
  const backward = Float64Array.from(final, (cost) => -scale * cost);
  const weight = (a: number): number => -scale * (graphCost[a] + acousticCost[a]);
  if (states > 0) forward[lattice.start] = 0;
  for (let a = 0; a < arcs; a++) forward[to[a]] = logAdd(forward[to[a]], forward[from[a]] + weight(a));
  for (let a = arcs - 1; a >= 0; a--) backward[from[a]] = logAdd(backward[from[a]], weight(a) + backward[to[a]]);
  const total = states > 0 ? backward[lattice.start] : 0;
  return Float64Array.from({ length: arcs }, (_, a) =>
    Math.exp(forward[from[a]] + weight(a) + backward[to[a]] - total),
  );
}

/**
 * How sure each word of the best path is, in [0, 1]: the posterior of the same word being written within the frames it
 * covers, however it is aligned and whatever stands around it (cf. Wessel et al. 2001).
 */
export function wordConfidences(words: readonly TimedWord[], lattice: Lattice, scale = 1): number[] {
  const posteriors = arcPosteriors(lattice, scale);
  const byLabel = new Map<number, number[]>();
  for (let a = 0; a < lattice.label.length; a++) {
    const list = byLabel.get(lattice.label[a]);
    if (list) list.push(a);
    else byLabel.set(lattice.label[a], [a]);
  }
  return words.map(({ label, begin, end }) => {
    let sum = 0;
    for (const a of byLabel.get(label) ?? []) {
      const frame = lattice.frame[lattice.from[a]];
      if (frame >= begin && frame <= end) sum += posteriors[a];
    }
    return Math.min(1, sum);
  });
}
