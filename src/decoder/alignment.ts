import type { CompactLattice } from '../fst/index.js';
import type { Topology } from '../graph/topology.js';
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

/** Frames' input labels (column + 1) as phones: the topology says which columns begin one. Blanks belong to the phone before. */
export function phoneAlignment(inputs: readonly number[], topology: Topology): AlignedPhone[] {
  const phones: AlignedPhone[] = [];
  for (const [frame, input] of inputs.entries()) {
    const column = input - 1;
    const phone = topology.unitOf(column);
    const last = phones.at(-1);
    // With a blank, a column that repeats goes on with its unit.
    const goesOn = topology.blank !== undefined && input === inputs[frame - 1];
    if (phone >= 0 && ((topology.begins(column) && !goesOn) || !last))
      phones.push({ phone, begin: frame, end: frame + 1 });
    else if (last) last.end = frame + 1;
  }
  return phones;
}
