import { expect } from 'chai';
import type { Sections } from '../../src/binary/sections.js';
import {
  END,
  NgramLm,
  type RecurrentHistories,
  RecurrentLm,
  type RecurrentStep,
  UNKNOWN,
  vocabularyOf,
} from '../../src/lm/index.js';
import { codeOf } from '../support/errors.js';
import { randomModel, WORDS } from '../support/random-lm.js';

const WIDTH = 3;
/** The model knows three of the six words. */
const OWN = ['</s>', '<unk>', 'dog', 'ant', 'bee'];
const VOCABULARY = vocabularyOf(WORDS);
const label = (word: string): number => VOCABULARY.indexOf(word);

const tables = (facts: object = {}): Sections => ({
  kind: RecurrentLm.KIND,
  facts: { width: WIDTH, stateSize: 2, ...facts },
  arrays: {
    vectors: Int8Array.from({ length: OWN.length * WIDTH }, (_, i) => 10 * i - 60),
    scale: Float32Array.of(0.01, 0.02, 0.01, 0.03, 0.01),
    bias: Float32Array.of(-1, -2, -1.5, -3, -2.5),
  },
});

/** Hidden states count words, cells sum the first numbers of their vectors; outputs are the vectors. */
const step: RecurrentStep = async (input, hidden, cell) => ({
  output: input.slice(),
  hidden: hidden.map((h) => h + 1),
  cell: cell.map((c, i) => c + input[Math.floor(i / 2) * WIDTH]),
});

describe('RecurrentLm', () => {
  const lm = NgramLm.fromBackoff(randomModel(300));
  const open = (facts?: object): RecurrentLm => new RecurrentLm(tables(facts), OWN, VOCABULARY, lm, step);
  const unigram = (word: number): number => lm.unigramCost(word);
  const costOf = (histories: RecurrentHistories, history: number, word: number): number =>
    histories.cost(history, word) ?? Number.NaN;
  const row = (own: number): number[] => [0, 1, 2].map((i) => tables().arrays.scale[own] * (10 * (own * 3 + i) - 60));

  it('gives words the cost of the product of their vector and the output of the history', async () => {
    const histories = open().histories();
    await histories.take(Int32Array.of(-1), Int32Array.of(END));
    await histories.take(Int32Array.of(0, 0), Int32Array.of(label('dog'), label('fox')));
    const product = (a: number[], b: number[]): number => a.reduce((n, x, i) => n + x * b[i], 0);
    const bias = tables().arrays.bias;
    expect(histories.cost(0, label('ant'))).to.be.closeTo(-(product(row(0), row(3)) + bias[3]), 1e-5);
    expect(histories.cost(1, END)).to.be.closeTo(-(product(row(2), row(0)) + bias[0]), 1e-5);
    // A word it does not know is heard as the unknown one.
    expect(histories.cost(2, label('bee'))).to.be.closeTo(-(product(row(1), row(4)) + bias[4]), 1e-5);
  });

  it('shares the probability of the unknown word among those it does not know, as their unigrams do', async () => {
    const histories = open().histories();
    await histories.take(Int32Array.of(-1), Int32Array.of(END));
    const unknown = open().openCost(UNKNOWN) - costOf(histories, 0, UNKNOWN);
    let sum = 0;
    for (const word of [UNKNOWN, ...['cat', 'eel', 'fox'].map(label)]) sum += Math.exp(-costOf(histories, 0, word));
    expect(Math.log(sum)).to.be.closeTo(unknown, 1e-5);
    const apart = costOf(histories, 0, label('cat')) - costOf(histories, 0, label('fox'));
    expect(apart).to.be.closeTo(unigram(label('cat')) - unigram(label('fox')), 1e-5);
    // Of a word that was added to the vocabulary it has no opinion, and goes on from it as from an unknown one.
    const added = VOCABULARY.length + 5;
    expect(histories.cost(0, added)).to.equal(undefined);
    await histories.take(Int32Array.of(0, 0), Int32Array.of(added, UNKNOWN));
    expect(histories.cost(1, label('ant'))).to.equal(histories.cost(2, label('ant')));
  });

  it('carries states from a history to the longer one', async () => {
    const seen: number[][] = [];
    const spying: RecurrentStep = async (input, hidden, cell, count) => {
      seen.push([...hidden]);
      return step(input, hidden, cell, count);
    };
    const histories = new RecurrentLm(tables(), OWN, VOCABULARY, lm, spying).histories();
    await histories.take(Int32Array.of(-1), Int32Array.of(END));
    await histories.take(Int32Array.of(0, 0), Int32Array.of(label('ant'), label('bee')));
    await histories.take(Int32Array.of(2, 0), Int32Array.of(label('dog'), label('dog')));
    expect(seen).to.deep.equal([
      [0, 0],
      [1, 1, 1, 1],
      [2, 2, 1, 1],
    ]);
  });

  it('refuses tables that do not fit', () => {
    expect(codeOf(() => new RecurrentLm(tables(), OWN.slice(1), VOCABULARY, lm, step))).to.equal('MODEL_FILE');
    for (const facts of [{ width: 4 }, { stateSize: undefined }, { stateSize: 0 }])
      expect(
        codeOf(() => open(facts)),
        JSON.stringify(facts),
      ).to.equal('MODEL_FILE');
  });
});
