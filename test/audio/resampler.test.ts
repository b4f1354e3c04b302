import { expect } from 'chai';
import fc from 'fast-check';
import { Resampler } from '../../src/audio/index.js';
import { amplitudeAt, concat, sine } from '../support/audio.js';
import { codeOf } from '../support/errors.js';

function resample(input: Float32Array, from: number, to: number, cuts: number[] = []): Float32Array {
  const resampler = new Resampler(from, to);
  const edges = [0, ...cuts.map((c) => c % input.length).sort((a, b) => a - b), input.length];
  const parts = edges.slice(1).map((end, i) => resampler.process(input.subarray(edges[i], end)).slice());
  return concat([...parts, resampler.flush().slice()]);
}

const decibels = (ratio: number): number => 20 * Math.log10(ratio);

describe('Resampler', () => {
  for (const from of [6000, 8000, 11025, 22050, 44100, 48000, 96000, 192000]) {
    it(`keeps the pass band of ${from} Hz within 0.1 dB`, () => {
      const edge = 0.85 * Math.min(from, 16000) * 0.5;
      for (const frequency of [100, edge / 3, edge]) {
        const out = resample(sine(frequency, from, 0.5), from, 16000);
        expect(out.length).to.equal(Math.ceil((Math.round(from * 0.5) * 16000) / from));
        const gain = amplitudeAt(frequency, 16000, out.subarray(800, out.length - 800)) / 0.5;
        expect(Math.abs(decibels(gain)), `${frequency} Hz`).to.be.below(0.1);
      }
    });
  }

  for (const from of [22050, 44100, 48000, 192000]) {
    it(`rejects what would alias from ${from} Hz by 80 dB`, () => {
      for (const frequency of [8600, 9500, 10500].filter((f) => f < from / 2)) {
        const out = resample(sine(frequency, from, 0.5), from, 16000).subarray(800, 7200);
        const power = Math.sqrt(out.reduce((s, x) => s + x * x, 0) / out.length) * Math.SQRT2;
        expect(decibels(power / 0.5), `${frequency} Hz`).to.be.below(-80);
      }
    });
  }

  it('gives the same bits however the input is cut', () => {
    const input = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i * i * 1e-3));
    for (const from of [8000, 44100, 48000]) {
      const whole = resample(input, from, 16000);
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
          expect(resample(input, from, 16000, cuts)).to.deep.equal(whole);
        }),
        { numRuns: 30 },
      );
    }
  });

  it('refuses rates it cannot relate', () => {
    expect(codeOf(() => new Resampler(0, 16000))).to.equal('OPTION_INVALID');
    expect(codeOf(() => new Resampler(44100.5, 16000))).to.equal('OPTION_INVALID');
  });
});
