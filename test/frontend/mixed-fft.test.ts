import { expect } from 'chai';
import { MixedFft } from '../../src/frontend/mixed-fft.js';
import { codeOf } from '../support/errors.js';

/** |X(k)|² by the definition of the transform. */
function powerByDefinition(signal: Float64Array, k: number): number {
  let re = 0;
  let im = 0;
  for (const [i, x] of signal.entries()) {
    re += x * Math.cos((2 * Math.PI * i * k) / signal.length);
    im -= x * Math.sin((2 * Math.PI * i * k) / signal.length);
  }
  return re * re + im * im;
}

describe('MixedFft', () => {
  for (const size of [2, 4, 6, 10, 30, 60, 320, 400, 512, 1200]) {
    it(`of ${size} points gives the power spectrum by its definition`, () => {
      const signal = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i) + 0.3);
      const power = new Float64Array(size / 2 + 1);
      new MixedFft(size).power(signal, power);
      for (let k = 0; k <= size / 2; k++)
        expect(power[k], `bin ${k}`).to.be.closeTo(powerByDefinition(signal, k), 1e-8);
    });
  }

  it('refuses sizes with other factors', () => {
    for (const size of [14, 0, 401])
      expect(
        codeOf(() => new MixedFft(size)),
        `${size}`,
      ).to.equal('OPTION_INVALID');
  });
});
