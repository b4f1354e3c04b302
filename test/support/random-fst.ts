import { VectorFst } from '../../src/fst/index.js';

/** A seeded generator (mulberry32), so that a failure can be repeated. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface RandomOptions {
  states: number;
  arcs: number;
  labels: number;
  acyclic?: boolean;
  acceptor?: boolean;
  /** Some arcs read nothing. */
  epsilons?: boolean;
}

/** A random machine, weights in steps of 1/4. */
export function randomFst(
  next: () => number,
  { states, arcs, labels, acyclic = true, acceptor = false, epsilons = false }: RandomOptions,
): VectorFst {
  const fst = new VectorFst();
  for (let s = 0; s < states; s++) fst.addState();
  fst.start = 0;
  const pick = (n: number): number => Math.floor(next() * n);
  for (let a = 0; a < arcs; a++) {
    const from = pick(states - 1);
    const to = acyclic ? from + 1 + pick(states - 1 - from) : pick(states);
    const ilabel = epsilons ? pick(labels + 1) : 1 + pick(labels);
    fst.addArc(from, ilabel, acceptor ? ilabel : pick(labels + 1), pick(16) / 4, to);
  }
  fst.setFinal(states - 1, pick(8) / 4);
  if (next() < 0.5) fst.setFinal(pick(states), pick(8) / 4);
  return fst;
}

/** Lowest cost of each (input, output) pair over all paths of an acyclic machine: its meaning, written out. */
export function enumerate(fst: VectorFst): Map<string, number> {
  const out = new Map<string, number>();
  const walk = (state: number, input: string, output: string, cost: number): void => {
    const final = cost + fst.final(state);
    const key = `${input}:${output}`;
    if (Number.isFinite(final) && final < (out.get(key) ?? Number.POSITIVE_INFINITY)) out.set(key, final);
    for (const arc of fst.arcs(state)) {
      walk(
        arc.next,
        arc.ilabel ? `${input} ${arc.ilabel}` : input,
        arc.olabel ? `${output} ${arc.olabel}` : output,
        cost + arc.weight,
      );
    }
  };
  if (fst.start >= 0) walk(fst.start, '', '', 0);
  return out;
}
