import { expect } from 'chai';
import fc from 'fast-check';
import {
  computeFeatures,
  dithered,
  fbankOptions,
  mfccOptions,
  OnlineCmvn,
  OnlineFeature,
} from '../../src/frontend/index.js';
import { codeOf } from '../support/errors.js';

const SIGNAL = Float32Array.from({ length: 9000 }, (_, i) => 0.3 * Math.sin(i * i * 1e-4) + 0.01 * Math.cos(i));

describe('online features', () => {
  for (const options of [fbankOptions({ snipEdges: false, melBins: 80 }), fbankOptions(), mfccOptions()]) {
    it(`are the same however the signal is cut (snipEdges ${options.snipEdges}, ceps ${options.ceps})`, () => {
      const whole = computeFeatures(SIGNAL, options);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 10 }), (sizes) => {
          const online = new OnlineFeature(options);
          const frames: number[] = [];
          let taken = 0;
          const take = (): void => {
            for (; taken < online.framesReady; taken++) frames.push(...online.frame(taken));
            online.dropBefore(taken);
          };
          for (let at = 0, i = 0; at < SIGNAL.length; i++) {
            const size = sizes[i % sizes.length];
            online.acceptWaveform(SIGNAL.subarray(at, at + size));
            at += size;
            take();
          }
          online.inputFinished();
          take();
          expect(frames).to.deep.equal([...whole.data]);
        }),
        { numRuns: 20 },
      );
    });
  }

  it('reflect signals shorter than a window, and give nothing for no samples', () => {
    const options = fbankOptions({ snipEdges: false });
    for (const length of [1, 79, 80, 200]) {
      const { frames, data } = computeFeatures(SIGNAL.subarray(0, length), options);
      expect(frames).to.equal(Math.floor((length + 80) / 160));
      expect(data.every(Number.isFinite)).to.equal(true);
    }
    expect(computeFeatures(new Float32Array(0), options).frames).to.equal(0);
    expect(computeFeatures(SIGNAL.subarray(0, 399), fbankOptions()).frames).to.equal(0);
  });

  it('refuse senseless options and use after the end', () => {
    expect(codeOf(() => fbankOptions({ melBins: 1 }))).to.equal('OPTION_INVALID');
    expect(codeOf(() => fbankOptions({ lowFrequency: 9000 }))).to.equal('OPTION_INVALID');
    expect(codeOf(() => mfccOptions({ ceps: 99 }))).to.equal('OPTION_INVALID');
    const online = new OnlineFeature(fbankOptions());
    online.inputFinished();
    expect(codeOf(() => online.acceptWaveform(SIGNAL))).to.equal('STREAM_CLOSED');
    expect(codeOf(() => online.frame(0))).to.equal('OPTION_INVALID');
  });

  it('are normalised by the trailing window, the global mean standing in at first', () => {
    const cmvn = new OnlineCmvn([10], 4, 2);
    const out = new Float32Array(6);
    for (let i = 0; i < 6; i++) cmvn.apply(Float32Array.of(i + 1), out, i);
    // Window 4: sums 1, 3, 6, 10, 14, 18; priors 2, 2, 1, 0, 0, 0 frames of 10.
    expect([...out].map((x) => Math.round(x * 1e4) / 1e4)).to.deep.equal([-6, -3.75, -1, 1.5, 1.5, 1.5]);
  });

  it('have the same noise under a sample wherever the stream is cut', () => {
    const samples = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) / 3);
    const whole = dithered(samples, 500);
    for (const cut of [1, 160, 999]) {
      expect(dithered(samples.subarray(0, cut), 500)).to.deep.equal(whole.subarray(0, cut));
      expect(dithered(samples.subarray(cut), 500 + cut)).to.deep.equal(whole.subarray(cut));
    }
    const difference = whole.map((x, i) => (x - samples[i]) * 32768);
    expect(Math.max(...difference)).to.be.within(0.8, 1);
    expect(difference.reduce((a, b) => a + b, 0) / 1000).to.be.within(-0.1, 0.1);
    expect(dithered(samples, 501)[0]).to.not.equal(whole[0]);
  });
});
