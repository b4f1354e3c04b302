import { COMPACT_LATTICE, type CompactLattice, type CompactLatticeWeight, VectorFst } from '../fst/index.js';
import type { LanguageModel } from '../lm/index.js';
import { sorted } from './compact-lattice.js';

/**
 * A lattice with `scale` times the costs of a language model added to its graph costs (Kaldi's lattice-lmrescore). Negative,
 * it takes the costs of the model that was used away; a better one can then be added. States are split by the model's.
 */
export function rescoreLattice(lattice: CompactLattice, lm: LanguageModel, scale: number): CompactLattice {
  const out: CompactLattice = new VectorFst(COMPACT_LATTICE);
  if (lattice.start < 0) return out;
  const numbers = new Map<string, number>();
  const pairs: [state: number, lmState: number][] = [];
  const find = (state: number, lmState: number): number => {
    const key = `${state},${lmState}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = out.addState();
      numbers.set(key, number);
      pairs.push([state, lmState]);
    }
    return number;
  };
  const plus = ({ labels, weight: [graph, acoustic] }: CompactLatticeWeight, cost: number): CompactLatticeWeight => ({
    labels,
    weight: [graph + scale * cost, acoustic],
  });
  out.start = find(lattice.start, lm.start);
  for (let i = 0; i < pairs.length; i++) {
    const [state, lmState] = pairs[i];
    // An utterance without words is no sentence.
    const end = lmState === lm.start ? 0 : lm.finalCost(lmState);
    if (lattice.isFinal(state)) out.setFinal(i, plus(lattice.final(state), end));
    for (const { ilabel, weight, next } of lattice.arcs(state)) {
      const cost = ilabel === 0 ? 0 : lm.step(lmState, ilabel);
      out.addArc(i, ilabel, ilabel, plus(weight, cost), find(next, ilabel === 0 ? lmState : lm.next));
    }
  }
  return sorted(out);
}
