import { VectorFst } from '../fst/index.js';
import type { ContextTable } from './context.js';
import { columnLabel, type Step, type Topology, type Unit } from './topology.js';

const SILENCE = 0;
/** Probability of each of the two transitions out of a state. */
const HALF = Math.LN2;

/**
 * The chain topology of Kaldi's LF-MMI models with left-biphone or monophone units: a phone after `left` emits the entry pdf of
 * its context-dependent unit, then that unit's self-loop pdf any number of times. Pdfs are `unit` and `unit + units`.
 */
export class ChainTopology implements Topology {
  readonly columns: number;
  readonly units: number;

  constructor(readonly context: ContextTable) {
    this.columns = 2 * context.units;
    this.units = context.phones;
  }

  enter(unit: Unit, left: Unit): Step {
    return { column: this.context.unit(left, unit), cost: HALF };
  }

  stay(unit: Unit, left: Unit): Step {
    return { column: this.context.unit(left, unit) + this.context.units, cost: HALF };
  }

  unitOf(column: number): Unit {
    return this.context.phoneOf(column % this.context.units);
  }

  begins(column: number): boolean {
    return column < this.context.units;
  }

  /**
   * A state is split by the unit it is entered through, since the self-loop is that unit's (Kaldi's add-self-loops, reordered),
   * and after an epsilon by the last phone. The start follows silence.
   */
  expand(fst: VectorFst): VectorFst {
    const out = new VectorFst();
    const { units, phones } = this.context;
    const width = units + phones;
    /** state · width + (unit entered by, or units + last phone after an epsilon) → state */
    const numbers = new Map<number, number>();
    const queue: { state: number; via: number; number: number }[] = [];
    const find = (state: number, via: number): number => {
      const key = state * width + via;
      let number = numbers.get(key);
      if (number === undefined) {
        number = out.addState();
        numbers.set(key, number);
        queue.push({ state, via, number });
        out.setFinal(number, fst.final(state));
        if (via < units) out.addArc(number, columnLabel(via + units), 0, HALF, number);
      }
      return number;
    };
    out.start = find(fst.start, units + SILENCE);
    for (let i = 0; i < queue.length; i++) {
      const { state, via, number } = queue[i];
      const left = via < units ? this.context.phoneOf(via) : via - units;
      for (const arc of fst.arcs(state)) {
        if (arc.ilabel === 0) {
          // After an epsilon there is no self-loop: the phone's frames are spent before it.
          out.addArc(number, 0, arc.olabel, arc.weight, find(arc.next, units + left));
        } else {
          const unit = this.context.unit(left, arc.ilabel - 1);
          out.addArc(number, columnLabel(unit), arc.olabel, arc.weight + HALF, find(arc.next, unit));
        }
      }
    }
    return out;
  }
}
