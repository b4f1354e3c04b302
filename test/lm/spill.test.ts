import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import fc from 'fast-check';
import { countNgrams, TextStore, vocabularyOf } from '../../src/lm/index.js';
import { KeyCounter } from '../../src/lm/key-counter.js';
import { random } from '../support/random-fst.js';

const spilled = (): number => readdirSync(tmpdir()).filter((f) => f.startsWith('hearken-spill-')).length;

describe('counting in bounded memory', () => {
  it('counts keys as a table would, whatever goes to disk', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (keys, capacity) => {
        const counter = new KeyCounter(capacity);
        const table = new Map<number, number>();
        for (const key of keys) {
          counter.add(key * 2 ** 33);
          table.set(key, (table.get(key) ?? 0) + 1);
        }
        const { keys: distinct, counts } = counter.finish();
        expect([...distinct].map((key, i) => [key / 2 ** 33, counts[i]])).to.deep.equal(
          [...table].sort(([a], [b]) => a - b),
        );
      }),
    );
  });

  it('gives the same n-grams of a text, and leaves no file behind', () => {
    const before = spilled();
    const next = random(7);
    const words = 'a b c d e f'.split(' ');
    const lines = Array.from({ length: 200 }, () =>
      Array.from({ length: 1 + Math.floor(next() * 9) }, () => words[Math.floor(next() * words.length)]).join(' '),
    );
    const counted = (capacity?: number, held?: number): unknown => {
      const store = new TextStore(new Set(), capacity);
      for (const line of lines) store.addLine(line);
      const ids = new Map(vocabularyOf(words.slice(1)).map((w, i) => [w, i]));
      return { tables: countNgrams(store.tokens(ids), ids.size, 4, held), ranks: store.frequencies() };
    };
    const whole = counted();
    expect(counted(7, 13)).to.deep.equal(whole);
    expect(counted(64, 64)).to.deep.equal(whole);
    // A store's own file goes with the process; those of counting are gone.
    expect(spilled() - before).to.be.at.most(2);
  });
});
