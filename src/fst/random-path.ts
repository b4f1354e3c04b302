import { VectorFst } from './vector-fst.js';

export interface RandomPathOptions {
  paths?: number;
  /** Arcs after which a path is given up. */
  maxLength?: number;
  /** Numbers in [0, 1); by default Math.random. */
  random?: () => number;
  /** Every way on alike, or by its probability e^−cost. */
  select?: 'uniform' | 'cost';
}

/** Paths drawn at random, each a branch from the start, without weights (OpenFst randgen). */
export function randomPaths(fst: VectorFst, options: RandomPathOptions = {}): VectorFst {
  const { paths = 1, maxLength = 1000, random = Math.random, select = 'uniform' } = options;
  const out = new VectorFst();
  out.start = out.addState();
  for (let n = 0; n < paths && fst.start >= 0; n++) {
    const chosen = randomPath(fst, maxLength, random, select);
    if (!chosen) continue;
    let state = out.addState();
    out.addArc(out.start, 0, 0, 0, state);
    for (const { ilabel, olabel } of chosen) {
      const next = out.addState();
      out.addArc(state, ilabel, olabel, 0, next);
      state = next;
    }
    out.setFinal(state);
  }
  return out;
}

function randomPath(fst: VectorFst, maxLength: number, random: () => number, select: 'uniform' | 'cost') {
  const chosen: { ilabel: number; olabel: number }[] = [];
  for (let state = fst.start; chosen.length <= maxLength; ) {
    const arcs = fst.arcs(state);
    const costs = [fst.final(state), ...arcs.map((a) => a.weight)];
    const shares = costs.map((c) => (Number.isFinite(c) ? (select === 'uniform' ? 1 : Math.exp(-c)) : 0));
    let left = random() * shares.reduce((sum, x) => sum + x, 0);
    let pick = shares.findIndex((share) => (left -= share) < 0);
    if (pick < 0) pick = shares.findLastIndex((share) => share > 0);
    if (pick < 0) return undefined;
    if (pick === 0) return chosen;
    chosen.push(arcs[pick - 1]);
    state = arcs[pick - 1].next;
  }
  return undefined;
}
