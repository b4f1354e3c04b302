import { expect } from 'chai';
import { readSections, writeSections } from '../../src/binary/sections.js';
import {
  BEGIN,
  END,
  entropyPrune,
  kneserNey,
  NgramLm,
  numberWords,
  perplexity,
  probability,
  sentences,
  TextStore,
  trainLm,
  UNKNOWN,
  vocabularyOf,
} from '../../src/lm/index.js';
import { findEntry } from '../../src/lm/ngram-counts.js';
import { random } from '../support/random-fst.js';

const WORDS = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];

/** Sentences with enough structure for higher orders to matter. */
function text(lines: number): TextStore {
  const next = random(11);
  const store = new TextStore(new Set(['ant bee cat']));
  for (let i = 0; i < lines; i++) {
    const words: string[] = [];
    let w = Math.floor(next() * WORDS.length);
    for (let n = 1 + Math.floor(next() * 8); n > 0; n--) {
      words.push(WORDS[w]);
      w = next() < 0.6 ? (w + 1) % WORDS.length : Math.floor(next() * WORDS.length);
    }
    store.addLine(words.join(' '));
  }
  return store;
}

describe('language model', () => {
  const table = vocabularyOf(WORDS);
  const model = trainLm(text(2000), WORDS, 3, [0, 0]);
  const pruned = entropyPrune(model, [1e-4, 1e-4]);

  it('is a distribution after every history, pruned or not', () => {
    for (const m of [model, pruned]) {
      for (let n = 0; n < 3; n++) {
        const contexts = n === 0 ? 1 : m.tables[n - 1].word.length;
        for (let c = 0; c < contexts; c++) {
          if (n === 1 && (c === 0 || c === END)) continue;
          if (n > 0 && m.tables[n].childStart[c] === m.tables[n].childStart[c + 1]) continue;
          let sum = 0;
          for (let w = END; w < table.length; w++) sum += probability(m, n, c, w);
          expect(sum, `order ${n + 1}, context ${c}`).to.be.closeTo(1, 1e-9);
        }
      }
    }
  });

  it('equals modified Kneser-Ney worked out by hand', () => {
    // Two sentences "a b", "a b": counts of counts are too few for Chen and Goodman's discounts, so D is 0.5, 1, 1.5.
    const store = new TextStore();
    store.addLine('a b');
    store.addLine('a b');
    const m = trainLm(store, ['a', 'b'], 2, [0]);
    const [a, b] = [4, 5];
    // Unigrams: each of a, b, </s> follows one distinct word: (1 − .5)/3 + (1.5/3)·(1/4); the uniform part is over
    // </s>, <unk>, a and b.
    const uni = 0.5 / 3 + 0.5 / 4;
    expect(probability(m, 0, 0, a)).to.be.closeTo(uni, 1e-12);
    expect(probability(m, 0, 0, UNKNOWN)).to.be.closeTo(0.5 / 4, 1e-12);
    // c(a b) = 2 of 2: (2 − 1)/2 + (1/2)·p(b)
    expect(probability(m, 1, a, b)).to.be.closeTo(0.5 + 0.5 * uni, 1e-12);
    expect(probability(m, 1, a, END)).to.be.closeTo(0.5 * uni, 1e-12);
    expect(probability(m, 1, BEGIN, a)).to.be.closeTo(0.5 + 0.5 * uni, 1e-12);
  });

  it('prunes n-grams for little perplexity', () => {
    const count = (m: typeof model): number => m.tables.slice(1).reduce((n, t) => n + t.word.length, 0);
    expect(count(pruned)).to.be.below(count(model));
    const next = random(5);
    const held = Array.from({ length: 200 }, () =>
      Array.from({ length: 5 }, () => 4 + Math.floor(next() * WORDS.length)),
    );
    const before = perplexity(model, held, UNKNOWN);
    const after = perplexity(pruned, held, UNKNOWN);
    expect(before.words).to.equal(1200);
    expect(after.perplexity / before.perplexity).to.be.within(0.9, 1.05);
  });

  it('packs into the query model with the same costs', () => {
    for (const m of [model, pruned]) {
      const packed = NgramLm.fromBackoff(m);
      const lm = new NgramLm(readSections(writeSections(packed.toSections()), NgramLm.KIND, 'test'));
      const next = random(9);
      for (let run = 0; run < 300; run++) {
        let state = lm.start;
        const history = [BEGIN];
        for (let i = 0; i < 6; i++) {
          const word = 4 + Math.floor(next() * WORDS.length);
          let n = Math.min(2, history.length);
          let context = -1;
          for (; n > 0 && context < 0; n--) {
            context = history[history.length - n];
            for (let k = 1; k < n && context >= 0; k++)
              context = findEntry(m.tables[k], context, history[history.length - n + k]);
            if (context >= 0) break;
          }
          const want = -Math.log(probability(m, n, Math.max(0, context), word));
          expect(lm.step(state, word)).to.be.closeTo(want, 2e-3);
          state = lm.next;
          history.push(word);
        }
        expect(lm.finalCost(state)).to.be.above(0);
      }
    }
  });

  it('leaves sentences out that it is told to', () => {
    const store = text(0);
    store.addLine('ant bee cat. Dog eel.');
    expect([store.excluded, store.sentences, store.words]).to.deep.equal([1, 1, 2]);
  });

  it('writes numbers and marks as they are said', () => {
    expect(numberWords(1234567)).to.equal('one million two hundred thirty four thousand five hundred sixty seven');
    expect(sentences("In 1984, Dr. Smith paid $1,250 — he didn't mind. 'Twas 5%!")).to.deep.equal([
      "in nineteen eighty four doctor smith paid one thousand two hundred fifty dollars he didn't mind".split(' '),
      "'twas five percent".split(' '),
    ]);
  });

  it('takes no token from outside the vocabulary as known', () => {
    expect(kneserNey(model.tables).prob[0][UNKNOWN]).to.be.above(0);
  });
});
