import { type Sections, section } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { VectorFst } from './vector-fst.js';

/**
 * An immutable transducer in typed arrays, shared between workers. The arcs of state s are first[s] … first[s+1]−1;
 * those without input label come first, up to epsilonEnd[s].
 */
export class ConstFst {
  static readonly KIND = 'fst-const';
  readonly start: number;
  readonly first: Uint32Array;
  readonly epsilonEnd: Uint32Array;
  readonly finals: Float32Array;
  readonly ilabels: Int32Array;
  readonly olabels: Int32Array;
  readonly weights: Float32Array;
  readonly nexts: Uint32Array;

  constructor(sections: Sections) {
    this.start = Number(sections.facts.start);
    this.first = section(sections, 'first', Uint32Array);
    this.epsilonEnd = section(sections, 'epsilonEnd', Uint32Array);
    this.finals = section(sections, 'finals', Float32Array);
    this.ilabels = section(sections, 'ilabels', Int32Array);
    this.olabels = section(sections, 'olabels', Int32Array);
    this.weights = section(sections, 'weights', Float32Array);
    this.nexts = section(sections, 'nexts', Uint32Array);
    this.#check();
  }

  static fromVector(fst: VectorFst): ConstFst {
    const states = fst.numStates;
    const arcs = fst.numArcs;
    const first = new Uint32Array(states + 1);
    const epsilonEnd = new Uint32Array(states);
    const finals = new Float32Array(states);
    const ilabels = new Int32Array(arcs);
    const olabels = new Int32Array(arcs);
    const weights = new Float32Array(arcs);
    const nexts = new Uint32Array(arcs);
    let at = 0;
    for (let s = 0; s < states; s++) {
      first[s] = at;
      finals[s] = fst.final(s);
      epsilonEnd[s] = at + fst.arcs(s).filter((a) => a.ilabel === 0).length;
      for (const arc of [...fst.arcs(s)].sort((a, b) => a.ilabel - b.ilabel || a.olabel - b.olabel)) {
        ilabels[at] = arc.ilabel;
        olabels[at] = arc.olabel;
        weights[at] = arc.weight;
        nexts[at] = arc.next;
        at++;
      }
    }
    first[states] = at;
    const arrays = { first, epsilonEnd, finals, ilabels, olabels, weights, nexts };
    return new ConstFst({ kind: ConstFst.KIND, facts: { start: fst.start }, arrays });
  }

  /** A copy that can be changed, or written as an OpenFst file. */
  toVector(): VectorFst {
    const out = new VectorFst();
    out.reserve(this.numStates);
    for (let s = 0; s < this.numStates; s++) {
      if (Number.isFinite(this.finals[s])) out.setFinal(s, this.finals[s]);
      for (let a = this.first[s]; a < this.first[s + 1]; a++)
        out.addArc(s, this.ilabels[a], this.olabels[a], this.weights[a], this.nexts[a]);
    }
    out.start = this.start;
    return out;
  }

  get numStates(): number {
    return this.finals.length;
  }

  get numArcs(): number {
    return this.nexts.length;
  }

  toSections(facts: Record<string, unknown> = {}): Sections {
    const { first, epsilonEnd, finals, ilabels, olabels, weights, nexts } = this;
    return {
      kind: ConstFst.KIND,
      facts: { ...facts, start: this.start },
      arrays: { first, epsilonEnd, finals, ilabels, olabels, weights, nexts },
    };
  }

  /** Every index inside its array, so that no walk can leave the graph. @throws MODEL_FILE */
  #check(): void {
    const fail = (what: string): never => {
      throw new HearkenError('MODEL_FILE', `transducer: ${what}`);
    };
    const states = this.numStates;
    const arcs = this.numArcs;
    if (this.first.length !== states + 1 || this.epsilonEnd.length !== states) fail('state arrays differ in length');
    if ([this.ilabels, this.olabels, this.weights].some((a) => a.length !== arcs)) fail('arc arrays differ in length');
    if (!(Number.isInteger(this.start) && this.start >= 0 && this.start < states)) fail(`start state ${this.start}`);
    if (this.first[0] !== 0 || this.first[states] !== arcs) fail('arc offsets do not cover the arcs');
    for (let s = 0; s < states; s++) {
      const end = this.epsilonEnd[s];
      if (this.first[s] > end || end > this.first[s + 1] || this.first[s + 1] > arcs)
        fail(`arc offsets of state ${s} are out of order`);
      for (let a = this.first[s]; a < this.first[s + 1]; a++) {
        if (this.nexts[a] >= states) fail(`arc ${a} leads to state ${this.nexts[a]} of ${states}`);
        if (this.ilabels[a] < 0 || this.olabels[a] < 0) fail(`arc ${a} has a negative label`);
        if ((this.ilabels[a] === 0) !== a < end) fail(`arcs of state ${s} are not sorted by input label`);
        if (Number.isNaN(this.weights[a])) fail(`arc ${a} has no weight`);
      }
    }
  }
}
