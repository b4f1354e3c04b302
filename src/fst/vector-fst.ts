/** Cost of what cannot be: the zero of the tropical semiring. */
export const INFINITY_COST = Number.POSITIVE_INFINITY;

export interface Arc {
  ilabel: number;
  olabel: number;
  /** Cost: −ln probability, tropical semiring. */
  weight: number;
  next: number;
}

/** A mutable weighted transducer over the tropical semiring. */
export class VectorFst {
  start = -1;
  #arcs: Arc[][] = [];
  #finals: number[] = [];

  get numStates(): number {
    return this.#arcs.length;
  }

  get numArcs(): number {
    return this.#arcs.reduce((n, a) => n + a.length, 0);
  }

  addState(): number {
    this.#finals.push(INFINITY_COST);
    return this.#arcs.push([]) - 1;
  }

  addArc(state: number, ilabel: number, olabel: number, weight: number, next: number): void {
    this.#arcs[state].push({ ilabel, olabel, weight, next });
  }

  setFinal(state: number, cost = 0): void {
    this.#finals[state] = cost;
  }

  /** Final cost; infinite where the state is not final. */
  final(state: number): number {
    return this.#finals[state];
  }

  /** The arcs of a state; the caller may change them in place. */
  arcs(state: number): Arc[] {
    return this.#arcs[state];
  }

  setArcs(state: number, arcs: Arc[]): void {
    this.#arcs[state] = arcs;
  }
}
