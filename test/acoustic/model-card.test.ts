import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseCard } from '../../src/acoustic/index.js';
import { HearkenError } from '../../src/errors.js';
import { codeOf } from '../support/errors.js';
import { ROOT } from '../support/shared.js';

const SHIPPED = JSON.parse(readFileSync(resolve(ROOT, 'models/en-small/card.json'), 'utf8'));

/** The card with the value at `path` replaced. */
function changed(path: readonly string[], value: unknown): unknown {
  const card = structuredClone(SHIPPED) as Record<string, unknown>;
  let at = card;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path[path.length - 1]] = value;
  return card;
}

describe('model card', () => {
  it('is read, and what is wrong is named', () => {
    expect(parseCard(SHIPPED, 'card').name).to.equal('en-small');
    const wrong: [string[], unknown, RegExp][] = [
      [['format'], 2, /card: format/],
      [['features', 'globalMean'], [1, 2], /globalMean has 2 numbers/],
      [['acoustic', 'outputs'], 3, /two a unit/],
      [['acoustic', 'outputs'], -2, /acoustic\.outputs/],
      [['acoustic', 'file'], '../elsewhere.onnx', /plain file name/],
      [['acoustic', 'file'], 'C:\\x.onnx', /plain file name/],
      [['checksums'], { '../x': 'a'.repeat(64) }, /outside the package/],
      [['data'], [], /data/],
    ];
    for (const [path, value, message] of wrong) {
      expect(() => parseCard(changed(path, value), 'card')).to.throw(message);
      expect(codeOf(() => parseCard(changed(path, value), 'card'))).to.equal('MODEL_CARD');
    }
  });

  it('answers anything with a card or a typed error', () => {
    const paths = [
      ['features'],
      ['acoustic'],
      ['decoder'],
      ['checksums'],
      ['features', 'globalMean'],
      ['acoustic', 'phones'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), fc.anything(), (path, value, whole) => {
        for (const card of [changed(path, value), whole]) {
          try {
            parseCard(card, 'card');
          } catch (error) {
            if (!(error instanceof HearkenError)) throw error;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
