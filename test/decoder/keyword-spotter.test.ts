import { expect } from 'chai';
import { KeywordSpotter } from '../../src/decoder/index.js';
import { ChainTopology, ContextTable } from '../../src/graph/index.js';
import { random } from '../support/random-fst.js';

const PHONES = 6;
const FRAMES_A_PHONE = 3;

/** Units of their own for some pairs of phones. */
function contextOf(next: () => number): ContextTable {
  let units = PHONES;
  return new ContextTable(
    Array.from({ length: PHONES }, () =>
      Array.from({ length: PHONES }, (_, phone) => (phone > 0 && next() < 0.5 ? units++ : phone)),
    ),
  );
}

/** Scores that agree with these phones, one after another, and dislike all others by `contrast`. */
function scoresOf(phones: readonly number[], context: ContextTable, contrast = 12): Float32Array {
  const width = 2 * context.units;
  const scores = new Float32Array(phones.length * FRAMES_A_PHONE * width).fill(-contrast);
  for (const [i, phone] of phones.entries()) {
    const unit = context.unit(phones[i - 1] ?? 0, phone);
    for (let f = 0; f < FRAMES_A_PHONE; f++)
      scores[(i * FRAMES_A_PHONE + f) * width + (f === 0 ? unit : unit + context.units)] = 0;
  }
  return scores;
}

describe('keyword spotter', () => {
  const next = random(23);
  const context = contextOf(next);
  const topology = new ChainTopology(context);
  const keyword = { pronunciations: [[1, 2, 3, 4]], threshold: -0.5 };

  it('finds a keyword wherever it is, with its times, however the frames come', () => {
    for (let trial = 0; trial < 30; trial++) {
      const noise = (n: number): number[] => Array.from({ length: n }, () => (next() < 0.5 ? 0 : 5));
      const lead = noise(1 + Math.floor(next() * 6));
      const scores = scoresOf([...lead, 1, 2, 3, 4, ...noise(8)], context);
      const spotter = new KeywordSpotter([keyword], topology);
      const width = 2 * context.units;
      const found = [];
      for (let at = 0; at < scores.length; ) {
        const end = Math.min(scores.length, at + width * (1 + Math.floor(next() * 5)));
        found.push(...spotter.advance(scores.subarray(at, end)));
        at = end;
      }
      found.push(...spotter.finish());
      expect(found).to.have.length(1);
      expect(found[0].score).to.be.closeTo(0, 1e-6);
      expect(found[0].begin).to.equal(lead.length * FRAMES_A_PHONE);
      expect(found[0].end).to.be.within(found[0].begin + 10, found[0].begin + 12);
    }
  });

  it('does not find what was not said, and finds each time it was', () => {
    const spotter = new KeywordSpotter([keyword, { pronunciations: [[3, 1]], threshold: -0.5 }], topology);
    const heard = (phones: number[]) => {
      spotter.start();
      return [...spotter.advance(scoresOf(phones, context)), ...spotter.finish()].map((s) => s.keyword);
    };
    expect(heard([0, 5, 1, 2, 4, 3, 5, 0, 2])).to.deep.equal([]);
    expect(heard([0, 1, 2, 3, 4, 0, 5, 1, 2, 3, 4, 5, 3, 1, 0, 0, 0, 0])).to.deep.equal([0, 0, 1]);
  });

  it('scores a near miss between a hit and nothing', () => {
    const spotter = new KeywordSpotter([{ ...keyword, threshold: -9 }], topology);
    const [near] = [...spotter.advance(scoresOf([0, 1, 2, 5, 4, 0, 0], context, 6)), ...spotter.finish()];
    expect(near.score).to.be.within(-6, -0.5);
  });

  it('goes on for hours without losing precision', () => {
    const spotter = new KeywordSpotter([keyword], topology);
    const silence = scoresOf(new Array(1000).fill(0), context);
    for (let i = 0; i < 100; i++) expect(spotter.advance(silence)).to.deep.equal([]);
    const found = [...spotter.advance(scoresOf([0, 1, 2, 3, 4, 0, 0, 0, 0, 0], context)), ...spotter.finish()];
    expect(found.map((s) => s.begin)).to.deep.equal([300_003]);
    expect(found[0].score).to.be.closeTo(0, 1e-6);
  });

  it('needs pronunciations', () => {
    expect(() => new KeywordSpotter([{ pronunciations: [], threshold: 0 }], topology)).to.throw('no pronunciation');
  });
});
