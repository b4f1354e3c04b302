import { type Semiring, TROPICAL } from './semiring.js';

export interface Arc<W = number> {
  readonly ilabel: number;
  readonly olabel: number;
  /** By default a cost: −ln probability. */
  readonly weight: W;
  readonly next: number;
}

/** A mutable weighted transducer; weights are tropical costs unless another semiring is given. */
export class VectorFst<W = number> {
  readonly semiring: Semiring<W>;
  #start = -1;
  #arcs: Arc<W>[][] = [];
  #finals: W[] = [];
  #version = 0;

  constructor(semiring?: Semiring<W>) {
    // W is number wherever no semiring is given: it is the type's default.
    this.semiring = semiring ?? (TROPICAL as Semiring<unknown> as Semiring<W>);
  }

  /** −1 where there is none, and so no path. */
  get start(): number {
    return this.#start;
  }

  set start(state: number) {
    this.#start = state;
    this.#version++;
  }

  /** Grows with every change: what was worked out of the machine holds as long as it stays. */
  get version(): number {
    return this.#version;
  }

  get numStates(): number {
    return this.#arcs.length;
  }

  get numArcs(): number {
    return this.#arcs.reduce((n, a) => n + a.length, 0);
  }

  addState(): number {
    this.#version++;
    this.#finals.push(this.semiring.zero);
    return this.#arcs.push([]) - 1;
  }

  addArc(state: number, ilabel: number, olabel: number, weight: W, next: number): void {
    this.#version++;
    this.#arcs[state].push({ ilabel, olabel, weight, next });
  }

  setFinal(state: number, weight: W = this.semiring.one): void {
    this.#version++;
    this.#finals[state] = weight;
  }

  /** Final weight; zero (an infinite cost) where the state is not final. */
  final(state: number): W {
    return this.#finals[state];
  }

  isFinal(state: number): boolean {
    return !this.semiring.isZero(this.#finals[state]);
  }

  arcs(state: number): readonly Arc<W>[] {
    return this.#arcs[state];
  }

  setArcs(state: number, arcs: Arc<W>[]): void {
    this.#version++;
    this.#arcs[state] = arcs;
  }

  /** Add states until there are `count`. */
  reserve(count: number): void {
    while (this.numStates < count) this.addState();
  }

  copy(): VectorFst<W> {
    return mapFst(
      this,
      this.semiring,
      (arc) => arc,
      (weight) => weight,
    );
  }
}

/** The same states under another semiring: every arc and final weight mapped (OpenFst's arcmap). */
export function mapFst<W, V>(
  fst: VectorFst<W>,
  semiring: Semiring<V>,
  arc: (arc: Arc<W>) => Arc<V>,
  final: (weight: W) => V,
): VectorFst<V> {
  const out = new VectorFst<V>(semiring);
  for (let s = 0; s < fst.numStates; s++) {
    out.addState();
    if (fst.isFinal(s)) out.setFinal(s, final(fst.final(s)));
    out.setArcs(s, fst.arcs(s).map(arc));
  }
  out.start = fst.start;
  return out;
}
