import { topologicalOrder } from './top-sort.js';
import type { VectorFst } from './vector-fst.js';

/**
 * Which output labels of `a` come next on some path from a state, as intervals over labels renumbered in the order a
 * depth-first walk meets them: along a lexicon tree that is one interval a state (Allauzen, Riley and Schalkwyk 2009).
 */
export class LabelReach<W> {
  #b: VectorFst<W>;
  /** [begin, end) pairs of new labels by state of `a`, ascending; undefined: anything may come. */
  #intervals: (Int32Array | undefined)[] = [];
  #ends: Uint8Array;
  /** By state of `b`: new labels it reads, ascending. */
  #reads: (Int32Array | undefined)[] = [];
  #number = new Map<number, number>();

  constructor(a: VectorFst<W>, b: VectorFst<W>) {
    this.#b = b;
    this.#ends = new Uint8Array(a.numStates);
    const silent = (arc: { olabel: number }): boolean => arc.olabel === 0;
    const order = topologicalOrder(a, silent);
    this.#numberLabels(a);
    // A cycle without output would need its states joined first; such machines are composed without looking ahead.
    if (!order) return;
    for (const s of order.reverse()) {
      const labels: number[] = [];
      this.#ends[s] = a.isFinal(s) ? 1 : 0;
      for (const arc of a.arcs(s)) {
        if (arc.olabel !== 0) {
          const label = this.#number.get(arc.olabel) as number;
          labels.push(label, label + 1);
        } else {
          labels.push(...(this.#intervals[arc.next] as Int32Array));
          this.#ends[s] |= this.#ends[arc.next];
        }
      }
      this.#intervals[s] = joined(labels);
    }
  }

  /** Whether a pair of states may lie on a path of the composition: `b` reads, now or behind an epsilon, what `a` can write. */
  possible(p: number, q: number): boolean {
    const intervals = this.#intervals[p];
    if (!intervals) return true;
    const reads = (this.#reads[q] ??= this.#labelsRead(q));
    // Behind an input epsilon `b` may read anything.
    if (reads.length > 0 && reads[0] < 0) return true;
    if (this.#ends[p] && this.#b.isFinal(q)) return true;
    for (let i = 0; i < intervals.length; i += 2) {
      const at = lowerBound(reads, intervals[i]);
      if (at < reads.length && reads[at] < intervals[i + 1]) return true;
    }
    return false;
  }

  #numberLabels(a: VectorFst<W>): void {
    const seen = new Uint8Array(a.numStates);
    const stack = [a.start];
    while (stack.length > 0) {
      const s = stack.pop() as number;
      if (seen[s]) continue;
      seen[s] = 1;
      for (const { olabel } of a.arcs(s))
        if (olabel !== 0 && !this.#number.has(olabel)) this.#number.set(olabel, this.#number.size);
      for (const { next } of a.arcs(s)) if (!seen[next]) stack.push(next);
    }
    for (let s = 0; s < a.numStates; s++)
      for (const { olabel } of a.arcs(s)) if (!this.#number.has(olabel)) this.#number.set(olabel, this.#number.size);
  }

  #labelsRead(q: number): Int32Array {
    const labels = new Set<number>();
    for (const { ilabel } of this.#b.arcs(q)) {
      const label = ilabel === 0 ? -1 : this.#number.get(ilabel);
      if (label !== undefined) labels.add(label);
    }
    return Int32Array.from(labels).sort();
  }
}

/** Overlapping and touching intervals as one. */
function joined(pairs: number[]): Int32Array {
  const sorted: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) sorted.push([pairs[i], pairs[i + 1]]);
  sorted.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [begin, end] of sorted) {
    const last = out.length - 1;
    if (last >= 0 && begin <= out[last]) out[last] = Math.max(out[last], end);
    else out.push(begin, end);
  }
  return Int32Array.from(out);
}

function lowerBound(sorted: Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
