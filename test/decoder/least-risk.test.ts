import { expect } from 'chai';
import * as fc from 'fast-check';
import { type LatticePath, leastRisk } from '../../src/decoder/index.js';
import { FIRST_WORD, WORD_BEGIN, WORD_END } from '../../src/graph/labels.js';
import { align, scoreOf } from '../../src/scoring/index.js';

const reading = (cost: number, words: string): LatticePath => ({
  cost,
  labels: words
    .split('')
    .flatMap((w, i) => [WORD_BEGIN, FIRST_WORD + w.charCodeAt(0), WORD_END].map((label) => ({ label, frame: i }))),
});

describe('the reading of least risk', () => {
  it('may be one that is not the likeliest', () => {
    const readings: [number, string][] = [
      [0.4, 'abc'],
      [0.3, 'xbd'],
      [0.3, 'xbc'],
    ];
    expect(leastRisk(readings.map(([p, words]) => reading(100 - Math.log(p), words)))).to.equal(2);
    expect(leastRisk([])).to.equal(0);
    expect(leastRisk([reading(3, ''), reading(3, 'a')])).to.equal(0);
  });

  it('is the one that word errors against all others say', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    const readings = fc.array(fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), words), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(readings, (list) => {
        const risk = ([, a]: [number, string]): number =>
          list.reduce((sum, [cost, b]) => {
            const { substitutions, deletions, insertions } = scoreOf(align(b.split(''), a.split('')));
            return sum + Math.exp(-cost) * (substitutions + deletions + insertions);
          }, 0);
        const chosen = leastRisk(list.map(([cost, text]) => reading(cost, text)));
        expect(risk(list[chosen])).to.be.closeTo(Math.min(...list.map(risk)), 1e-9);
      }),
    );
  });
});
