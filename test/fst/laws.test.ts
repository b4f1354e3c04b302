import { expect } from 'chai';
import * as fst from '../../src/fst/index.js';
import { codeOf } from '../support/errors.js';
import { enumerate, random, randomFst } from '../support/random-fst.js';

type Machine = fst.VectorFst;

const make = (seed: number, epsilons = true): Machine =>
  fst.connect(randomFst(random(seed), { states: 5, arcs: 9, labels: 2, epsilons }));
const meaning = (a: Machine): [string, number][] =>
  [...enumerate(a)].sort(([x], [y]) => (x < y ? -1 : 1)).map(([path, cost]) => [path, Math.round(cost * 1000) / 1000]);
const same = (a: Machine, b: Machine, what: string): void => {
  expect(meaning(a), what).to.deep.equal(meaning(b));
};

describe('laws of transducers', () => {
  it('compose is associative, distributes over union, and looking ahead changes nothing but its work', () => {
    let paths = 0;
    let built = 0;
    let ahead = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const [a, b, c] = [make(seed), make(seed + 1000), make(seed + 2000)];
      const { compose, union, invert } = fst;
      same(compose(compose(a, b), c), compose(a, compose(b, c)), `associative, seed ${seed}`);
      same(compose(a, union(b, c)), union(compose(a, b), compose(a, c)), `distributive, seed ${seed}`);
      same(invert(compose(a, b)), compose(invert(b), invert(a)), `inverse, seed ${seed}`);
      same(compose(a, b, { lookAhead: true }), compose(a, b), `look-ahead, seed ${seed}`);
      built += fst.composedStates(a, b);
      ahead += fst.composedStates(a, b, { lookAhead: true });
      paths += meaning(compose(a, b)).length;
    }
    expect(paths).to.be.above(300);
    expect(ahead).to.be.below(0.9 * built);
  });

  it('sequences and choices: concat is associative, reverse turns it round, closure holds its powers', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const [a, b, c] = [make(seed), make(seed + 1000), make(seed + 2000)];
      const { closure, compose, concat, reverse, union } = fst;
      same(concat(concat(a, b), c), concat(a, concat(b, c)), `concat, seed ${seed}`);
      same(concat(union(a, b), c), union(concat(a, c), concat(b, c)), `distributive, seed ${seed}`);
      same(reverse(concat(a, b)), concat(reverse(b), reverse(a)), `reverse, seed ${seed}`);
      same(reverse(reverse(a)), a, `reverse twice, seed ${seed}`);
      // Every pair of paths in a row is in the closure, at no more than its cost.
      const twice = fst.project(concat(a, a), 'input');
      const loop = fst.project(closure(a), 'input');
      for (const [path, cost] of meaning(twice)) {
        const line = line1(path);
        const both = compose(line, loop);
        expect(fst.distanceToFinal(both)[both.start], `closure, seed ${seed}`).to.be.at.most(cost + 1e-6);
      }
    }
  });

  it('determinize follows epsilons where told to', () => {
    let functional = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const a = fst.project(make(seed), 'input');
      if (a.start < 0) continue;
      same(fst.determinize(a, { epsilons: true }), fst.determinize(fst.removeEpsilon(a)), `seed ${seed}`);
      functional++;
    }
    expect(functional).to.be.above(100);
  });

  it('weights add up in the log semiring: determinize and push keep the sum', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const a = fst.mapFst(
        make(seed, false),
        fst.LOG,
        (arc) => ({ ...arc, olabel: arc.ilabel }),
        (w) => w,
      );
      if (a.start < 0) continue;
      const total = fst.distanceToFinal(a)[a.start];
      const deterministic = fst.determinize(a);
      expect(fst.distanceToFinal(deterministic)[deterministic.start]).to.be.closeTo(total, 1e-6);
      expect(fst.pushWeights(deterministic)).to.be.closeTo(total, 1e-6);
      for (let s = 0; s < deterministic.numStates; s++) {
        // Stochastic: what leaves a state sums to one.
        const sum = deterministic
          .arcs(s)
          .reduce((n, arc) => n + Math.exp(-arc.weight), Math.exp(-deterministic.final(s)));
        expect(sum).to.be.closeTo(1, 1e-6);
      }
    }
  });

  it('random paths are paths of the machine, likelier where cheaper', () => {
    const a = fst.compileFst('0 1 1 1 0.1\n0 1 2 2 3\n1 2 3 3\n2\n');
    const next = random(5);
    const drawn = fst.randomPaths(a, { paths: 500, random: next, select: 'cost' });
    const counts = new Map<string, number>();
    for (const { next: s } of drawn.arcs(drawn.start)) {
      const [first] = drawn.arcs(s);
      counts.set(String(first.ilabel), (counts.get(String(first.ilabel)) ?? 0) + 1);
    }
    const share = Math.exp(-0.1) / (Math.exp(-0.1) + Math.exp(-3));
    expect((counts.get('1') ?? 0) / 500).to.be.closeTo(share, 0.05);
  });

  it('refuses what has no answer', () => {
    const loop = fst.compileFst('0 1 1 5\n1\n');
    expect(codeOf(() => fst.replace(loop, new Map([[5, loop]])))).to.equal('FST_INVALID');
    expect(codeOf(() => fst.shortestDistance(fst.compileFst('0 0 1 1 -1\n0\n')))).to.equal('FST_LIMIT');
    expect(codeOf(() => fst.shortestPath(loop, { paths: 0 }))).to.equal('OPTION_INVALID');
  });
});

/** The acceptor of the inputs of a path as `enumerate` names it. */
function line1(path: string): Machine {
  const labels = path.split(':')[0].trim().split(' ').filter(Boolean).map(Number);
  const out = new fst.VectorFst();
  out.start = out.addState();
  for (const [i, label] of labels.entries()) out.addArc(i, label, label, 0, out.addState());
  out.setFinal(labels.length);
  return out;
}
