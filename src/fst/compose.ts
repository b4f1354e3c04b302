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
  /** By state of `a`: (state of `b`, filter) → number. */
  #numbers: Map<number, number>[] = [];
  #pairs: { p: number; q: number; filter: number }[] = [];
  #byOutput: (Map<number, Arc<W>[]> | undefined)[] = [];
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
    const numbers = (this.#numbers[p] ??= new Map<number, number>());
    const key = 2 * q + filter;
    let n = numbers.get(key);
    if (n === undefined) {
      n = this.out.addState();
      numbers.set(key, n);
      this.#pairs.push({ p, q, filter });
      if (this.#a.isFinal(p) && this.#b.isFinal(q))
        this.out.setFinal(n, this.#semiring.times(this.#a.final(p), this.#b.final(q)));
    }
    return n;
  }

  #expand(n: number): void {
    const { p, q, filter } = this.#pairs[n];
    const left = (this.#byOutput[p] ??= byLabel(this.#a, p, 'olabel'));
    const right = (this.#byInput[q] ??= byLabel(this.#b, q, 'ilabel'));
    if (filter === BOTH)
      for (const x of left.get(0) ?? [])
        if (this.#possible(x.next, q)) this.out.addArc(n, x.ilabel, 0, x.weight, this.#find(x.next, q, BOTH));
    // From the side with fewer labels: a lexicon's start has an arc a word, most histories go on with a handful.
    const [fewer, more] = left.size <= right.size ? [left, right] : [right, left];
    for (const label of fewer.keys()) {
      if (label === 0 || !more.has(label)) continue;
      for (const x of left.get(label) as Arc<W>[]) for (const y of right.get(label) as Arc<W>[]) this.#both(n, x, y);
    }
    for (const y of right.get(0) ?? [])
      if (this.#possible(p, y.next)) this.out.addArc(n, 0, y.olabel, y.weight, this.#find(p, y.next, B_ALONE));
  }

  #both(n: number, x: Arc<W>, y: Arc<W>): void {
    if (!this.#possible(x.next, y.next)) return;
    const weight = this.#semiring.times(x.weight, y.weight);
    this.out.addArc(n, x.ilabel, y.olabel, weight, this.#find(x.next, y.next, BOTH));
  }

  #possible(p: number, q: number): boolean {
    return this.#reach?.possible(p, q) ?? true;
  }
}

function byLabel<W>(fst: VectorFst<W>, state: number, side: 'ilabel' | 'olabel'): Map<number, Arc<W>[]> {
  const out = new Map<number, Arc<W>[]>();
  for (const arc of fst.arcs(state)) {
    const list = out.get(arc[side]);
    if (list) list.push(arc);
    else out.set(arc[side], [arc]);
  }
  return out;
}
