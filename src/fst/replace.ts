import { HearkenError } from '../errors.js';
import { VectorFst } from './vector-fst.js';

/** Replacements inside replacements before it is called unbounded recursion. */
const MAX_DEPTH = 64;

/**
 * The machine `root` with every arc whose output is a key of `parts` replaced by that machine, and so on inside
 * (OpenFst replace: a recursive transition network, expanded). The label itself is neither read nor written.
 * @throws FST_INVALID where a machine contains itself, FST_LIMIT past `maxStates`
 */
export function replace<W>(
  root: VectorFst<W>,
  parts: ReadonlyMap<number, VectorFst<W>>,
  maxStates = 10_000_000,
): VectorFst<W> {
  const out = new VectorFst<W>(root.semiring);
  const insert = (fst: VectorFst<W>, inside: readonly number[]): number => {
    const first = out.numStates;
    if (first + fst.numStates > maxStates) throw new HearkenError('FST_LIMIT', `replace passed ${maxStates} states`);
    out.reserve(first + fst.numStates);
    for (let s = 0; s < fst.numStates; s++) {
      for (const arc of fst.arcs(s)) {
        const part = arc.olabel === 0 ? undefined : parts.get(arc.olabel);
        if (!part) out.addArc(first + s, arc.ilabel, arc.olabel, arc.weight, first + arc.next);
        else call(part, arc.olabel, inside, first + s, arc.weight, first + arc.next);
      }
    }
    return first;
  };
  const call = (
    part: VectorFst<W>,
    label: number,
    inside: readonly number[],
    from: number,
    weight: W,
    to: number,
  ): void => {
    if (inside.includes(label) || inside.length >= MAX_DEPTH)
      throw new HearkenError('FST_INVALID', `replace: machine ${label} contains itself`);
    if (part.start < 0) return;
    const first = insert(part, [...inside, label]);
    out.addArc(from, 0, 0, weight, first + part.start);
    for (let s = 0; s < part.numStates; s++) if (part.isFinal(s)) out.addArc(first + s, 0, 0, part.final(s), to);
  };
  insert(root, []);
  for (let s = 0; s < root.numStates; s++) out.setFinal(s, root.final(s));
  out.start = root.start;
  return out;
}
