import { expect } from 'chai';
import fc from 'fast-check';
import { SegmentCutter } from '../../src/recognizer/segment-cutter.js';
import { codeOf } from '../support/errors.js';

const RATE = 16000;

/** Noise whose loudness follows a list of [seconds, amplitude]; every sample differs. */
function sound(...parts: [number, number][]): Float32Array {
  const out: number[] = [];
  for (const [seconds, amplitude] of parts)
    for (let i = 0; i < seconds * RATE; i++) out.push(amplitude * Math.sin(out.length * out.length * 0.37));
  return Float32Array.from(out);
}

/** Seconds at which segments end, and their rules; the rest is the last. */
function cuts(cutter: SegmentCutter, samples: Float32Array, chunk = 1600): [number, number][] {
  const out: [number, number][] = [];
  let at = 0;
  for (let i = 0; i < samples.length; i += chunk)
    for (const { samples: part, rule } of cutter.accept(samples.subarray(i, i + chunk))) {
      expect(part).to.deep.equal(samples.slice(at, at + part.length));
      at += part.length;
      out.push([at / RATE, rule]);
    }
  expect(cutter.take()).to.deep.equal(samples.slice(at));
  return out;
}

describe('SegmentCutter', () => {
  const talk = sound([0.5, 1e-4], [2, 0.1], [1.5, 1e-4], [3, 0.1], [0.3, 1e-4], [2, 0.1], [1.2, 1e-4], [1, 0.1]);

  it('cuts at pauses as long as the endpoint rules say, not at shorter ones', () => {
    const found = cuts(new SegmentCutter(RATE, 30), talk);
    expect(found.map(([, rule]) => rule)).to.deep.equal([2, 2]);
    // 0.8 s after the ends of speech at 2.5 and 9.3 s.
    expect(found[0][0]).to.be.closeTo(3.3, 0.15);
    expect(found[1][0]).to.be.closeTo(10.1, 0.15);
  });

  it('puts every sample into one segment and cuts in the same places however samples arrive', () => {
    const whole = cuts(new SegmentCutter(RATE, 4), talk, talk.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20000 }), (chunk) => {
        expect(cuts(new SegmentCutter(RATE, 4), talk, chunk)).to.deep.equal(whole);
      }),
      { numRuns: 10 },
    );
  });

  it('cuts speech without pauses in its quietest place before it is too long', () => {
    const long = sound([4.2, 0.1], [0.2, 0.004], [4, 0.1]);
    const [[first]] = cuts(new SegmentCutter(RATE, 5), long);
    expect(first).to.be.closeTo(4.3, 0.1);
    const even = cuts(new SegmentCutter(RATE, 2), sound([11, 0.1]));
    let before = 0;
    for (const [end] of even) {
      expect(end - before).to.be.within(1, 2);
      before = end;
    }
    expect(even.length).to.be.at.least(5);
  });

  it('cuts silence too, and begins anew after take()', () => {
    const cutter = new SegmentCutter(RATE, 30);
    expect(cuts(cutter, sound([12, 0])).map(([end, rule]) => [end, rule])).to.deep.equal([
      [5, 1],
      [10, 1],
    ]);
    expect(cutter.take().length).to.equal(0);
  });

  it('takes other rules, and refuses senseless ones', () => {
    const rule = { mustContainWords: true, minTrailingSilence: 0.2, minUtteranceLength: 0 };
    expect(cuts(new SegmentCutter(RATE, 30, [rule]), talk)).to.have.length(3);
    expect(codeOf(() => new SegmentCutter(RATE, 30, [{ ...rule, minTrailingSilence: -1 }]))).to.equal('OPTION_INVALID');
  });
});
