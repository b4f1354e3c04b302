import { expect } from 'chai';
import { BeamDecoder, NO_LM, PhraseBias, type RescoringLm } from '../../src/decoder/index.js';
import { HearkenError } from '../../src/errors.js';
import { ConstFst } from '../../src/fst/index.js';
import { random } from '../support/random-fst.js';
import { allPaths, bigramLm, costOfWords, randomGraph, WORDS } from '../support/random-search.js';

describe('phrase bias', () => {
  const boosts = (phrases: [string, number][], weight = 1): PhraseBias =>
    new PhraseBias(
      NO_LM,
      phrases.map(([text, boost]) => ({ words: text.split(' ').map(Number), boost })),
      weight,
    );

  it('gives a whole phrase its boost once a time it is said, and nothing for a part of it', () => {
    const lm = boosts([
      ['1 2 3', 6],
      ['4', 2],
      ['5 6', -3],
    ]);
    for (const [text, boost] of [
      ['1 2 3', 6],
      ['9 1 2 3 9', 6],
      ['1 2 3 1 2 3', 12],
      ['1 2 9', 0],
      ['1 2', 0],
      ['1 1 2 3', 6],
      ['1 2 1 2 3', 6],
      ['1 2 4', 2],
      ['4 4', 4],
      ['5 6', -3],
      ['5 9 6', 0],
    ] as const)
      expect(-costOfWords(lm, text.split(' ').map(Number)), text).to.be.closeTo(boost, 1e-9);
  });

  it('takes phrases that begin or end with another', () => {
    const lm = boosts([
      ['1 2', 4],
      ['1 2 3', 5],
      ['3', 1],
      ['2 3 4 5', 8],
    ]);
    for (const [text, boost] of [
      ['1 2', 4],
      ['1 2 3', 5],
      ['1 2 9', 4],
      ['2 3', 1], // the end of an unfinished phrase is a phrase
      ['2 3 9', 1],
      ['1 2 3 4 5', 13],
    ] as const)
      expect(-costOfWords(lm, text.split(' ').map(Number)), text).to.be.closeTo(boost, 1e-9);
  });

  it('is not scaled by the weight of the language model', () => {
    expect(-2 * costOfWords(boosts([['1 2', 3]], 2), [1, 2])).to.be.closeTo(3, 1e-9);
  });

  it('is searched exactly', () => {
    for (let seed = 0; seed < 20; seed++) {
      const next = random(seed);
      const fst = randomGraph(next, 5, 12, 3);
      const phrases = [
        { words: [4, 5], boost: 5 },
        { words: [6], boost: 2 },
        { words: [5, 5, 7], boost: 4 },
      ];
      const lm = new PhraseBias(bigramLm(WORDS, random(seed + 99)), phrases, 1);
      const scores = Float32Array.from({ length: 12 }, () => next() * 3);
      const best = allPaths(fst, lm, scores, 3)[0];
      if (!best) continue;
      const decoder = new BeamDecoder(ConstFst.fromVector(fst), lm, 3, { beam: 1000, lmWeight: 1 });
      decoder.advance(scores);
      const path = decoder.bestPath(true);
      expect(path.cost).to.be.closeTo(best.cost, 1e-3);
      expect(path.labels.map((l) => l.label)).to.deep.equal(best.words);
    }
  });

  it('stays small over many utterances', () => {
    const counting: RescoringLm = {
      ...NO_LM,
      step(state: number) {
        (this as { next: number }).next = state + 1;
        return 0;
      },
    };
    const lm = new PhraseBias(counting, [{ words: [1, 2], boost: 1 }], 1);
    for (let state = 0; state < 200_000; state++) {
      lm.step(state, 1);
      if (state % 1000 === 0 && lm.begin()) return;
    }
    expect.fail('nothing was forgotten');
  });

  it('refuses boosts that are no numbers', () => {
    expect(() => boosts([['1', Number.NaN]])).to.throw(HearkenError, 'boost');
  });
});
