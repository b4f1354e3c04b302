import type { CompactLattice } from '../fst/index.js';
import type { ContextTable } from '../graph/context.js';
import { costOf } from './compact-lattice.js';

/** The cheapest path of a lattice: its words, and the input label of every frame. */
export interface AlignedPath {
  words: number[];
  inputs: number[];
  cost: number;
}

/** States must be in topological order. */
export function bestLatticePath(lattice: CompactLattice): AlignedPath | undefined {
  const { semiring } = lattice;
  const onward = Array.from({ length: lattice.numStates }, (_, s) => costOf(lattice.final(s)));
  for (let s = lattice.numStates - 1; s >= 0; s--)
    for (const { weight, next } of lattice.arcs(s)) onward[s] = Math.min(onward[s], costOf(weight) + onward[next]);
  if (lattice.start < 0 || !Number.isFinite(onward[lattice.start])) return undefined;
  const words: number[] = [];
  let total = semiring.one;
  for (let s = lattice.start; ; ) {
    let best: (typeof arcs)[number] | undefined;
    const arcs = lattice.arcs(s);
    let least = costOf(lattice.final(s));
    for (const arc of arcs) {
      const cost = costOf(arc.weight) + onward[arc.next];
      if (cost < least) {
        least = cost;
        best = arc;
      }
    }
    total = semiring.times(total, best ? best.weight : lattice.final(s));
    if (!best) break;
    if (best.ilabel !== 0) words.push(best.ilabel);
    s = best.next;
  }
  return { words, inputs: [...(total.labels ?? [])], cost: costOf(total) };
}

/** A phone and the frames it covers: [begin, end). Phone 0 is silence. */
export interface AlignedPhone {
  phone: number;
  begin: number;
  end: number;
}

/** Frames' input labels (pdf + 1) as phones: an entry pdf begins one, its self-loop pdf goes on with it. */
export function phoneAlignment(inputs: readonly number[], context: ContextTable): AlignedPhone[] {
  const phones: AlignedPhone[] = [];
  for (const [frame, input] of inputs.entries()) {
    const pdf = input - 1;
    const last = phones.at(-1);
    if (pdf < context.units || !last)
      phones.push({ phone: context.phoneOf(pdf % context.units), begin: frame, end: frame + 1 });
    else last.end = frame + 1;
  }
  return phones;
}
