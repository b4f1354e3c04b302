import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { cmudict, G2p, PHONES } from '../../src/lexicon/index.js';
import { alignLetters, isSpelled } from '../../src/lexicon/letter-alignment.js';
import { codeOf } from '../support/errors.js';
import { ROOT } from '../support/shared.js';

const SHIPPED = resolve(ROOT, 'lexicon/g2p.bin.br');

describe('G2P', () => {
  it('aligns letters with phones so that each is spent once', () => {
    const words = [...cmudict()].filter(({ word }) => isSpelled(word)).slice(5000, 9000);
    const paths = alignLetters(words, 4);
    expect(paths.length).to.be.within(words.length * 0.98, words.length);
    const spelled = new Set(words.map((w) => `${w.word} ${w.phones.join(' ')}`));
    for (const path of paths) {
      const letters = path.map((g) => g.split('|')[0]).join('');
      const phones = path
        .map((g) => g.split('|')[1])
        .filter(Boolean)
        .join(' ');
      expect(spelled.has(`${letters} ${phones}`), `${letters} ${phones}`).to.equal(true);
    }
    expect(alignLetters([{ word: 'phone', phones: ['F', 'OW', 'N'] }, ...words], 6)[0][0]).to.equal('ph|F');
  });

  it('learns from some words to pronounce others', function () {
    this.timeout(60_000);
    const words = [...cmudict()].filter(({ word }, i) => isSpelled(word) && i % 8 === 0);
    const test = new Map(words.filter((_, i) => i % 20 === 0).map((w) => [w.word, [w.phones]]));
    const model = G2p.train(
      words.filter((w) => !test.has(w.word)),
      { order: 4, prune: 0 },
    );
    const figures = model.evaluate(test);
    // With an eighth of CMUdict; `hearken g2p` measures the shipped recipe with 95 % of it.
    expect(figures.wordAccuracy).to.be.above(0.45);
    expect(figures.phoneErrorRate).to.be.below(0.16);
  });

  it('gives several guesses, the best first, and none for what is no word', () => {
    const model = G2p.load(SHIPPED);
    const guesses = model.guess('blorfing', 5);
    expect(guesses[0].phones.join(' ')).to.equal('B L AO R F IH NG');
    expect(guesses).to.have.length(5);
    expect(new Set(guesses.map((g) => g.phones.join(' '))).size).to.equal(5);
    for (let i = 1; i < guesses.length; i++) expect(guesses[i].cost).to.be.at.least(guesses[i - 1].cost);
    for (const word of ['', "'", '12', 'Été', 'a'.repeat(65)]) expect(model.guess(word), word).to.deep.equal([]);
    for (const { phones } of guesses) for (const p of phones) expect(PHONES).to.include(p);
  });

  it('refuses damaged models with a typed error', () => {
    expect(codeOf(() => G2p.load('/does/not/exist'))).to.equal('MODEL_NOT_FOUND');
    const good = G2p.load(SHIPPED).toSections();
    expect(codeOf(() => G2p.fromSections({ ...good, facts: { ...good.facts, graphones: ['a'] } }))).to.equal(
      'MODEL_FILE',
    );
    expect(codeOf(() => G2p.load(resolve(ROOT, 'package.json')))).to.equal('MODEL_FILE');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('graphones', 'lm', 'x'), fc.anything()), (facts) => {
        try {
          G2p.fromSections({ ...good, facts });
        } catch (error) {
          if (!(error instanceof HearkenError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});
