import { expect } from 'chai';
import fc from 'fast-check';
import { align, scoreOf, scoringWords, wordErrorRate } from '../../src/scoring/index.js';

const words = (text: string): string[] => text.split(' ').filter(Boolean);

describe('scoring', () => {
  it('counts as sclite does', () => {
    // sclite 2.4.12 on these pairs: (correct, substituted, deleted, inserted)
    const cases: [string, string, number[]][] = [
      ['the cat sat on the mat', 'the cat sat on mat', [5, 0, 1, 0]],
      ['the cat sat', 'a the cat sat down', [3, 0, 0, 2]],
      ['one two three', 'one too three', [2, 1, 0, 0]],
      ['a b c d', 'd c b a', [1, 2, 1, 1]],
      ['', 'a', [0, 0, 0, 1]],
    ];
    for (const [reference, hypothesis, [correct, substitutions, deletions, insertions]] of cases) {
      const score = scoreOf(align(words(reference), words(hypothesis)));
      expect(score, `${reference} / ${hypothesis}`).to.include({ correct, substitutions, deletions, insertions });
    }
  });

  it('accounts for every word on both sides', () => {
    const sequence = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(sequence, sequence, (reference, hypothesis) => {
        const pairs = align(reference, hypothesis);
        expect(pairs.flatMap((p) => p.reference ?? [])).to.deep.equal(reference);
        expect(pairs.flatMap((p) => p.hypothesis ?? [])).to.deep.equal(hypothesis);
        const { correct, substitutions, deletions, words: total } = scoreOf(pairs);
        expect(correct + substitutions + deletions)
          .to.equal(total)
          .and.to.equal(reference.length);
      }),
    );
  });

  it('gives the error rate and compares words, not spelling of case and marks', () => {
    expect(wordErrorRate({ correct: 8, substitutions: 1, insertions: 1, deletions: 1, words: 10 })).to.equal(0.3);
    expect(scoringWords("Don't—stop, ‘José’!")).to.deep.equal(["don't", 'stop', 'jose']);
  });
});
