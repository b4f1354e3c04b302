import { expect } from 'chai';
import {
  BeamDecoder,
  bestLatticePath,
  determinizeLattice,
  minimumBayesRisk,
  nBest,
  oracle,
  phoneAlignment,
  rawLattice,
  rescoreLattice,
  stateTimes,
  withoutAlignments,
  wordLattice,
} from '../../src/decoder/index.js';
import {
  type CompactLattice,
  ConstFst,
  compactLattices,
  properties,
  rawLattices,
  VectorFst,
} from '../../src/fst/index.js';
import { ChainTopology, ContextTable } from '../../src/graph/index.js';
import { codeOf } from '../support/errors.js';
import { random } from '../support/random-fst.js';
import { allPaths, bigramLm, randomGraph, WORDS } from '../support/random-search.js';

const FRAMES = 4;

function decode(seed: number) {
  const next = random(seed);
  const graph = randomGraph(next, 5, 12, 3);
  const lm = bigramLm(WORDS, next);
  const scores = Float32Array.from({ length: 3 * FRAMES }, () => next() * 4 - 2);
  const decoder = new BeamDecoder(ConstFst.fromVector(graph), lm, 3, { beam: 500, latticeBeam: 400 });
  decoder.advance(scores);
  return { paths: allPaths(graph, lm, scores, 3), lm, decoder, next };
}

/** Word sequences with the cost of the cheapest path of each. */
function sequences(lattice: CompactLattice): Map<string, number> {
  const out = new Map<string, number>();
  const walk = (s: number, words: string, cost: number): void => {
    const { weight } = lattice.final(s);
    const total = cost + weight[0] + weight[1];
    if (Number.isFinite(total)) out.set(words, Math.min(total, out.get(words) ?? Infinity));
    for (const arc of lattice.arcs(s))
      walk(arc.next, arc.ilabel ? `${words} ${arc.ilabel}` : words, cost + arc.weight.weight[0] + arc.weight.weight[1]);
  };
  if (lattice.start >= 0) walk(lattice.start, '', 0);
  return out;
}

function cases(): {
  seed: number;
  paths: ReturnType<typeof allPaths>;
  lm: ReturnType<typeof bigramLm>;
  raw: ReturnType<BeamDecoder['lattice']>;
  lattice: CompactLattice;
  next: () => number;
}[] {
  const out = [];
  for (let seed = 1; seed <= 80; seed++) {
    const { paths, lm, decoder, next } = decode(seed);
    if (paths.length === 0 || !decoder.bestPath(true).reachedFinal) continue;
    const raw = decoder.lattice();
    out.push({ seed, paths, lm, raw, lattice: determinizeLattice(raw), next });
  }
  return out;
}

const numbers = (words: string): number[] => words.trim().split(' ').filter(Boolean).map(Number);
/** Levenshtein distance. */
function edits(a: readonly number[], b: readonly number[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, x] of a.entries()) {
    const next = [i + 1];
    for (const [j, y] of b.entries()) next.push(Math.min(row[j] + (x === y ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row[b.length];
}

describe('determinized lattice', () => {
  const all = cases();

  it('has one path a word sequence, at the cost of the cheapest, over every frame', () => {
    expect(all.length).to.be.above(30);
    for (const { seed, paths, lattice } of all) {
      const want = new Map<string, number>();
      for (const { cost, words } of paths) {
        const key = words.map((w) => ` ${w}`).join('');
        if (!want.has(key)) want.set(key, cost);
      }
      const got = sequences(lattice);
      expect([...got.keys()].sort(), `seed ${seed}`).to.deep.equal([...want.keys()].sort());
      for (const [words, cost] of got) expect(cost, `seed ${seed}`).to.be.closeTo(want.get(words) as number, 1e-4);
      const { inputDeterministic, inputEpsilons, topSorted } = properties(lattice);
      expect([inputDeterministic, inputEpsilons, topSorted]).to.deep.equal([true, false, true]);
      const times = stateTimes(lattice);
      for (let s = 0; s < lattice.numStates; s++)
        if (lattice.isFinal(s)) expect(times[s] + (lattice.final(s).labels?.length ?? 0)).to.equal(FRAMES);
    }
    expect(codeOf(() => determinizeLattice(all[0].raw, 1))).to.equal('FST_LIMIT');
  });

  it('gives the best path with the labels of its frames', () => {
    for (const { seed, paths, lattice, raw } of all) {
      const best = bestLatticePath(lattice);
      expect(best?.cost, `seed ${seed}`).to.be.closeTo(paths[0].cost, 1e-4);
      expect(best?.words).to.deep.equal(paths[0].words);
      expect(best?.inputs.length).to.equal(FRAMES);
      expect(nBest(raw, 1)[0].labels.map((l) => l.label)).to.deep.equal(best?.words);
    }
    expect(bestLatticePath(new VectorFst(all[0].lattice.semiring))).to.equal(undefined);
  });

  it('names the path nearest to a reference', () => {
    for (const { seed, lattice, next } of all) {
      for (let k = 0; k < 5; k++) {
        const reference = Array.from({ length: Math.floor(next() * 5) }, () => 4 + Math.floor(next() * 4));
        const least = Math.min(...[...sequences(lattice).keys()].map((w) => edits(reference, numbers(w))));
        const { errors, words } = oracle(lattice, reference);
        expect(errors, `seed ${seed}`).to.equal(least);
        expect(edits(reference, words)).to.equal(least);
      }
    }
  });

  it('decodes for the least expected word error, as trying every sequence finds', () => {
    let better = 0;
    for (const { seed, paths, lattice, raw } of all) {
      const sequencesOf = [...sequences(lattice)].map(([words, cost]) => ({ words: numbers(words), cost }));
      const shares = sequencesOf.map(({ cost }) => Math.exp(paths[0].cost - cost));
      const total = shares.reduce((a, b) => a + b, 0);
      const risk = (words: readonly number[]): number =>
        sequencesOf.reduce((sum, other, i) => sum + (shares[i] / total) * edits(words, other.words), 0);
      const mbr = minimumBayesRisk(wordLattice(raw), paths[0].words);
      expect(minimumBayesRisk(withoutAlignments(lattice), paths[0].words).risk).to.be.closeTo(mbr.risk, 1e-6);
      const words = mbr.words.map((w) => w.label);
      // The algorithm's distance is a bound from above, and it ends in a local optimum: near, never far.
      expect(mbr.risk, `seed ${seed}`).to.be.at.least(risk(words) - 1e-3);
      expect(risk(words), `seed ${seed}`).to.be.at.most(risk(paths[0].words) + 0.05);
      if (risk(words) < risk(paths[0].words) - 1e-6) better++;
      for (const { confidence, begin, end } of mbr.words) {
        expect(confidence).to.be.within(0, 1);
        expect(begin).to.be.at.least(0);
        expect(end).to.be.within(begin, FRAMES);
      }
      for (const { words: bin } of mbr.network)
        expect(
          bin.reduce((sum, w) => sum + w.probability, 0),
          `seed ${seed}`,
        ).to.be.closeTo(1, 1e-6);
    }
    expect(better).to.be.above(0);
  });

  it('is rescored: one model taken away and another added gives what that one would have', () => {
    let compared = 0;
    for (const { seed, lattice, lm } of all) {
      const other = bigramLm(WORDS, random(seed + 999));
      const rescored = rescoreLattice(rescoreLattice(lattice, lm, -1), other, 1);
      const was = sequences(lattice);
      for (const [words, cost] of sequences(rescored)) {
        let change = 0;
        for (const [model, sign] of [
          [lm, -1],
          [other, 1],
        ] as const) {
          let state = model.start;
          for (const w of numbers(words)) {
            change += sign * model.step(state, w);
            state = model.next;
          }
          if (state !== model.start) change += sign * model.finalCost(state);
        }
        expect(cost, `seed ${seed}: ${words}`).to.be.closeTo((was.get(words) as number) + change, 1e-4);
        compared++;
      }
    }
    expect(compared).to.be.above(200);
  });
});

describe("Kaldi's lattice archives", () => {
  const all = cases().slice(0, 10);
  const keyed = all.map(({ seed, lattice }) => ({ key: `utt-${seed}`, lattice }));
  const contents = (archive: { key: string; lattice: CompactLattice }[]): unknown =>
    archive.map(({ key, lattice }) => [key, compactLattices.text([{ key, lattice }])]);

  it('are read as they were written, text and binary, compact and raw', () => {
    for (const bytes of [compactLattices.binary(keyed), Buffer.from(compactLattices.text(keyed))]) {
      const again = compactLattices.read(bytes);
      expect(again.map((l) => l.key)).to.deep.equal(keyed.map((l) => l.key));
      for (const [i, { lattice }] of again.entries()) {
        const want = [...sequences(keyed[i].lattice)];
        const got = sequences(lattice);
        expect(got.size).to.equal(want.length);
        for (const [words, cost] of want) expect(got.get(words)).to.be.closeTo(cost, 1e-3);
      }
    }
    const raw = all.map(({ seed, raw: lattice }) => ({ key: String(seed), lattice: rawLattice(lattice) }));
    const back = rawLattices.read(rawLattices.binary(raw));
    expect(Buffer.compare(rawLattices.binary(back), rawLattices.binary(raw))).to.equal(0);
    expect(rawLattices.text(rawLattices.read(Buffer.from(rawLattices.text(raw))))).to.equal(rawLattices.text(raw));
  });

  it('have the forms Kaldi gives them', () => {
    const text = 'utt1 \n0\t1\t7\t1.5,2.25,3_4\n1\t0.5,0,\n\nutt2 \n0\n\n';
    const archive = compactLattices.read(Buffer.from(text));
    expect(archive.map((l) => l.key)).to.deep.equal(['utt1', 'utt2']);
    expect(archive[0].lattice.arcs(0)[0]).to.deep.equal({
      ilabel: 7,
      olabel: 7,
      weight: { labels: [3, 4], weight: [1.5, 2.25] },
      next: 1,
    });
    expect(archive[0].lattice.final(1)).to.deep.equal({ labels: [], weight: [0.5, 0] });
    expect(compactLattices.text([archive[0]])).to.equal('utt1 \n0\t1\t7\t1.5,2.25,3_4\n1\t0.5,0,\n\n');
    const binary = Buffer.from(compactLattices.binary([archive[0]]));
    expect(binary.subarray(0, 9).toString('latin1')).to.equal('utt1 \xd6\xfd\xb2\x7e');
    expect(binary.includes('compactlattice44')).to.equal(true);
    // 2 costs and a string of 2 labels
    const arc = Buffer.from([
      7, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0x10, 0x40, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0,
    ]);
    expect(binary.includes(arc)).to.equal(true);
    expect(contents(compactLattices.read(binary))).to.deep.equal(contents([archive[0]]));
  });

  it('that are damaged give a typed error', () => {
    const next = random(4);
    let refused = 0;
    for (const bytes of [compactLattices.binary(keyed), Buffer.from(compactLattices.text(keyed))]) {
      for (let i = 0; i < 300; i++) {
        const damaged = Buffer.from(bytes.subarray(0, next() < 0.3 ? Math.floor(next() * bytes.length) : bytes.length));
        for (let k = 0; k < 4; k++) damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
        const code = codeOf(() => compactLattices.read(damaged));
        if (code === undefined) continue;
        expect(code).to.equal('FST_FORMAT');
        refused++;
      }
    }
    expect(refused).to.be.above(200);
  });
});

describe('phone alignment', () => {
  it('begins a phone at each entry pdf', () => {
    const topology = new ChainTopology(ContextTable.monophone(3));
    // pdf + 1: entries 1–3, self-loops 4–6
    expect(phoneAlignment([1, 4, 2, 5, 5, 2, 3], topology)).to.deep.equal([
      { phone: 0, begin: 0, end: 2 },
      { phone: 1, begin: 2, end: 5 },
      { phone: 1, begin: 5, end: 6 },
      { phone: 2, begin: 6, end: 7 },
    ]);
  });
});
