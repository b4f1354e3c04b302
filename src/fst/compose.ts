import { connect } from './connect.js';
import { LabelReach } from './label-reach.js';
import type { Semiring } from './semiring.js';
import { type Arc, VectorFst } from './vector-fst.js';

/**
 * Which arcs may follow in a composition, so that each pair of paths is found once (the epsilon-sequence filter of
 * OpenFst): `a` moves on its output epsilons first; once `b` has moved alone, `a` may not until both have.
 */
const BOTH = 0;
const B_ALONE = 1;

export interface ComposeOptions {
  /** Drop pairs where no output `a` can still write is one `b` reads: dead ends are seen before they are built. */
  lookAhead?: boolean;
}

/**
 * The relation of `a` followed by `b`: outputs of `a` are inputs of `b` (Mohri, Pereira and Riley 2002). States off whole
 * paths are left out.
 */
export function compose<W>(a: VectorFst<W>, b: VectorFst<W>, options: ComposeOptions = {}): VectorFst<W> {
  const composition = new Composition(a, b, options);
  return connect(composition.out);
}

/** States built before `connect`, for measurements. */
export function composedStates<W>(a: VectorFst<W>, b: VectorFst<W>, options: ComposeOptions = {}): number {
  return new Composition(a, b, options).out.numStates;
}

class Composition<W> {
  readonly out: VectorFst<W>;
  #a: VectorFst<W>;
  #b: VectorFst<W>;
  #semiring: Semiring<W>;
  #numbers = new Map<string, number>();
  #pairs: { p: number; q: number; filter: number }[] = [];
  #byInput: (Map<number, Arc<W>[]> | undefined)[] = [];
  #reach: LabelReach<W> | undefined;

  constructor(a: VectorFst<W>, b: VectorFst<W>, { lookAhead = false }: ComposeOptions) {
    this.#a = a;
    this.#b = b;
    this.#semiring = a.semiring;
    this.out = new VectorFst<W>(a.semiring);
    if (a.start < 0 || b.start < 0) return;
    if (lookAhead) this.#reach = new LabelReach(a, b);
    this.out.start = this.#find(a.start, b.start, BOTH);
    for (let n = 0; n < this.#pairs.length; n++) this.#expand(n);
  }

  #find(p: number, q: number, filter: number): number {
    const key = `${p},${q},${filter}`;
    let n = this.#numbers.get(key);
    if (n === undefined) {
      n = this.out.addState();
      this.#numbers.set(key, n);
      this.#pairs.push({ p, q, filter });
      if (this.#a.isFinal(p) && this.#b.isFinal(q))
        this.out.setFinal(n, this.#semiring.times(this.#a.final(p), this.#b.final(q)));
    }
    return n;
  }

  #expand(n: number): void {
    const { p, q, filter } = this.#pairs[n];
    const semiring = this.#semiring;
    const arcs = (this.#byInput[q] ??= byInput(this.#b, q));
    for (const x of this.#a.arcs(p)) {
      if (x.olabel === 0) {
        if (filter === BOTH && this.#possible(x.next, q))
          this.out.addArc(n, x.ilabel, 0, x.weight, this.#find(x.next, q, BOTH));
        continue;
      }
      for (const y of arcs.get(x.olabel) ?? []) {
        if (this.#possible(x.next, y.next))
          this.out.addArc(n, x.ilabel, y.olabel, semiring.times(x.weight, y.weight), this.#find(x.next, y.next, BOTH));
      }
    }
    for (const y of arcs.get(0) ?? []) {
      if (this.#possible(p, y.next)) this.out.addArc(n, 0, y.olabel, y.weight, this.#find(p, y.next, B_ALONE));
    }
  }

  #possible(p: number, q: number): boolean {
    return this.#reach?.possible(p, q) ?? true;
  }
}

function byInput<W>(fst: VectorFst<W>, state: number): Map<number, Arc<W>[]> {
  const out = new Map<number, Arc<W>[]>();
  for (const arc of fst.arcs(state)) {
    const list = out.get(arc.ilabel);
    if (list) list.push(arc);
    else out.set(arc.ilabel, [arc]);
  }
  return out;
}
