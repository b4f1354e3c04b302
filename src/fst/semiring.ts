/**
 * A semiring of weights: `plus` joins alternatives, `times` extends a path. All here are left semirings at least
 * (`times` distributes over `plus` from the left) and weakly divisible, which is what the algorithms of this folder need.
 * See Mohri 2009, Weighted Automata Algorithms.
 */
export interface Semiring<W> {
  readonly name: string;
  /** What cannot be; identity of `plus`. */
  readonly zero: W;
  /** What costs nothing; identity of `times`. */
  readonly one: W;
  /** plus(a, b) is always a or b: the better one. */
  readonly path: boolean;
  plus(a: W, b: W): W;
  times(a: W, b: W): W;
  /** The x with times(b, x) = a. */
  divide(a: W, b: W): W;
  /** What determinization takes out of two weights: a left divisor of both. */
  commonDivisor(a: W, b: W): W;
  /** The weight as a path read backwards has it. */
  reverse(a: W): W;
  isZero(a: W): boolean;
  equal(a: W, b: W, delta?: number): boolean;
  /** The same text for weights that are equal to the grid of `DELTA`. */
  key(a: W): string;
}

/** Weights are taken as equal in this grid where states are compared (OpenFst's kDelta). */
export const DELTA = 1 / 1024;

/** Cost of what cannot be: the zero of the tropical semiring. */
export const INFINITY_COST = Number.POSITIVE_INFINITY;

const quantized = (a: number): string => (Number.isFinite(a) ? String(Math.round(a / DELTA)) : String(a));

const COSTS = {
  zero: INFINITY_COST,
  one: 0,
  times: (a: number, b: number): number => a + b,
  divide: (a: number, b: number): number => (a === INFINITY_COST ? a : a - b),
  reverse: (a: number): number => a,
  isZero: (a: number): boolean => a === INFINITY_COST,
  equal: (a: number, b: number, delta = DELTA): boolean => a === b || Math.abs(a - b) <= delta,
  key: quantized,
};

/** Costs of which the lowest counts: min, +. */
export const TROPICAL: Semiring<number> = {
  ...COSTS,
  name: 'tropical',
  path: true,
  plus: Math.min,
  commonDivisor: Math.min,
};

function logPlus(a: number, b: number): number {
  if (a === INFINITY_COST) return b;
  if (b === INFINITY_COST) return a;
  return Math.min(a, b) - Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** −ln of probabilities that add up: −ln(e^−a + e^−b), +. */
export const LOG: Semiring<number> = { ...COSTS, name: 'log', path: false, plus: logPlus, commonDivisor: logPlus };

/** Graph and acoustic cost of a path, kept apart. */
export type LatticeWeight = readonly [graph: number, acoustic: number];

const ZERO_PAIR: LatticeWeight = [INFINITY_COST, INFINITY_COST];

/** Of two weights the one of lower sum, of equals the one of lower graph cost (Kaldi lattice-weight.h). */
function betterPair(a: LatticeWeight, b: LatticeWeight): LatticeWeight {
  const sumA = a[0] + a[1];
  const sumB = b[0] + b[1];
  if (sumA !== sumB) return sumA < sumB ? a : b;
  return b[0] < a[0] ? b : a;
}

/** Weights of Kaldi's lattices: a graph and an acoustic cost; paths are compared by their sum, ties by the difference. */
export const LATTICE: Semiring<LatticeWeight> = {
  name: 'lattice',
  zero: ZERO_PAIR,
  one: [0, 0],
  path: true,
  plus: betterPair,
  times: (a, b) => [a[0] + b[0], a[1] + b[1]],
  divide: (a, b) => (LATTICE.isZero(a) ? ZERO_PAIR : [a[0] - b[0], a[1] - b[1]]),
  commonDivisor: betterPair,
  reverse: (a) => a,
  isZero: (a) => a[0] + a[1] === INFINITY_COST,
  equal: (a, b, delta) => TROPICAL.equal(a[0], b[0], delta) && TROPICAL.equal(a[1], b[1], delta),
  key: (a) => `${quantized(a[0])},${quantized(a[1])}`,
};
