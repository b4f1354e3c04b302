import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { parseCard } from '../../src/package/index.js';
import { codeOf } from '../support/errors.js';
import { ROOT } from '../support/shared.js';

const SHIPPED = JSON.parse(readFileSync(resolve(ROOT, 'models/en-small/card.json'), 'utf8'));

/** The card of the same package in format 1, as it shipped with version 0.1.0. */
const OLD = JSON.parse(readFileSync(resolve(ROOT, 'test/data/card-format-1.json'), 'utf8'));

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
      [['format'], 3, /card: format/],
      [['features', 'kind'], 'mystery', /features/],
      [['features', 'cmvn', 'globalMean'], [1, 2], /globalMean has 2 numbers/],
      [['acoustic', 'columns'], 3, /two per unit/],
      [['acoustic', 'columns'], -2, /acoustic\.columns/],
      [['acoustic', 'chunk', 'shift'], 31, /shift/],
      [['acoustic', 'chunk'], undefined, /without a chunk/],
      [['acoustic', 'states', '0', 'dims'], [1, 1 << 30], /states hold more/],
      [['acoustic', 'states', '0', 'type'], 'double', /states/],
      [['acoustic', 'file'], '../elsewhere.onnx', /plain file name/],
      [['acoustic', 'file'], 'C:\\x.onnx', /plain file name/],
      [['topology'], { kind: 'ctc', blank: 1412 }, /blank/],
      [['topology', 'contexts'], 'a/b', /plain file name/],
      [['checksums'], { '../x': 'a'.repeat(64) }, /outside the package/],
      [['data'], [], /data/],
    ];
    for (const [path, value, message] of wrong) {
      expect(() => parseCard(changed(path, value), 'card')).to.throw(message);
      expect(codeOf(() => parseCard(changed(path, value), 'card'))).to.equal('MODEL_CARD');
    }
  });

  it('parseCard: a card of format 1 is read as the same card in format 2', () => {
    expect(parseCard(OLD, 'card')).to.deep.equal(parseCard({ ...SHIPPED, figures: OLD.figures }, 'card'));
    const broken = { ...OLD, acoustic: { ...OLD.acoustic, delay: -1 } };
    expect(() => parseCard(broken, 'old')).to.throw(/old: acoustic\.delay/);
  });

  it('parseCard: a card that was parsed is parsed to itself', () => {
    const card = parseCard(SHIPPED, 'card');
    expect(parseCard(JSON.parse(JSON.stringify(card)), 'card')).to.deep.equal(card);
  });

  it('answers anything with a card or a typed error', () => {
    const paths = [
      ['features'],
      ['acoustic'],
      ['decoder'],
      ['checksums'],
      ['topology'],
      ['spelling', 'units'],
      ['features', 'cmvn'],
      ['acoustic', 'states'],
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
