import { expect } from 'chai';
import { readSections, writeSections } from '../../src/binary/sections.js';
import {
  ConstFst,
  connect,
  determinize,
  distanceToFinal,
  minimize,
  pushWeights,
  VectorFst,
} from '../../src/fst/index.js';
import { codeOf } from '../support/errors.js';
import { enumerate, random, randomFst } from '../support/random-fst.js';

const RUNS = 300;

function sameMeaning(a: Map<string, number>, b: Map<string, number>, shift = 0): void {
  expect([...b.keys()].sort()).to.deep.equal([...a.keys()].sort());
  for (const [path, cost] of a) expect(b.get(path) as number).to.be.closeTo(cost + shift, 1e-6);
}

function isDeterministic(fst: VectorFst): boolean {
  for (let s = 0; s < fst.numStates; s++) {
    const labels = fst.arcs(s).map((a) => a.ilabel);
    if (labels.filter((l) => l > 0).length !== new Set(labels.filter((l) => l > 0)).size) return false;
  }
  return true;
}

describe('fst algorithms', () => {
  for (const acceptor of [true, false]) {
    it(`connect, push, determinize and minimize keep the meaning of random ${acceptor ? 'acceptors' : 'functional transducers'}`, () => {
      let transducers = 0;
      for (let seed = 1; seed <= RUNS; seed++) {
        const fst = randomFst(random(seed), { states: 6, arcs: 11, labels: 3, acceptor });
        const meaning = enumerate(fst);
        sameMeaning(meaning, enumerate(connect(fst)));
        const functional = new Set([...meaning.keys()].map((k) => k.split(':')[0])).size === meaning.size;
        if (!functional) {
          expect(
            codeOf(() => determinize(connect(fst))),
            `seed ${seed}`,
          ).to.equal('FST_INVALID');
          continue;
        }
        transducers++;
        const deterministic = determinize(connect(fst));
        expect(isDeterministic(deterministic), `seed ${seed}`).to.equal(true);
        sameMeaning(meaning, enumerate(deterministic));
        const trimmed = connect(deterministic);
        const cost = trimmed.start < 0 ? 0 : distanceToFinal(trimmed)[trimmed.start];
        const pushed = pushWeights(trimmed);
        expect(pushed).to.be.closeTo(cost, 1e-9);
        sameMeaning(meaning, enumerate(trimmed), -pushed);
        const minimal = minimize(trimmed);
        expect(minimal.numStates).to.be.at.most(trimmed.numStates);
        sameMeaning(meaning, enumerate(minimal), -pushed);
        expect(minimize(minimal).numStates).to.equal(minimal.numStates);
      }
      expect(transducers).to.be.above(20);
    });
  }

  it('pushes so that the best way on costs nothing from every state', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const fst = connect(randomFst(random(seed), { states: 8, arcs: 20, labels: 3, acyclic: false }));
      pushWeights(fst);
      for (const d of distanceToFinal(fst)) expect(d).to.be.closeTo(0, 1e-9);
    }
  });

  it('refuses input epsilons and unbounded growth', () => {
    const fst = new VectorFst();
    fst.start = fst.addState();
    fst.addArc(0, 0, 1, 0, 0);
    expect(codeOf(() => determinize(fst))).to.equal('FST_INVALID');
    // a* with two weights that never meet: the twins property fails
    const twins = new VectorFst();
    twins.start = twins.addState();
    for (const weight of [1, 2]) {
      const s = twins.addState();
      twins.addArc(0, 1, 0, 0, s);
      twins.addArc(s, 1, 0, weight, s);
      twins.setFinal(s, 0);
    }
    expect(codeOf(() => determinize(twins, { maxStates: 1000 }))).to.equal('FST_LIMIT');
  });

  it('survives a round trip through a section file, and damage is found', () => {
    const fst = ConstFst.fromVector(randomFst(random(7), { states: 8, arcs: 20, labels: 3, acyclic: false }));
    const bytes = writeSections(fst.toSections());
    const again = new ConstFst(readSections(bytes, ConstFst.KIND, 'test'));
    expect(writeSections(again.toSections())).to.deep.equal(bytes);
    const next = random(3);
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      const damaged = Buffer.from(bytes.subarray(0, next() < 0.3 ? Math.floor(next() * bytes.length) : bytes.length));
      for (let k = 0; k < 3; k++) damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
      const code = codeOf(() => new ConstFst(readSections(damaged, ConstFst.KIND, 'test')));
      if (code !== undefined) {
        expect(code).to.equal('MODEL_FILE');
        refused++;
      }
    }
    expect(refused).to.be.above(100);
  });
});
