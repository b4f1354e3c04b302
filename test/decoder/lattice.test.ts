import { expect } from 'chai';
import { arcPosteriors, BeamDecoder, type Lattice, nBest, wordConfidences } from '../../src/decoder/index.js';
import { ConstFst } from '../../src/fst/index.js';
import { codeOf } from '../support/errors.js';
import { random } from '../support/random-fst.js';
import { allPaths, bigramLm, type Path, randomGraph, WORDS } from '../support/random-search.js';

function latticePaths(lattice: Lattice): Path[] {
  const out: Path[] = [];
  const walk = (state: number, cost: number, words: number[]): void => {
    if (Number.isFinite(lattice.final[state])) out.push({ cost: cost + lattice.final[state], words });
    for (let a = 0; a < lattice.from.length; a++) {
      if (lattice.from[a] !== state) continue;
      const label = lattice.label[a];
      const total = cost + lattice.graphCost[a] + lattice.acousticCost[a];
      walk(lattice.to[a], total, label > 0 ? [...words, label] : words);
    }
  };
  if (lattice.final.length > 0) walk(lattice.start, 0, []);
  return out.sort((a, b) => a.cost - b.cost);
}

function decode(seed: number, latticeBeam: number, frames = 4) {
  const next = random(seed);
  const graph = randomGraph(next, 5, 12, 3);
  const lm = bigramLm(WORDS, next);
  const scores = Float32Array.from({ length: 3 * frames }, () => next() * 4 - 2);
  const decoder = new BeamDecoder(ConstFst.fromVector(graph), lm, 3, { beam: 500, latticeBeam });
  decoder.advance(scores);
  return { graph, lm, scores, decoder };
}

describe('lattice', () => {
  it('holds exactly the paths of graph and language model within the lattice beam', () => {
    const BEAM = 4;
    let compared = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { graph, lm, scores, decoder } = decode(seed, BEAM);
      const want = allPaths(graph, lm, scores, 3);
      const best = decoder.bestPath(true);
      if (!best.reachedFinal) continue;
      const got = latticePaths(decoder.lattice());
      expect(got[0].cost, `seed ${seed}`).to.be.closeTo(best.cost, 1e-4);
      const within = (paths: Path[]): Path[] => paths.filter((p) => p.cost <= best.cost + BEAM - 1e-3);
      const key = (p: Path): string => `${p.cost.toFixed(2)} ${p.words.join(' ')}`;
      expect(within(got).length, `seed ${seed}`).to.equal(within(want).length);
      const costs = within(want).map((p) => p.cost);
      for (const [i, p] of within(got).entries()) expect(p.cost).to.be.closeTo(costs[i], 1e-4);
      expect(new Set(within(got).map((p) => p.words.join(' ')))).to.deep.equal(
        new Set(within(want).map((p) => p.words.join(' '))),
        `seed ${seed}: ${key(got[0])}`,
      );
      compared += within(got).length;
    }
    expect(compared).to.be.above(1000);
  });

  it('gives each arc the share of probability of the paths through it', () => {
    let compared = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { graph, lm, scores, decoder } = decode(seed, 400);
      const paths = allPaths(graph, lm, scores, 3);
      if (paths.length === 0) continue;
      const lattice = decoder.lattice();
      const posteriors = arcPosteriors(lattice);
      const weights = paths.map((p) => Math.exp(paths[0].cost - p.cost));
      const total = weights.reduce((a, b) => a + b, 0);
      for (let word = 4; word < WORDS; word++) {
        const want = paths.reduce((n, p, i) => n + weights[i] * p.words.filter((w) => w === word).length, 0) / total;
        let got = 0;
        for (const [a, label] of lattice.label.entries()) if (label === word) got += posteriors[a];
        expect(got, `seed ${seed}, word ${word}`).to.be.closeTo(want, 1e-4);
      }
      // Every path crosses every frame once.
      for (let frame = 0; frame < 4; frame++) {
        let sum = 0;
        for (let a = 0; a < posteriors.length; a++)
          if (lattice.frame[lattice.from[a]] === frame && lattice.frame[lattice.to[a]] === frame + 1)
            sum += posteriors[a];
        expect(sum).to.be.closeTo(1, 1e-6);
      }
      const sure = wordConfidences([{ label: 5, begin: 0, end: 4, complete: true }], lattice);
      expect(sure[0]).to.be.within(0, 1);
      compared++;
    }
    expect(compared).to.be.above(20);
  });

  it('lists different word sequences, each at its best cost, in order', () => {
    let compared = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { graph, lm, scores, decoder } = decode(seed, 400);
      const best = new Map<string, number>();
      for (const { cost, words } of allPaths(graph, lm, scores, 3))
        if (!best.has(words.join(' '))) best.set(words.join(' '), cost);
      if (best.size === 0) continue;
      const got = nBest(decoder.lattice(), 20);
      const want = [...best].slice(0, 20);
      expect(got.length, `seed ${seed}`).to.equal(want.length);
      for (const [i, path] of got.entries()) {
        expect(path.cost, `seed ${seed}, path ${i}`).to.be.closeTo(want[i][1], 1e-4);
        expect(best.get(path.labels.map((l) => l.label).join(' '))).to.be.closeTo(path.cost, 1e-4);
        compared++;
      }
    }
    expect(compared).to.be.above(300);
    expect(codeOf(() => nBest(decode(1, 4).decoder.lattice(), -1))).to.equal('OPTION_INVALID');
  });

  it('keeps when pruning on the way what pruning at the end keeps', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const wide = decode(seed, 400, 90).decoder;
      const narrow = decode(seed, 5, 90).decoder;
      if (!wide.bestPath(true).reachedFinal) continue;
      const whole = wide.lattice();
      const got = narrow.lattice();
      // Arcs of the whole lattice whose best path is within the beam.
      const cost = (a: number): number => whole.graphCost[a] + whole.acousticCost[a];
      const forward = new Float64Array(whole.final.length).fill(Number.POSITIVE_INFINITY);
      const backward = Float64Array.from(whole.final);
      forward[0] = 0;
      for (let a = 0; a < whole.from.length; a++)
        forward[whole.to[a]] = Math.min(forward[whole.to[a]], forward[whole.from[a]] + cost(a));
      for (let a = whole.from.length - 1; a >= 0; a--)
        backward[whole.from[a]] = Math.min(backward[whole.from[a]], cost(a) + backward[whole.to[a]]);
      const near = (margin: number): number =>
        whole.from.filter(
          (_, a) => forward[whole.from[a]] + cost(a) + backward[whole.to[a]] - backward[0] <= 5 + margin,
        ).length;
      expect(got.from.length, `seed ${seed}`).to.be.within(near(-1e-3), near(1e-3));
    }
  });

  it('needs a lattice beam', () => {
    const { decoder } = decode(1, 0);
    expect(codeOf(() => decoder.lattice())).to.equal('OPTION_INVALID');
    expect(codeOf(() => decode(1, -1))).to.equal('OPTION_INVALID');
  });
});
