import { VectorFst } from '../fst/index.js';

/** Input labels of a search graph are pdf + 1, so that 0 stays epsilon. */
export const pdfLabel = (pdf: number): number => pdf + 1;

/**
 * H for the chain topology with monophones: phone p (0-based) emits pdf p on entry, then pdf p + `phones` any number
 * of times. Replaces the phone labels (p + 1) of `fst` by pdf labels; a state entered by different phones is split, since
 * the self-loop belongs to the phone (Kaldi's add-self-loops, reordered). Both transitions cost −ln ½.
 */
export function expandChain(fst: VectorFst, phones: number): VectorFst {
  const out = new VectorFst();
  const half = Math.LN2;
  /** (state, phone entered by, 0 for none) → state */
  const numbers = new Map<number, number>();
  const queue: { state: number; phone: number }[] = [];
  const find = (state: number, phone: number): number => {
    const key = state * (phones + 1) + phone;
    let number = numbers.get(key);
    if (number === undefined) {
      number = out.addState();
      numbers.set(key, number);
      queue.push({ state, phone });
      out.setFinal(number, fst.final(state));
      if (phone > 0) out.addArc(number, pdfLabel(phone - 1 + phones), 0, half, number);
    }
    return number;
  };
  out.start = find(fst.start, 0);
  for (let i = 0; i < queue.length; i++) {
    const { state, phone } = queue[i];
    const from = numbers.get(state * (phones + 1) + phone) as number;
    for (const arc of fst.arcs(state)) {
      // Behind an epsilon there is no self-loop: the phone's frames are spent before it.
      const to = find(arc.next, arc.ilabel);
      const entering = arc.ilabel > 0;
      out.addArc(from, entering ? pdfLabel(arc.ilabel - 1) : 0, arc.olabel, arc.weight + (entering ? half : 0), to);
    }
  }
  return out;
}
