import type { VectorFst } from './vector-fst.js';

/** Copy the states of `from` behind those of `to`; returns the number of its first. */
function append<W>(to: VectorFst<W>, from: VectorFst<W>): number {
  const first = to.numStates;
  to.reserve(first + from.numStates);
  for (let s = 0; s < from.numStates; s++) {
    to.setFinal(first + s, from.final(s));
    to.setArcs(
      first + s,
      from.arcs(s).map((a) => ({ ...a, next: first + a.next })),
    );
  }
  return first;
}

/** What either machine takes: L(a) ∪ L(b). */
export function union<W>(a: VectorFst<W>, b: VectorFst<W>): VectorFst<W> {
  const out = a.copy();
  const first = append(out, b);
  const start = out.addState();
  for (const s of [a.start, b.start < 0 ? -1 : first + b.start])
    if (s >= 0) out.addArc(start, 0, 0, out.semiring.one, s);
  out.start = start;
  return out;
}

/** What `a` takes, followed by what `b` takes: L(a) L(b). */
export function concat<W>(a: VectorFst<W>, b: VectorFst<W>): VectorFst<W> {
  const out = a.copy();
  const first = append(out, b);
  for (let s = 0; s < a.numStates; s++) {
    if (!a.isFinal(s)) continue;
    if (b.start >= 0) out.addArc(s, 0, 0, a.final(s), first + b.start);
    out.setFinal(s, out.semiring.zero);
  }
  return out;
}

/** Any number of repetitions, `plus`: at least one: L(a)* or L(a)⁺. */
export function closure<W>(a: VectorFst<W>, kind: 'star' | 'plus' = 'star'): VectorFst<W> {
  const out = a.copy();
  for (let s = 0; s < a.numStates; s++) if (a.isFinal(s) && a.start >= 0) out.addArc(s, 0, 0, a.final(s), a.start);
  if (kind === 'plus') return out;
  const start = out.addState();
  out.setFinal(start);
  if (a.start >= 0) out.addArc(start, 0, 0, out.semiring.one, a.start);
  out.start = start;
  return out;
}

/** Every path backwards. */
export function reverse<W>(a: VectorFst<W>): VectorFst<W> {
  const { semiring } = a;
  const out = a.copy();
  for (let s = 0; s < a.numStates; s++) {
    out.setArcs(s, []);
    out.setFinal(s, semiring.zero);
  }
  const start = out.addState();
  out.start = start;
  for (let s = 0; s < a.numStates; s++) {
    if (a.isFinal(s)) out.addArc(start, 0, 0, semiring.reverse(a.final(s)), s);
    for (const { ilabel, olabel, weight, next } of a.arcs(s))
      out.addArc(next, ilabel, olabel, semiring.reverse(weight), s);
  }
  if (a.start >= 0) out.setFinal(a.start);
  return out;
}
