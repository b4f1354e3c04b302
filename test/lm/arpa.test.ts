import { expect } from 'chai';
import { HearkenError } from '../../src/errors.js';
import {
  BEGIN,
  entropyPrune,
  modelOfArpa,
  NgramLm,
  probability,
  readArpa,
  vocabularyOf,
  writeArpa,
} from '../../src/lm/index.js';
import { random } from '../support/random-fst.js';
import { randomModel, WORDS } from '../support/random-lm.js';

describe('ARPA files', () => {
  const model = entropyPrune(randomModel(500), [1e-4, 1e-4]);
  const lines = [...writeArpa(model, vocabularyOf(WORDS))];

  it('are read as they were written', () => {
    const { model: read, words } = modelOfArpa(lines);
    expect(words).to.deep.equal(vocabularyOf(WORDS));
    for (const [n, table] of model.tables.entries()) {
      expect(read.tables[n].word).to.deep.equal(table.word);
      expect(read.tables[n].context).to.deep.equal(table.context);
      for (let i = 0; i < table.word.length; i++) {
        if (n === 0 && i === BEGIN) continue;
        expect(read.prob[n][i]).to.be.closeTo(model.prob[n][i], 1e-5);
        expect(read.backoff[n][i]).to.be.closeTo(model.backoff[n][i], 1e-5);
      }
    }
    expect([...writeArpa(read, words)]).to.deep.equal(lines);
  });

  it('may list n-grams in any order, and leave out what back-off gives anyway', () => {
    const text = [
      '\\data\\',
      'ngram 1=4',
      '\\1-grams:',
      '-1 b -0.3',
      '-0.5 </s>',
      '-0.7 a -0.2',
      '-99 <s> -0.1',
      '\\2-grams:',
      '-0.2 a b -0.6',
      '\\3-grams:',
      '-0.1 a b a', // "b a" is not there
      '\\end\\',
    ];
    const { model: read, words } = modelOfArpa(text);
    const [a, b] = [words.indexOf('a'), words.indexOf('b')];
    expect(probability(read, 1, b, a)).to.be.closeTo(10 ** -1, 1e-9); // −0.3 − 0.7
    const lm = NgramLm.fromBackoff(read);
    lm.step(lm.step(lm.start, a) && lm.next, b);
    expect(lm.step(lm.next, a)).to.be.closeTo(0.1 * Math.LN10, 1e-3);
  });

  it('are read over a vocabulary that is given, up to an order', () => {
    const vocabulary = vocabularyOf(['zebra', ...WORDS.slice(1)].sort());
    const { model: read, words } = modelOfArpa(lines, { vocabulary, order: 2 });
    expect(words).to.deep.equal(vocabulary);
    expect(read.tables).to.have.length(2);
    expect(read.prob[0][words.indexOf('zebra')]).to.equal(0);
    const original = modelOfArpa(lines);
    for (const a of WORDS.slice(1))
      for (const b of WORDS.slice(1)) {
        const given = probability(read, 1, words.indexOf(a), words.indexOf(b));
        const own = probability(original.model, 1, original.words.indexOf(a), original.words.indexOf(b));
        expect(given, `${a} ${b}`).to.be.closeTo(own, 1e-9);
      }
    expect(
      modelOfArpa(lines, { vocabulary, order: 5 })
        .model.tables.map((t) => t.word.length)
        .slice(3),
    ).to.deep.equal([0, 0]);
  });

  it('that are damaged are refused with the line or the n-gram', () => {
    for (const [text, what] of [
      ['\\data\\\n\\1-grams:\n-1 a\n\\2-grams:\n-1 a b', 'without a unigram'],
      ['\\data\\\n\\1-grams:\n-1 a\n-1 b\n\\2-grams:\n-1 a a\n\\3-grams:\n-1 a b a', 'history of "a b a"'],
      ['\\data\\\n\\1-grams:\nx a', 'line 3'],
    ])
      expect(() => modelOfArpa(text.split('\n')), text).to.throw(HearkenError, what);
    const next = random(3);
    let refused = 0;
    for (let run = 0; run < 300; run++) {
      const broken = lines.slice(0, 60);
      for (let k = 0; k < 3; k++) {
        const at = Math.floor(next() * broken.length);
        const text = broken[at].split('');
        text[Math.floor(next() * text.length)] = String.fromCharCode(32 + Math.floor(next() * 96));
        broken[at] = text.join('');
      }
      try {
        NgramLm.fromBackoff(modelOfArpa(broken).model);
      } catch (error) {
        if (!(error instanceof HearkenError && error.code === 'LM_FORMAT')) throw error;
        refused++;
      }
    }
    expect(refused).to.be.above(50);
  });

  it('have lines that can be looked at without building a model', () => {
    const first = readArpa(lines).next().value;
    expect(first).to.deep.include({ words: ['<s>'], log10: -99 });
  });
});
