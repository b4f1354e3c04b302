import { HearkenError } from '../errors.js';
import { VectorFst } from '../fst/index.js';
import { WORD_BEGIN } from './labels.js';
import { columnLabel, type Step, type Topology, type Unit } from './topology.js';

/** Blanks between the units of a word, as a state of its own. */
const BETWEEN = -1;
/** After an epsilon: blanks may come here. */
const AFTER_EPSILON = -2;
/** After an epsilon, the state before it having taken the blanks. */
const BLANKS_TAKEN = -3;
const WAYS = 3;
/** States with at most as many units after them need no state of their own for the blanks to be left without an epsilon. */
const FEW = 2;

/**
 * CTC's topology (Graves et al. 2006): a unit is its column once or several times, blanks may stand between units, and must
 * between two equal ones of a word. Only blanks may cost something: the posteriors hold all.
 * Compact as k2's modified topology and Laptev et al. 2021 (a few arcs for each unit, not units²): where words meet, equal units
 * need no blank. Blanks between words are taken before WORD_BEGIN and after WORD_END, so words have the times of their own
 * frames.
 */
export class CtcTopology implements Topology {
  readonly units: number;

  /**
   * @param columns unit u has column u; the blank is a unit that no word is spelled with
   * @param blank column of the blank
   * @param blankCost nats per frame of blank: networks that leave units out more often than they put in ones do better with some
   * @throws OPTION_INVALID
   */
  constructor(
    readonly columns: number,
    readonly blank: number,
    readonly blankCost = 0,
  ) {
    if (!(Number.isInteger(blank) && blank >= 0 && blank < columns))
      throw new HearkenError('OPTION_INVALID', `the blank ${blank} is not one of ${columns} columns`);
    this.units = columns;
  }

  enter(unit: Unit): Step {
    return { column: unit, cost: 0 };
  }

  stay(unit: Unit): Step {
    return { column: unit, cost: 0 };
  }

  unitOf(column: number): Unit {
    return column === this.blank ? -1 : column;
  }

  /** True for all columns of units: whether one goes on is for the frame before to say. */
  begins(column: number): boolean {
    return column !== this.blank;
  }

  /** Time and size: linear in the arcs of `fst`, a state counted once for each unit that enters it. */
  expand(fst: VectorFst): VectorFst {
    const out = new VectorFst();
    const width = this.units + WAYS;
    const numbers = new Map<number, number>();
    const queue: { state: number; via: number; number: number }[] = [];
    const find = (state: number, via: number): number => {
      const key = state * width + via + WAYS;
      let number = numbers.get(key);
      if (number === undefined) {
        numbers.set(key, (number = out.addState()));
        queue.push({ state, via, number });
      }
      return number;
    };
    const blank = columnLabel(this.blank);
    out.start = find(fst.start, AFTER_EPSILON);
    for (let i = 0; i < queue.length; i++) {
      const { state, via, number } = queue[i];
      const arcs = fst.arcs(state);
      const final = fst.final(state);
      /** Arcs on which blanks cannot be put off to the next state. */
      const urgent = arcs.filter((a) => a.ilabel !== 0 || a.olabel === WORD_BEGIN);
      const takesBlanks = urgent.length > 0 || Number.isFinite(final);
      const copy = (arc: (typeof arcs)[number], epsilonTo: number): void => {
        const { ilabel, olabel, weight, next } = arc;
        out.addArc(number, ilabel, olabel, weight, find(next, ilabel === 0 ? epsilonTo : ilabel - 1));
      };
      if (via >= 0) {
        out.addArc(number, columnLabel(via), 0, 0, number);
        // Words end before the blanks.
        for (const arc of arcs) if (!urgent.includes(arc)) copy(arc, AFTER_EPSILON);
        if (!takesBlanks) continue;
        const equal = urgent.some((a) => a.ilabel === via + 1);
        const between = find(state, BETWEEN);
        if (!equal && urgent.length > FEW) out.addArc(number, 0, 0, 0, between);
        else {
          out.addArc(number, blank, 0, this.blankCost, between);
          for (const arc of urgent) if (arc.ilabel !== via + 1) copy(arc, BLANKS_TAKEN);
          out.setFinal(number, final);
        }
        continue;
      }
      out.setFinal(number, final);
      if (via === BETWEEN || (via === AFTER_EPSILON && takesBlanks))
        out.addArc(number, blank, 0, this.blankCost, number);
      for (const arc of via === BETWEEN ? urgent : arcs)
        copy(arc, via === AFTER_EPSILON && !takesBlanks ? AFTER_EPSILON : BLANKS_TAKEN);
    }
    return out;
  }
}
