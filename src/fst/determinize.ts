import { HearkenError } from '../errors.js';
import { VectorFst } from './vector-fst.js';

/** One state of the input inside a subset, with what has been read but not yet written or paid. */
interface Element {
  state: number;
  weight: number;
  /** Output labels still owed, joined by commas; '' for none. */
  owed: string;
}

/** Weights this close count as equal when subsets are compared. */
const DELTA = 1 / 1024;

const join = (owed: string, olabel: number): string =>
  olabel === 0 ? owed : owed === '' ? String(olabel) : `${owed},${olabel}`;

function commonPrefix(a: string[], b: string[]): string[] {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return a.slice(0, n);
}

const split = (owed: string): string[] => (owed === '' ? [] : owed.split(','));

/**
 * A transducer with at most one arc an input label and state (Mohri 1997, weighted transducers; OpenFst determinize).
 * Outputs come out as early as they are certain, weights as early as possible. The input must be functional (ambiguity
 * resolved by disambiguation symbols) and free of input epsilons.
 * @throws FST_INVALID where it is not functional or has input epsilons, FST_LIMIT past `maxStates`
 */
export function determinize(fst: VectorFst, maxStates = 10_000_000): VectorFst {
  const out = new VectorFst();
  if (fst.start < 0) return out;
  const numbers = new Map<string, number>();
  const subsets: (Element[] | undefined)[] = [];
  const find = (subset: Element[]): number => {
    subset.sort((a, b) => a.state - b.state);
    const key = subset.map((e) => `${e.state}:${Math.round(e.weight / DELTA)}:${e.owed}`).join(';');
    let number = numbers.get(key);
    if (number === undefined) {
      number = out.addState();
      if (number >= maxStates) throw new HearkenError('FST_LIMIT', `determinization passed ${maxStates} states`);
      numbers.set(key, number);
      subsets[number] = subset;
    }
    return number;
  };
  out.start = find([{ state: fst.start, weight: 0, owed: '' }]);
  for (let s = 0; s < subsets.length; s++) {
    const subset = subsets[s] as Element[] | undefined;
    if (!subset) continue; // a link of a chain of outputs
    subsets[s] = undefined;
    setFinal(fst, out, s, subset, subsets);
    const byLabel = new Map<number, Element[]>();
    for (const { state, weight, owed } of subset) {
      for (const arc of fst.arcs(state)) {
        if (arc.ilabel === 0) throw new HearkenError('FST_INVALID', `determinize: state ${state} has an input epsilon`);
        const element = { state: arc.next, weight: weight + arc.weight, owed: join(owed, arc.olabel) };
        const list = byLabel.get(arc.ilabel);
        if (list) list.push(element);
        else byLabel.set(arc.ilabel, [element]);
      }
    }
    for (const [ilabel, elements] of [...byLabel].sort((a, b) => a[0] - b[0])) {
      const { weight, prefix, rest } = factor(elements);
      addChain(out, s, ilabel, prefix, weight, find(rest), subsets);
    }
  }
  return out;
}

/** Take the least weight and the longest common output prefix out of a subset. */
function factor(elements: Element[]): { weight: number; prefix: string[]; rest: Element[] } {
  let weight = Number.POSITIVE_INFINITY;
  let prefix = split(elements[0].owed);
  for (const e of elements) {
    weight = Math.min(weight, e.weight);
    if (prefix.length > 0) prefix = commonPrefix(prefix, split(e.owed));
  }
  const cut = prefix.join(',').length + (prefix.length > 0 ? 1 : 0);
  const best = new Map<number, Element>();
  for (const e of elements) {
    const left = { state: e.state, weight: e.weight - weight, owed: e.owed.slice(cut) };
    const seen = best.get(e.state);
    if (seen && seen.owed !== left.owed) {
      throw new HearkenError(
        'FST_INVALID',
        `determinize: not functional; state ${e.state} is reached with outputs [${seen.owed}] and [${left.owed}]`,
      );
    }
    if (!seen || left.weight < seen.weight) best.set(e.state, left);
  }
  return { weight, prefix, rest: [...best.values()] };
}

/** An arc that writes any number of labels: the first on the arc itself, the others on input-free arcs behind it. */
function addChain(
  out: VectorFst,
  from: number,
  ilabel: number,
  outputs: string[],
  weight: number,
  to: number,
  subsets: (Element[] | undefined)[],
): void {
  let state = from;
  for (let i = 0; i < Math.max(1, outputs.length); i++) {
    const last = i >= outputs.length - 1;
    const next = last ? to : out.addState();
    if (!last) subsets[next] = undefined;
    out.addArc(state, i === 0 ? ilabel : 0, outputs[i] ? Number(outputs[i]) : 0, i === 0 ? weight : 0, next);
    state = next;
  }
}

function setFinal(
  fst: VectorFst,
  out: VectorFst,
  s: number,
  subset: Element[],
  subsets: (Element[] | undefined)[],
): void {
  let best: Element | undefined;
  for (const e of subset) {
    const weight = e.weight + fst.final(e.state);
    if (!Number.isFinite(weight)) continue;
    if (best && best.owed !== e.owed)
      throw new HearkenError(
        'FST_INVALID',
        `determinize: not functional at a final state (outputs [${best.owed}] and [${e.owed}])`,
      );
    if (!best || weight < best.weight) best = { state: e.state, weight, owed: e.owed };
  }
  if (!best) return;
  if (best.owed === '') {
    out.setFinal(s, best.weight);
    return;
  }
  const end = out.addState();
  subsets[end] = undefined;
  out.setFinal(end, 0);
  addChain(out, s, 0, split(best.owed), best.weight, end, subsets);
}
