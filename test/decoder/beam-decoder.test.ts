import { expect } from 'chai';
import {
  BeamDecoder,
  checkEndpointRules,
  type DecoderOptions,
  ENDPOINT_RULES,
  endpointRule,
  KALDI_ENDPOINT_RULES,
  NO_LM,
  nBest,
  timedWords,
} from '../../src/decoder/index.js';
import { HearkenError } from '../../src/errors.js';
import { ConstFst, VectorFst } from '../../src/fst/index.js';
import { codeOf } from '../support/errors.js';
import { random } from '../support/random-fst.js';
import { allPaths, bigramLm, randomGraph, WORDS } from '../support/random-search.js';

describe('BeamDecoder', () => {
  it('finds the best path that trying every path finds', () => {
    let reached = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const graph = randomGraph(next, 5, 12, 3);
      const lm = bigramLm(WORDS, next);
      const scores = Float32Array.from({ length: 3 * 4 }, () => next() * 4 - 2);
      const want = allPaths(graph, lm, scores, 3)[0];
      const decoder = new BeamDecoder(ConstFst.fromVector(graph), lm, 3, { beam: 500 });
      decoder.advance(scores);
      const got = decoder.bestPath(true);
      expect(got.reachedFinal, `seed ${seed}`).to.equal(want !== undefined);
      if (!got.reachedFinal) continue;
      reached++;
      expect(got.cost, `seed ${seed}`).to.be.closeTo(want.cost, 1e-4);
      expect(
        got.labels.map((l) => l.label),
        `seed ${seed}`,
      ).to.deep.equal(want.words);
    }
    expect(reached).to.be.above(100);
  });

  it('gives a stable prefix that never changes, and stays small on a long stream', function () {
    this.timeout(60_000);
    const next = random(4);
    const graph = ConstFst.fromVector(randomGraph(next, 30, 120, 5));
    const lm = bigramLm(WORDS, next);
    const decoder = new BeamDecoder(graph, lm, 5, { beam: 8, maxActive: 60 });
    let fixed: number[] = [];
    let largest = 0;
    for (let t = 0; t < 20_000; t++) {
      decoder.advance(Float32Array.from({ length: 5 }, () => next() * 6));
      largest = Math.max(largest, decoder.links);
      if (t % 97 === 0 && t < 3000) {
        const prefix = decoder
          .bestPath(false)
          .labels.slice(0, decoder.stableLabels())
          .map((l) => l.label);
        expect(prefix.slice(0, fixed.length)).to.deep.equal(fixed);
        fixed = prefix;
      }
    }
    expect(fixed.length).to.be.above(100);
    expect(largest).to.be.below(1 << 18);
  });

  it('gives the best unfinished path, flagged, where no final state is reached', () => {
    const fst = new VectorFst();
    fst.start = fst.addState();
    const far = fst.addState();
    fst.setFinal(fst.addState(), 0);
    fst.addArc(fst.start, 1, 4, 0, far);
    const decoder = new BeamDecoder(ConstFst.fromVector(fst), bigramLm(WORDS, random(1)), 1);
    decoder.advance(Float32Array.of(1));
    const { reachedFinal, labels } = decoder.bestPath(true);
    expect(reachedFinal).to.equal(false);
    expect(labels).to.deep.equal([{ label: 4, frame: 0 }]);
  });

  it('ends utterances by the first rule whose conditions hold', () => {
    const heard = { utteranceLength: 3, trailingSilence: 0, hasWords: true, relativeCost: 0 };
    for (const [change, ours, kaldi] of [
      [{}, 0, 0],
      [{ trailingSilence: 0.5 }, 0, 2],
      [{ trailingSilence: 0.5, relativeCost: 3 }, 0, 0],
      [{ trailingSilence: 1, relativeCost: 3 }, 2, 3],
      [{ trailingSilence: 2, relativeCost: Number.POSITIVE_INFINITY }, 2, 4],
      [{ trailingSilence: 2, hasWords: false }, 0, 0],
      [{ trailingSilence: 5, hasWords: false }, 1, 1],
      [{ trailingSilence: 0.4, relativeCost: 3, utteranceLength: 12 }, 3, 0],
      [{ utteranceLength: 30 }, 4, 5],
    ] as const) {
      expect(endpointRule({ ...heard, ...change }), JSON.stringify(change)).to.equal(ours);
      expect(endpointRule({ ...heard, ...change }, KALDI_ENDPOINT_RULES), JSON.stringify(change)).to.equal(kaldi);
    }
    expect(endpointRule({ ...heard, utteranceLength: 120 }, checkEndpointRules([]))).to.equal(1);
    expect(() => checkEndpointRules([{ ...ENDPOINT_RULES[0], minTrailingSilence: Number.NaN }])).to.throw(
      HearkenError,
      'rule 1',
    );
  });

  it('tells what ending costs above going on', () => {
    const fst = new VectorFst();
    fst.start = fst.addState();
    const end = fst.addState();
    fst.addArc(0, 1, 0, 0, 0);
    fst.addArc(0, 1, 0, 1.5, end);
    fst.setFinal(end, 0.25);
    const decoder = new BeamDecoder(ConstFst.fromVector(fst), NO_LM, 1);
    expect(decoder.relativeCost()).to.equal(Number.POSITIVE_INFINITY);
    decoder.advance(Float32Array.of(-3));
    expect(decoder.relativeCost()).to.be.closeTo(1.75, 1e-6);
  });

  /** Words side by side, each over its own column. */
  function sideBySide(words: number): ConstFst {
    const fst = new VectorFst();
    fst.start = fst.addState();
    for (let i = 0; i < words; i++) {
      const state = fst.addState();
      fst.addArc(fst.start, i + 1, 4 + i, 0, state);
      fst.addArc(state, i + 1, 0, 0, state);
      fst.setFinal(state, 0);
    }
    return ConstFst.fromVector(fst);
  }

  const wordOf = (decoder: BeamDecoder): number => decoder.bestPath(true).labels[0].label;

  it('keeps what lies within the beam, and no more', () => {
    // The second word falls behind by 3, and then wins by 2.
    const scores = Float32Array.of(3, 0, 0, 0, 0, 5);
    for (const [beam, word] of [
      [3.5, 5],
      [2.5, 4],
    ]) {
      const decoder = new BeamDecoder(sideBySide(2), NO_LM, 2, { beam, minActive: 0 });
      decoder.advance(scores);
      expect(wordOf(decoder), `beam ${beam}`).to.equal(word);
    }
  });

  it('keeps at most maxActive tokens, and at least minActive', () => {
    const scores = Float32Array.of(3, 0, 0, 0, 0, 5);
    const word = (options: Partial<DecoderOptions>): number => {
      const decoder = new BeamDecoder(sideBySide(2), NO_LM, 2, options);
      decoder.advance(scores);
      return wordOf(decoder);
    };
    expect(word({ beam: 10, maxActive: 2, minActive: 0 })).to.equal(5);
    expect(word({ beam: 10, maxActive: 1, minActive: 0 })).to.equal(4);
    const third = Float32Array.of(3, 0, -3, 0, 0, 0, 0, 5, 0);
    for (const [minActive, want] of [
      [0, 4],
      [2, 5],
    ]) {
      const decoder = new BeamDecoder(sideBySide(3), NO_LM, 3, { beam: 0.5, minActive });
      decoder.advance(third);
      expect(wordOf(decoder), `at least ${minActive}`).to.equal(want);
    }
  });

  it('has nothing to say of the language of an utterance without words', () => {
    const fst = new VectorFst();
    fst.start = fst.addState();
    fst.addArc(fst.start, 1, 0, 0, fst.start);
    fst.setFinal(fst.start, 0);
    const lm = { ...bigramLm(WORDS, random(1)), finalCost: () => 7 };
    const decoder = new BeamDecoder(ConstFst.fromVector(fst), lm, 1);
    decoder.advance(Float32Array.of(-1));
    expect(decoder.bestPath(true).cost).to.be.closeTo(1, 1e-6);
  });

  it('adds the penalty for every word, and weighs the language model', () => {
    const lm = bigramLm(WORDS, random(8));
    const cost = (options: Partial<DecoderOptions>): number => {
      const decoder = new BeamDecoder(sideBySide(2), lm, 2, options);
      decoder.advance(Float32Array.of(9, 0, 9, 0));
      expect(wordOf(decoder)).to.equal(4);
      return decoder.bestPath(true).cost;
    };
    const step = lm.step(0, 4);
    const end = lm.finalCost(lm.next);
    expect(cost({})).to.be.closeTo(step - lm.unigramCost(4) + end - 18, 1e-4);
    expect(cost({ wordPenalty: 1.5 })).to.be.closeTo(cost({}) + 1.5, 1e-4);
    expect(cost({ lmWeight: 2 })).to.be.closeTo(cost({}) + step + end, 1e-4);
  });

  /** Words of two frames in any order. */
  function anyOrder(words: number): ConstFst {
    const fst = new VectorFst();
    fst.start = fst.addState();
    for (let w = 0; w < words; w++) {
      const state = fst.addState();
      fst.addArc(fst.start, w + 1, 4 + w, 0, state);
      fst.addArc(state, w + 1, 0, 0, fst.start);
    }
    fst.setFinal(fst.start, 0);
    return ConstFst.fromVector(fst);
  }

  it('knows every word of a long utterance', () => {
    const decoder = new BeamDecoder(anyOrder(3), NO_LM, 3, { beam: 30, latticeBeam: 0 });
    const next = random(6);
    const said: number[] = [];
    const scores = new Float32Array(3);
    for (let frame = 0; frame < 200_000; frame++) {
      if (frame % 2 === 0) said.push(Math.floor(next() * 3));
      scores.fill(0)[said[said.length - 1]] = 5;
      decoder.advance(scores);
    }
    const heard = decoder.bestPath(true).labels.map((l) => l.label - 4);
    expect(heard.length).to.equal(said.length);
    expect(heard.findIndex((w, i) => w !== said[i])).to.equal(-1);
  });

  it('keeps of the lattice only what is near the best path', () => {
    const decoder = new BeamDecoder(anyOrder(20), NO_LM, 20, { beam: 100, latticeBeam: 2 });
    const scores = new Float32Array(20);
    let largest = 0;
    for (let frame = 0; frame < 1000; frame++) {
      scores.fill(0)[(frame % 40) >> 1] = 5;
      decoder.advance(scores);
      largest = Math.max(largest, decoder.latticeLinks);
    }
    // The best path's own links, and those of some frames that have yet to be pruned.
    expect(largest).to.be.below(1000 + 25 * 60);
  });

  it('gives the lattice of an utterance that reached no final state', () => {
    const fst = new VectorFst();
    fst.start = fst.addState();
    const middle = fst.addState();
    fst.setFinal(fst.addState(), 0);
    fst.addArc(fst.start, 1, 4, 0, middle);
    fst.addArc(fst.start, 2, 5, 0, middle);
    const decoder = new BeamDecoder(ConstFst.fromVector(fst), NO_LM, 2);
    decoder.advance(Float32Array.of(1, 0));
    const paths = nBest(decoder.lattice(), 5);
    expect(paths.map((p) => p.labels[0].label)).to.deep.equal([4, 5]);
  });

  it('refuses scores that are no numbers or of the wrong width, and goes on', () => {
    const next = random(2);
    const decoder = new BeamDecoder(ConstFst.fromVector(randomGraph(next, 5, 14, 3)), bigramLm(WORDS, next), 3);
    decoder.advance(Float32Array.of(1, 2, 3));
    const before = decoder.bestPath(false);
    expect(codeOf(() => decoder.advance(Float32Array.of(1, 2)))).to.equal('SCORES_INVALID');
    expect(codeOf(() => decoder.advance(Float32Array.of(1, Number.NaN, 2)))).to.equal('SCORES_INVALID');
    expect(codeOf(() => decoder.advance(Float32Array.of(1, 2, Number.NEGATIVE_INFINITY)))).to.equal('SCORES_INVALID');
    expect(decoder.frames).to.equal(1);
    expect(decoder.bestPath(false)).to.deep.equal(before);
  });

  it('refuses a graph with a cycle without input', () => {
    const fst = new VectorFst();
    fst.reserve(3);
    fst.start = 0;
    fst.addArc(0, 1, 4, 0, 1);
    fst.addArc(1, 0, 5, 1, 2);
    fst.addArc(2, 0, 0, 1, 1);
    fst.setFinal(2);
    const lm = bigramLm(WORDS, random(1));
    expect(codeOf(() => new BeamDecoder(ConstFst.fromVector(fst), lm, 1))).to.equal('FST_INVALID');
  });

  it('refuses a graph with labels beyond the scores, and options out of range', () => {
    const graph = ConstFst.fromVector(randomGraph(random(3), 5, 14, 9));
    const lm = bigramLm(WORDS, random(3));
    expect(codeOf(() => new BeamDecoder(graph, lm, 2))).to.equal('FST_INVALID');
    expect(codeOf(() => new BeamDecoder(graph, lm, 9, { beam: 0 }))).to.equal('OPTION_INVALID');
    expect(codeOf(() => new BeamDecoder(graph, lm, 9, { maxActive: 0.5 }))).to.equal('OPTION_INVALID');
  });

  it('reads word times from the marks of beginnings and ends', () => {
    const labels = [
      { label: 1, frame: 2 },
      { label: 5, frame: 4 },
      { label: 2, frame: 9 },
      { label: 1, frame: 11 },
      { label: 6, frame: 11 },
    ];
    expect(timedWords(labels, 20)).to.deep.equal([
      { label: 5, begin: 2, end: 9, complete: true },
      { label: 6, begin: 11, end: 20, complete: false },
    ]);
  });
});
