import { HearkenError } from '../errors.js';
import { fromGallic, toGallic } from './gallic-fst.js';
import { Heap } from './heap.js';
import { properties } from './properties.js';
import { relaxed } from './shortest-distance.js';
import { type Arc, VectorFst } from './vector-fst.js';

export interface DeterminizeOptions {
  /** Follow arcs without input instead of refusing them (Kaldi's determinize-star). */
  epsilons?: boolean;
  /** States after which it gives up. */
  maxStates?: number;
}

/** The states a string leads to, each with the weight left over there. */
type Subset<W> = Map<number, W>;

/**
 * A transducer with at most one arc an input label and state (Mohri 1997). Outputs come out as early as they are certain,
 * weights as early as possible. It must be functional (ambiguity resolved by disambiguation symbols).
 * @throws FST_INVALID where it is not functional, or has input epsilons without `epsilons`; FST_LIMIT past `maxStates`
 */
export function determinize<W>(fst: VectorFst<W>, options: DeterminizeOptions = {}): VectorFst<W> {
  return fromGallic(determinizeAcceptor(toGallic(fst, 'restrict'), options), fst.semiring);
}

/** The same for acceptors in any semiring of this folder; output labels are not looked at. */
export function determinizeAcceptor<W>(fst: VectorFst<W>, options: DeterminizeOptions = {}): VectorFst<W> {
  const { epsilons = false, maxStates = 10_000_000 } = options;
  const { semiring } = fst;
  const out = new VectorFst<W>(semiring);
  if (fst.start < 0) return out;
  const topSorted = epsilons && properties(fst).topSorted;
  const epsilonArcs: (readonly Arc<W>[] | undefined)[] = [];
  const free = (state: number): readonly Arc<W>[] =>
    (epsilonArcs[state] ??= fst.arcs(state).filter((a) => a.ilabel === 0));
  const numbers = new Map<string, number>();
  const subsets: Subset<W>[] = [];
  const find = (subset: Subset<W>): number => {
    const elements = [...subset].sort((a, b) => a[0] - b[0]);
    const key = elements.map(([state, weight]) => `${state}:${semiring.key(weight)}`).join(';');
    let number = numbers.get(key);
    if (number === undefined) {
      number = out.addState();
      if (number >= maxStates) throw new HearkenError('FST_LIMIT', `determinization passed ${maxStates} states`);
      numbers.set(key, number);
      subsets[number] = new Map(elements);
    }
    return number;
  };
  out.start = find(new Map([[fst.start, semiring.one]]));
  for (let s = 0; s < subsets.length; s++) {
    const subset = epsilons ? epsilonClosure(fst, free, subsets[s], topSorted) : subsets[s];
    subsets[s] = new Map();
    let final = semiring.zero;
    const byLabel = new Map<number, Subset<W>>();
    for (const [state, weight] of subset) {
      if (fst.isFinal(state)) final = semiring.plus(final, semiring.times(weight, fst.final(state)));
      for (const arc of fst.arcs(state)) {
        if (arc.ilabel === 0) {
          if (epsilons) continue;
          throw new HearkenError('FST_INVALID', `determinize: state ${state} has an input epsilon`);
        }
        let target = byLabel.get(arc.ilabel);
        if (!target) byLabel.set(arc.ilabel, (target = new Map()));
        const through = semiring.times(weight, arc.weight);
        const before = target.get(arc.next);
        target.set(arc.next, before === undefined ? through : semiring.plus(before, through));
      }
    }
    if (!semiring.isZero(final)) out.setFinal(s, final);
    for (const [label, target] of [...byLabel].sort((a, b) => a[0] - b[0])) {
      let divisor = semiring.zero;
      for (const weight of target.values()) divisor = semiring.commonDivisor(divisor, weight);
      if (semiring.isZero(divisor)) continue;
      const rest: Subset<W> = new Map();
      for (const [state, weight] of target) rest.set(state, semiring.divide(weight, divisor));
      out.addArc(s, label, label, divisor, find(rest));
    }
  }
  return out;
}

/** A subset with the states its members reach without input. */
function epsilonClosure<W>(
  fst: VectorFst<W>,
  free: (state: number) => readonly Arc<W>[],
  subset: Subset<W>,
  topSorted: boolean,
): Subset<W> {
  const { semiring } = fst;
  if (![...subset.keys()].some((s) => free(s).length > 0)) return subset;
  if (!topSorted) {
    // One source, −1, with an arc to each member.
    const distance: { [state: number]: W } = {};
    const members = [...subset].map(([next, weight]) => ({ ilabel: 0, olabel: 0, weight, next }));
    relaxed(semiring, -1, distance, (s) => (s < 0 ? members : free(s)));
    return new Map(Object.entries(distance).map(([state, weight]) => [Number(state), weight]));
  }
  // States in order: each is looked at once, when nothing can add to it any more.
  const out: Subset<W> = new Map(subset);
  const waiting = new Heap<number>((state) => state);
  for (const state of subset.keys()) waiting.push(state);
  for (let s = waiting.pop(); s !== undefined; s = waiting.pop()) {
    const weight = out.get(s) as W;
    for (const arc of free(s)) {
      const through = semiring.times(weight, arc.weight);
      const before = out.get(arc.next);
      if (before === undefined) waiting.push(arc.next);
      out.set(arc.next, before === undefined ? through : semiring.plus(before, through));
    }
  }
  return out;
}
