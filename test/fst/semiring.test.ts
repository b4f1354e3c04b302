import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { COMPACT_LATTICE, gallic, LATTICE, LOG, type Semiring, TROPICAL } from '../../src/fst/index.js';

// Quarters, so that sums are exact and ties occur.
const cost = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => n / 4),
  fc.constant(Number.POSITIVE_INFINITY),
);
const pair = fc.tuple(cost, cost).map(([a, b]) => (a + b === Infinity ? LATTICE.zero : ([a, b] as const)));
const string = fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 3 });

interface Case<W> {
  semiring: Semiring<W>;
  weight: fc.Arbitrary<W>;
  /** Strings are joined from the left only. */
  leftOnly?: boolean;
}

function law<W>({ semiring, weight, leftOnly = false }: Case<W>): void {
  const { plus, times, divide, commonDivisor, zero, one, isZero } = semiring;
  const same = (a: W, b: W, what: string): void => {
    expect(semiring.equal(a, b, 1e-9), `${what}: ${JSON.stringify([a, b])}`).to.equal(true);
  };
  fc.assert(
    fc.property(weight, weight, weight, (a, b, c) => {
      try {
        same(plus(plus(a, b), c), plus(a, plus(b, c)), 'plus is associative');
        same(plus(a, b), plus(b, a), 'plus commutes');
        same(times(a, plus(b, c)), plus(times(a, b), times(a, c)), 'times distributes from the left');
        if (!leftOnly) same(times(plus(a, b), c), plus(times(a, c), times(b, c)), 'times distributes from the right');
        if (semiring.path) same(plus(a, b), semiring.equal(plus(a, b), a, 1e-9) ? a : b, 'plus picks one');
      } catch (error) {
        // Sums of different strings are refused where the kind says so.
        if (!(error instanceof HearkenError && error.code === 'FST_INVALID')) throw error;
      }
      same(times(times(a, b), c), times(a, times(b, c)), 'times is associative');
      same(plus(a, zero), a, 'zero adds nothing');
      same(times(a, one), a, 'one extends nothing');
      same(times(one, a), a, 'one extends nothing');
      expect(isZero(times(a, zero)) && isZero(times(zero, a)), 'zero annihilates').to.equal(true);
      if (!isZero(b)) same(divide(times(b, a), b), a, 'divide undoes times');
      const d = commonDivisor(a, b);
      if (!isZero(a) && !isZero(d)) same(times(d, divide(a, d)), a, 'the common divisor divides');
      if (semiring.key(a) === semiring.key(b)) same(a, b, 'equal keys, equal weights');
    }),
    { numRuns: 1000 },
  );
}

describe('semirings', () => {
  it('tropical', () => law({ semiring: TROPICAL, weight: cost }));
  it('log', () => law({ semiring: LOG, weight: cost }));
  it('lattice', () => law({ semiring: LATTICE, weight: pair }));
  it('compact lattice', () =>
    law({
      semiring: COMPACT_LATTICE,
      weight: fc
        .tuple(string, pair)
        .map(([labels, weight]) => (LATTICE.isZero(weight) ? COMPACT_LATTICE.zero : { labels, weight })),
      // Of equal weights the shorter string is kept, which what follows can turn round.
      leftOnly: true,
    }));
  for (const kind of ['prefix', 'restrict'] as const) {
    it(`gallic ${kind}`, () => {
      const semiring = gallic(TROPICAL, kind);
      const weight = fc
        .tuple(string, cost)
        .map(([labels, c]) => (c === Infinity ? semiring.zero : { labels, weight: c }));
      law({ semiring, weight, leftOnly: true });
    });
  }
  it('log adds probabilities', () => {
    expect(LOG.plus(-Math.log(0.25), -Math.log(0.5))).to.be.closeTo(-Math.log(0.75), 1e-12);
  });
});
