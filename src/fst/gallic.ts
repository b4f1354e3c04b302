import { HearkenError } from '../errors.js';
import { LATTICE, type LatticeWeight, type Semiring } from './semiring.js';

/** A label string beside a weight; `labels` is undefined in zero, the string that nothing can begin with. */
export interface GallicWeight<W> {
  readonly labels: readonly number[] | undefined;
  readonly weight: W;
}

/**
 * What becomes of two different strings in `plus`: `restrict` refuses them (functional transducers), `prefix` keeps what
 * they have in common (label pushing), `best` keeps the better weight with its string (lattices).
 */
export type GallicKind = 'restrict' | 'prefix' | 'best';

function commonPrefix(a: readonly number[], b: readonly number[]): readonly number[] {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n === a.length ? a : a.slice(0, n);
}

const sameString = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((label, i) => label === b[i]);

/** Shorter strings first, then by label: which of two equally good ones is kept is decided once for all. */
function stringBefore(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return a.length < b.length;
  const i = a.findIndex((label, k) => label !== b[k]);
  return i >= 0 && a[i] < b[i];
}

/**
 * The product of the left string semiring and `of`: a transducer's outputs as part of its weights, so that algorithms for
 * acceptors serve transducers too (OpenFst's Gallic semirings).
 * @throws FST_INVALID from `plus` of kind `restrict` where the strings differ: the transducer is not functional
 */
export function gallic<W>(of: Semiring<W>, kind: GallicKind): Semiring<GallicWeight<W>> {
  const zero: GallicWeight<W> = { labels: undefined, weight: of.zero };
  const plusOf = {
    restrict(a: readonly number[], b: readonly number[]) {
      if (!sameString(a, b))
        throw new HearkenError(
          'FST_INVALID',
          `not functional: the same input has the outputs [${a.join(' ')}] and [${b.join(' ')}]`,
        );
      return a;
    },
    prefix: commonPrefix,
  };
  const isZero = (a: GallicWeight<W>): boolean => a.labels === undefined || of.isZero(a.weight);
  const semiring: Semiring<GallicWeight<W>> = {
    name: `gallic ${kind} ${of.name}`,
    zero,
    one: { labels: [], weight: of.one },
    path: kind === 'best' && of.path,
    plus(a, b) {
      if (!a.labels) return b;
      if (!b.labels) return a;
      const weight = of.plus(a.weight, b.weight);
      if (kind !== 'best') return { labels: plusOf[kind](a.labels, b.labels), weight };
      if (of.equal(a.weight, b.weight, 0)) return stringBefore(b.labels, a.labels) ? b : a;
      return weight === a.weight ? a : b;
    },
    times(a, b) {
      if (!a.labels || !b.labels) return zero;
      const labels = b.labels.length === 0 ? a.labels : a.labels.length === 0 ? b.labels : [...a.labels, ...b.labels];
      return { labels, weight: of.times(a.weight, b.weight) };
    },
    divide(a, b) {
      if (!a.labels) return zero;
      const labels = b.labels && b.labels.length > 0 ? a.labels.slice(b.labels.length) : a.labels;
      return { labels, weight: of.divide(a.weight, b.weight) };
    },
    commonDivisor(a, b) {
      if (!a.labels) return b;
      if (!b.labels) return a;
      return { labels: commonPrefix(a.labels, b.labels), weight: of.commonDivisor(a.weight, b.weight) };
    },
    reverse: (a) => ({ labels: a.labels && [...a.labels].reverse(), weight: of.reverse(a.weight) }),
    isZero,
    equal: (a, b, delta) =>
      isZero(a) || isZero(b)
        ? isZero(a) && isZero(b)
        : sameString(a.labels ?? [], b.labels ?? []) && of.equal(a.weight, b.weight, delta),
    key: (a) => `${a.labels?.join(' ') ?? '-'}|${of.key(a.weight)}`,
  };
  return semiring;
}

/** Costs and the frame-by-frame labels of a path: Kaldi's compact lattices. */
export type CompactLatticeWeight = GallicWeight<LatticeWeight>;
/** Weights of Kaldi's compact lattices: costs, and the frame-by-frame labels of a path. */
export const COMPACT_LATTICE = gallic(LATTICE, 'best');
