import { type GallicKind, type GallicWeight, gallic } from './gallic.js';
import type { Semiring } from './semiring.js';
import { mapFst, VectorFst } from './vector-fst.js';

/** A transducer as an acceptor of its inputs, outputs in the weights. */
export function toGallic<W>(fst: VectorFst<W>, kind: GallicKind): VectorFst<GallicWeight<W>> {
  return mapFst(
    fst,
    gallic(fst.semiring, kind),
    ({ ilabel, olabel, weight, next }) => ({
      ilabel,
      olabel: ilabel,
      weight: { labels: olabel === 0 ? [] : [olabel], weight },
      next,
    }),
    (weight) => ({ labels: [], weight }),
  );
}

/** Back again: a string of several labels is written on a chain of arcs, all but the first without input. */
export function fromGallic<W>(fst: VectorFst<GallicWeight<W>>, semiring: Semiring<W>): VectorFst<W> {
  const out = new VectorFst<W>(semiring);
  out.reserve(fst.numStates);
  out.start = fst.start;
  const chain = (from: number, ilabel: number, { labels = [], weight }: GallicWeight<W>, to: number): void => {
    let state = from;
    for (let i = 0; i < Math.max(1, labels.length); i++) {
      const next = i >= labels.length - 1 ? to : out.addState();
      out.addArc(state, i === 0 ? ilabel : 0, labels[i] ?? 0, i === 0 ? weight : semiring.one, next);
      state = next;
    }
  };
  for (let s = 0; s < fst.numStates; s++) {
    for (const { ilabel, weight, next } of fst.arcs(s)) chain(s, ilabel, weight, next);
    if (!fst.isFinal(s)) continue;
    const final = fst.final(s);
    if (final.labels?.length === 0) out.setFinal(s, final.weight);
    else {
      const end = out.addState();
      out.setFinal(end);
      chain(s, 0, final, end);
    }
  }
  return out;
}
