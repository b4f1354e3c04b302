import { mapFst, type VectorFst } from './vector-fst.js';

/** Inputs and outputs exchanged. */
export function invert<W>(fst: VectorFst<W>): VectorFst<W> {
  return mapFst(
    fst,
    fst.semiring,
    (a) => ({ ...a, ilabel: a.olabel, olabel: a.ilabel }),
    (w) => w,
  );
}

/** The acceptor of what is read (`input`) or written (`output`). */
export function project<W>(fst: VectorFst<W>, side: 'input' | 'output'): VectorFst<W> {
  return mapFst(
    fst,
    fst.semiring,
    (a) => (side === 'input' ? { ...a, olabel: a.ilabel } : { ...a, ilabel: a.olabel }),
    (w) => w,
  );
}

/** The arcs of every state in order of their input or output labels; arcs of equal labels keep their order. */
export function arcSort<W>(fst: VectorFst<W>, by: 'input' | 'output' = 'input'): VectorFst<W> {
  const out = fst.copy();
  for (let s = 0; s < fst.numStates; s++)
    out.setArcs(
      s,
      [...fst.arcs(s)].sort((a, b) => (by === 'input' ? a.ilabel - b.ilabel : a.olabel - b.olabel)),
    );
  return out;
}

/** Labels replaced by others; those a map lacks stay. */
export function relabel<W>(
  fst: VectorFst<W>,
  inputs: ReadonlyMap<number, number>,
  outputs: ReadonlyMap<number, number>,
): VectorFst<W> {
  return mapFst(
    fst,
    fst.semiring,
    (a) => ({ ...a, ilabel: inputs.get(a.ilabel) ?? a.ilabel, olabel: outputs.get(a.olabel) ?? a.olabel }),
    (w) => w,
  );
}
