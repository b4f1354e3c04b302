import { expect } from 'chai';
import { readSections, writeSections } from '../../src/binary/sections.js';
import {
  type BackoffModel,
  BEGIN,
  END,
  entropyPrune,
  kneserNey,
  mixModels,
  mixtureWeights,
  NgramLm,
  numberWords,
  perplexityOf,
  probability,
  SPECIAL_WORDS,
  sentences,
  TextStore,
  trainLm,
  UNKNOWN,
  unpackLm,
  vocabularyOf,
} from '../../src/lm/index.js';
import { findEntry } from '../../src/lm/ngram-counts.js';
import { random } from '../support/random-fst.js';
import { randomModel, randomText, WORDS } from '../support/random-lm.js';

/** p(word | history) by the longest part of the history that the model holds. */
function after(model: BackoffModel, history: number[], word: number): number {
  for (let from = 0; from < history.length; from++) {
    let entry = history[from];
    let n = 1;
    for (; from + n < history.length && entry >= 0; n++) entry = findEntry(model.tables[n], entry, history[from + n]);
    if (entry >= 0) return probability(model, n, entry, word);
  }
  return probability(model, 0, 0, word);
}

describe('language model', () => {
  const table = vocabularyOf(WORDS);
  const model = randomModel(2000);
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
    const ids = new Map(table.map((w, i) => [w, i]));
    const held = Array.from({ length: 200 }, () => Array.from({ length: 5 }, () => WORDS[Math.floor(next() * 6)]));
    held[0][0] = 'gnu';
    const before = perplexityOf(NgramLm.fromBackoff(model), ids, held);
    const after = perplexityOf(NgramLm.fromBackoff(pruned), ids, held);
    expect(before).to.deep.include({ words: 1000, unknown: 1, sentences: 200 });
    expect(after.perplexity / before.perplexity).to.be.within(0.9, 1.05);
  });

  it('mixes models into one that gives the mixture of their probabilities, and sums to one', () => {
    const parts = [model, trainLm(randomText(40), WORDS, 3, [0, 0])];
    const weights = [0.3, 0.7];
    const mixed = mixModels(parts, weights);
    for (let n = 0; n < 3; n++)
      for (let i = n === 0 ? END : 0; i < mixed.tables[n].word.length; i++) {
        const context = mixed.tables[n].context[i];
        const history: number[] = [];
        for (let m = n, c = context; m > 0; c = mixed.tables[--m].context[c])
          history.unshift(mixed.tables[m - 1].word[c]);
        const each = parts.map((p) => after(p, history, mixed.tables[n].word[i]));
        expect(mixed.prob[n][i]).to.be.closeTo(weights[0] * each[0] + weights[1] * each[1], 1e-12);
      }
    for (let c = 0; c < mixed.tables[1].word.length; c++) {
      if (mixed.tables[2].childStart[c] === mixed.tables[2].childStart[c + 1]) continue;
      let sum = 0;
      for (let w = END; w < table.length; w++) sum += probability(mixed, 2, c, w);
      expect(sum).to.be.closeTo(1, 1e-9);
    }
  });

  it('finds the weights of a mixture', () => {
    const next = random(8);
    const a = Float64Array.from({ length: 4000 }, next);
    const b = Float64Array.from({ length: 4000 }, next);
    const [w, v] = mixtureWeights([a.map((p) => p * 1.3), b]);
    expect(w + v).to.be.closeTo(1, 1e-9);
    const at = (x: number): number => a.reduce((sum, p, i) => sum + Math.log(x * 1.3 * p + (1 - x) * b[i]), 0);
    for (const other of [w - 0.05, w + 0.05]) expect(at(w)).to.be.above(at(other));
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

  it('unpacks from the query model, to pack into the same again', () => {
    for (const m of [model, pruned]) {
      const packed = NgramLm.fromBackoff(m);
      const again = NgramLm.fromBackoff(unpackLm(packed)).toSections().arrays;
      for (const [name, array] of Object.entries(packed.toSections().arrays)) {
        if (name === 'backoffCost') expect(again[name].every((x, i) => Math.abs(x - array[i]) < 1e-5)).to.equal(true);
        else expect(again[name], name).to.deep.equal(array);
      }
    }
    const wider = unpackLm(NgramLm.fromBackoff(model), SPECIAL_WORDS.length + WORDS.length + 2);
    expect(wider.prob[0].at(-1)).to.equal(0);
    expect(probability(wider, 1, BEGIN, 5)).to.be.closeTo(probability(model, 1, BEGIN, 5), 2e-3);
  });

  it('leaves sentences out that it is told to', () => {
    const store = new TextStore(new Set(['ant bee cat']));
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
