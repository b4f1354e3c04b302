import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { BeamDecoder, NO_LM, type RescoringLm } from '../../src/decoder/index.js';
import { arcSort, ConstFst, compose, readOpenFst, VectorFst, writeOpenFst } from '../../src/fst/index.js';
import { random } from '../support/random-fst.js';
import { bigramLm, randomGraph, WORDS } from '../support/random-search.js';

const FRAMES = 5;
const WIDTH = 3;
const RUNS = 60;

/** Frames of scores as an acceptor: one arc a column and frame, its cost the negative score. */
function scoresFst(scores: Float32Array): VectorFst {
  const fst = new VectorFst();
  fst.reserve(FRAMES + 1);
  fst.start = 0;
  for (const [i, score] of scores.entries())
    fst.addArc(Math.floor(i / WIDTH), (i % WIDTH) + 1, (i % WIDTH) + 1, -score, Math.floor(i / WIDTH) + 1);
  fst.setFinal(FRAMES);
  return fst;
}

/** What the language model adds to the unigram costs of the graph, as an acceptor: a state a last word. */
function lmFst(lm: RescoringLm): VectorFst {
  const fst = new VectorFst();
  fst.reserve(WORDS);
  fst.start = lm.start;
  for (let state = 0; state < WORDS; state++) {
    fst.setFinal(state, lm.finalCost(state));
    for (let word = 4; word < WORDS; word++) {
      const cost = lm.step(state, word) - lm.unigramCost(word);
      fst.addArc(state, word, word, cost, lm.next);
    }
  }
  return fst;
}

function cases() {
  return Array.from({ length: RUNS }, (_, i) => {
    const next = random(i + 1);
    const graph = randomGraph(next, 5, 14, WIDTH);
    const lm = bigramLm(WORDS, next);
    const scores = Float32Array.from({ length: WIDTH * FRAMES }, () => next() * 4 - 2);
    return { graph, lm, scores };
  });
}

function best(graph: VectorFst, lm: RescoringLm, scores: Float32Array): { cost: number; words: number[] } | undefined {
  const decoder = new BeamDecoder(ConstFst.fromVector(graph), lm, WIDTH, { beam: 500 });
  decoder.advance(scores);
  const { cost, labels, reachedFinal } = decoder.bestPath(true);
  return reachedFinal ? { cost, words: labels.map((l) => l.label) } : undefined;
}

describe('the search against composition', () => {
  it('finds on the fly what it finds in the graph with the language model composed in', () => {
    let reached = 0;
    for (const [i, { graph, lm, scores }] of cases().entries()) {
      const composed = compose(graph, lmFst(lm));
      const fly = best(graph, lm, scores);
      const whole = composed.start < 0 ? undefined : best(composed, NO_LM, scores);
      expect(whole?.words, `case ${i}`).to.deep.equal(fly?.words);
      if (!fly || !whole) continue;
      expect(whole.cost, `case ${i}`).to.be.closeTo(fly.cost, 1e-4);
      reached++;
    }
    expect(reached).to.be.above(RUNS / 3);
  });

  it("finds OpenFst's shortest path through scores, graph and language model", function () {
    this.timeout(60_000);
    if (spawnSync('fstinfo', ['--help']).error) {
      console.error('      skipped: OpenFst (Debian package libfst-tools) is not installed');
      this.skip();
    }
    const dir = mkdtempSync(resolve(tmpdir(), 'hearken-openfst-'));
    try {
      const all = cases();
      for (const [i, { graph, lm, scores }] of all.entries())
        for (const [name, fst] of Object.entries({
          scores: scoresFst(scores),
          graph: arcSort(graph),
          lm: arcSort(lmFst(lm)),
        }))
          writeFileSync(resolve(dir, `${name}${i}`), writeOpenFst({ fst }));
      const lines = all.map(
        (_, i) =>
          `fstcompose scores${i} graph${i} | fstarcsort --sort_type=olabel | fstcompose - lm${i} | fstshortestpath > best${i}`,
      );
      const { status, stderr } = spawnSync('sh', ['-e'], { cwd: dir, input: lines.join('\n') });
      expect(status, stderr.toString()).to.equal(0);
      let reached = 0;
      for (const [i, { graph, lm, scores }] of all.entries()) {
        const path = readOpenFst(readFileSync(resolve(dir, `best${i}`))).fst;
        const got = best(graph, lm, scores);
        expect(got === undefined, `case ${i}`).to.equal(path.start < 0);
        if (!got) continue;
        reached++;
        let cost = 0;
        const words: number[] = [];
        for (let s = path.start; ; ) {
          const [arc] = path.arcs(s);
          if (!arc) {
            cost += path.final(s);
            break;
          }
          cost += arc.weight;
          if (arc.olabel > 0) words.push(arc.olabel);
          s = arc.next;
        }
        expect(got.cost, `case ${i}`).to.be.closeTo(cost, 1e-4);
        expect(got.words).to.deep.equal(words);
      }
      expect(reached).to.be.above(RUNS / 3);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
