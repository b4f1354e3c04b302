import { expect } from 'chai';
import fc from 'fast-check';
import { BlockPower, quietCuts } from '../../src/batch/silence.js';

/** Samples per block. */
const SIZE = 160;

describe('cuts of long recordings', () => {
  it('lie in the middle of the quietest pause of the last third of a part', () => {
    const powers = new Float64Array(2400).fill(1);
    powers.fill(0.01, 850, 900);
    powers.fill(0.001, 1650, 1700);
    powers.fill(0, 300, 400); // too early
    expect(quietCuts(powers, 1000)).to.deep.equal([875, 1675]);
  });

  it('leave no part longer than four thirds, nor shorter than a third, of what was asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3000 }),
        fc.integer({ min: 100, max: 900 }),
        (powers, length) => {
          const cuts = quietCuts(powers, length);
          const edges = [0, ...cuts, powers.length];
          for (let i = 1; i < edges.length; i++) {
            expect(edges[i] - edges[i - 1]).to.be.at.most((4 * length) / 3);
            if (cuts.length > 0) expect(edges[i] - edges[i - 1]).to.be.at.least(length / 3 - 1);
          }
        },
      ),
    );
  });

  it('do not depend on how the samples come', () => {
    const samples = Float32Array.from({ length: 10 * SIZE + 7 }, (_, i) => Math.sin(i));
    const [whole, cut] = [new BlockPower(SIZE), new BlockPower(SIZE)];
    whole.accept(samples);
    for (let at = 0; at < samples.length; at += 77) cut.accept(samples.subarray(at, at + 77));
    expect(whole.powers).to.have.length(10);
    expect(cut.powers).to.deep.equal(whole.powers);
  });
});
