import { expect } from 'chai';
import { Slots } from '../../src/recognizer/slots.js';

describe('Slots', () => {
  it('with more work than slots: as many at once as there are slots, and each gets its turn', async () => {
    const slots = new Slots(4);
    let running = 0;
    let most = 0;
    const done = await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        slots.run(async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return i;
        }),
      ),
    );
    expect(most).to.equal(4);
    expect(done).to.deep.equal(Array.from({ length: 25 }, (_, i) => i));
  });

  it('with work that fails: its slot is free again', async () => {
    const slots = new Slots(1);
    const failed = slots.run(async () => Promise.reject(new Error('no')));
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
    expect(await slots.run(async () => 7)).to.equal(7);
  });
});
