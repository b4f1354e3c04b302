import { VectorFst } from '../fst/index.js';
import type { ContextTable } from './context.js';

/** Input labels of a search graph are pdf + 1, so that 0 stays epsilon. */
export const pdfLabel = (pdf: number): number => pdf + 1;

const SILENCE = 0;

/**
 * C and H at once, for the chain topology with left-biphone or monophone units: a phone behind `left` emits the entry pdf
 * of its unit, then the unit's self-loop pdf any number of times. Replaces the phone labels (p + 1) of `fst` by pdf labels.
 * A state is split by the unit it is entered through, since the self-loop is that unit's (Kaldi's add-self-loops, reordered),
 * and behind an epsilon by the last phone. The start stands behind silence. Both transitions cost −ln ½.
 */
export function expandChain(fst: VectorFst, context: ContextTable): VectorFst {
  const out = new VectorFst();
  const half = Math.LN2;
  const { units, phones } = context;
  const width = units + phones;
  /** state · width + (unit entered by, or units + last phone behind an epsilon) → state */
  const numbers = new Map<number, number>();
  const queue: { state: number; via: number; number: number }[] = [];
  const find = (state: number, via: number): number => {
    const key = state * width + via;
    let number = numbers.get(key);
    if (number === undefined) {
      number = out.addState();
      numbers.set(key, number);
      queue.push({ state, via, number });
      out.setFinal(number, fst.final(state));
      if (via < units) out.addArc(number, pdfLabel(via + units), 0, half, number);
    }
    return number;
  };
  out.start = find(fst.start, units + SILENCE);
  for (let i = 0; i < queue.length; i++) {
    const { state, via, number } = queue[i];
    const left = via < units ? context.phoneOf(via) : via - units;
    for (const arc of fst.arcs(state)) {
      if (arc.ilabel === 0) {
        // Behind an epsilon there is no self-loop: the phone's frames are spent before it.
        out.addArc(number, 0, arc.olabel, arc.weight, find(arc.next, units + left));
      } else {
        const unit = context.unit(left, arc.ilabel - 1);
        out.addArc(number, pdfLabel(unit), arc.olabel, arc.weight + half, find(arc.next, unit));
      }
    }
  }
  return out;
}
