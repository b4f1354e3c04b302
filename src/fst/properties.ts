import { coaccessible, reachable } from './connect.js';
import { topologicalOrder } from './top-sort.js';
import type { VectorFst } from './vector-fst.js';

/** Facts about a machine that algorithms ask for. */
export interface Properties {
  /** Every arc reads what it writes. */
  acceptor: boolean;
  inputDeterministic: boolean;
  outputDeterministic: boolean;
  /** Arcs that neither read nor write; that do not read; that do not write. */
  epsilons: boolean;
  inputEpsilons: boolean;
  outputEpsilons: boolean;
  inputSorted: boolean;
  outputSorted: boolean;
  /** Some weight is neither one nor zero. */
  weighted: boolean;
  cyclic: boolean;
  /** A cycle leads through the start. */
  initialCyclic: boolean;
  topSorted: boolean;
  /** Every state can be reached; from every state a final one can. */
  accessible: boolean;
  coaccessible: boolean;
  /** One path without branches, its states numbered along it. */
  string: boolean;
}

const known = new WeakMap<object, { version: number; properties: Properties }>();

/** The properties of a machine, worked out once and again after it has changed. */
export function properties<W>(fst: VectorFst<W>): Properties {
  const before = known.get(fst);
  if (before?.version === fst.version) return before.properties;
  const now = computeProperties(fst);
  known.set(fst, { version: fst.version, properties: now });
  return now;
}

function computeProperties<W>(fst: VectorFst<W>): Properties {
  const { semiring } = fst;
  const p = {
    acceptor: true,
    inputDeterministic: true,
    outputDeterministic: true,
    epsilons: false,
    inputEpsilons: false,
    outputEpsilons: false,
    inputSorted: true,
    outputSorted: true,
    weighted: false,
    topSorted: true,
  };
  const plain = (w: W): boolean => semiring.equal(w, semiring.one, 0) || semiring.isZero(w);
  for (let s = 0; s < fst.numStates; s++) {
    const arcs = fst.arcs(s);
    p.inputDeterministic &&= new Set(arcs.map((a) => a.ilabel)).size === arcs.length;
    p.outputDeterministic &&= new Set(arcs.map((a) => a.olabel)).size === arcs.length;
    p.weighted ||= !plain(fst.final(s));
    for (const [i, a] of arcs.entries()) {
      p.acceptor &&= a.ilabel === a.olabel;
      p.inputEpsilons ||= a.ilabel === 0;
      p.outputEpsilons ||= a.olabel === 0;
      p.epsilons ||= a.ilabel === 0 && a.olabel === 0;
      p.weighted ||= !plain(a.weight);
      p.topSorted &&= a.next > s;
      if (i === 0) continue;
      p.inputSorted &&= arcs[i - 1].ilabel <= a.ilabel;
      p.outputSorted &&= arcs[i - 1].olabel <= a.olabel;
    }
  }
  // A state without input epsilons is deterministic only if it has none at all: an epsilon leaves a choice.
  return {
    ...p,
    cyclic: topologicalOrder(fst) === undefined,
    initialCyclic:
      fst.start >= 0 && reachable(fst, fst.start).some((s) => fst.arcs(s).some((a) => a.next === fst.start)),
    accessible: reachable(fst, fst.start).length === fst.numStates,
    coaccessible: coaccessible(fst).every((c) => c === 1),
    string: isString(fst),
  };
}

function isString<W>(fst: VectorFst<W>): boolean {
  if (fst.numStates > 0 && fst.start !== 0) return false;
  for (let s = 0; s < fst.numStates; s++) {
    const last = s === fst.numStates - 1;
    const arcs = fst.arcs(s);
    if (fst.isFinal(s) !== last || arcs.length !== (last ? 0 : 1) || (!last && arcs[0].next !== s + 1)) return false;
  }
  return true;
}

/** The bits OpenFst keeps in its files (properties.h): for each fact one for yes and one for no. */
const BITS: [keyof Properties, yes: bigint, no: bigint][] = [
  ['acceptor', 1n << 16n, 1n << 17n],
  ['inputDeterministic', 1n << 18n, 1n << 19n],
  ['outputDeterministic', 1n << 20n, 1n << 21n],
  ['epsilons', 1n << 22n, 1n << 23n],
  ['inputEpsilons', 1n << 24n, 1n << 25n],
  ['outputEpsilons', 1n << 26n, 1n << 27n],
  ['inputSorted', 1n << 28n, 1n << 29n],
  ['outputSorted', 1n << 30n, 1n << 31n],
  ['weighted', 1n << 32n, 1n << 33n],
  ['cyclic', 1n << 34n, 1n << 35n],
  ['initialCyclic', 1n << 36n, 1n << 37n],
  ['topSorted', 1n << 38n, 1n << 39n],
  ['accessible', 1n << 40n, 1n << 41n],
  ['coaccessible', 1n << 42n, 1n << 43n],
  ['string', 1n << 44n, 1n << 45n],
];

/** The properties as OpenFst's bits. */
export function propertyBits(p: Properties): bigint {
  return BITS.reduce((bits, [name, yes, no]) => bits | (p[name] ? yes : no), 0n);
}

/** Names of facts that `bits`, as read from a file, state otherwise than they are. */
export function contradictions<W>(fst: VectorFst<W>, bits: bigint): (keyof Properties)[] {
  const p = properties(fst);
  return BITS.filter(([name, yes, no]) => (bits & (p[name] ? no : yes)) !== 0n).map(([name]) => name);
}
