import { expect } from 'chai';
import {
  BeamDecoder,
  type HistoryModel,
  type Lattice,
  nBest,
  type PathLabel,
  rescoreHistories,
} from '../../src/decoder/index.js';
import { ConstFst } from '../../src/fst/index.js';
import { FIRST_WORD } from '../../src/graph/index.js';
import { END, type LanguageModel } from '../../src/lm/index.js';
import { random } from '../support/random-fst.js';
import { allPaths, bigramLm, costOfWords, randomGraph, WORDS } from '../support/random-search.js';

/** A model that could look at whole histories, and looks at their last word. */
class Histories implements HistoryModel {
  #lm: LanguageModel;
  #states: number[] = [];
  /** Histories taken up at each call. */
  readonly taken: number[] = [];

  constructor(lm: LanguageModel) {
    this.#lm = lm;
  }

  async take(before: Int32Array, words: Int32Array): Promise<void> {
    this.taken.push(before.length);
    const states = Array.from(before, (b, i) => {
      if (b < 0) return this.#lm.start;
      this.#lm.step(this.#states[b], words[i]);
      return this.#lm.next;
    });
    this.#states.push(...states);
  }

  cost(history: number, word: number): number | undefined {
    return word === END ? this.#lm.finalCost(this.#states[history]) : this.#lm.step(this.#states[history], word);
  }
}

const wordsOf = (labels: readonly PathLabel[]): string => labels.map((l) => l.label).join(' ');

function scene(seed: number) {
  const next = random(seed);
  const graph = randomGraph(next, 5, 12, 3);
  const [lm, other] = [bigramLm(WORDS, next), bigramLm(WORDS, next)];
  const scores = Float32Array.from({ length: 15 }, () => next() * 4 - 2);
  const decoder = new BeamDecoder(ConstFst.fromVector(graph), lm, 3, { beam: 500, latticeBeam: 400 });
  decoder.advance(scores);
  return { graph, lm, other, scores, decoder };
}

describe('rescoreHistories', () => {
  it('lets the n-gram model decide alone where the other has no opinion', async () => {
    const { lm, other, decoder } = scene(7);
    const lattice = decoder.lattice();
    const model = new Histories(other);
    model.cost = () => undefined;
    const options = { weight: 1, share: 0.7, wordPenalty: 0, beam: 400 };
    const [best] = nBest(await rescoreHistories(lattice, lm, model, options), 1);
    expect(best.cost).to.be.closeTo(nBest(lattice, 1)[0].cost, 1e-3);
  });

  it('puts a share of the other model in the place of the n-gram model, on every path', async () => {
    const SHARE = 0.7;
    const PENALTY = 0.3;
    let compared = 0;
    let changed = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { graph, lm, other, scores, decoder } = scene(seed);
      const best = new Map<string, number>();
      for (const { words, cost } of allPaths(graph, lm, scores, 3)) {
        const said = words.filter((w) => w >= FIRST_WORD);
        const change = said.length > 0 ? costOfWords(other, said) - costOfWords(lm, said) : 0;
        const key = said.join(' ');
        best.set(
          key,
          Math.min(best.get(key) ?? Number.POSITIVE_INFINITY, cost + SHARE * change + PENALTY * said.length),
        );
      }
      if (best.size === 0) continue;
      const lattice = decoder.lattice();
      const options = { weight: 1, share: SHARE, wordPenalty: PENALTY, beam: 400 };
      const rescored = nBest(await rescoreHistories(lattice, lm, new Histories(other), options), 10_000);
      const want = [...best].sort((a, b) => a[1] - b[1]);
      expect(rescored.length, `seed ${seed}`).to.equal(want.length);
      for (const [i, { cost }] of rescored.entries()) expect(cost, `seed ${seed}`).to.be.closeTo(want[i][1], 1e-3);
      compared += want.length;
      if (wordsOf(rescored[0].labels) !== wordsOf(nBest(lattice, 1)[0].labels)) changed++;
    }
    expect(compared).to.be.above(1000);
    expect(changed).to.be.above(10);
  });

  it('leaves a lattice as it is with a share of nothing, but for paths past the beam', async () => {
    let dropped = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const { lm, other, decoder } = scene(seed);
      const lattice = decoder.lattice();
      const before = nBest(lattice, 1000);
      const rescored = await rescoreHistories(lattice, lm, new Histories(other), {
        weight: 1,
        share: 0,
        wordPenalty: 0,
        beam: 3,
      });
      const after = nBest(rescored, 1000);
      const within = before.filter(({ cost }) => cost < before[0].cost + 3 - 1e-3);
      const costs = new Map(after.map(({ labels, cost }) => [wordsOf(labels), cost]));
      for (const { labels, cost } of within) expect(costs.get(wordsOf(labels))).to.be.closeTo(cost, 1e-3);
      dropped += before.length - after.length;
    }
    expect(dropped).to.be.above(100);
  });

  it('asks the model once for each length of history', async () => {
    const { lm, other, decoder } = scene(3);
    const model = new Histories(other);
    await rescoreHistories(decoder.lattice(), lm, model, { weight: 1, share: 1, wordPenalty: 0, beam: 400 });
    expect(model.taken[0]).to.equal(1);
    expect(model.taken.length).to.be.within(2, 6);
  });

  describe('of a lattice with readings beyond number', () => {
    const LENGTH = 40;
    const CHOICES = 4;
    /** Four words to choose from at every place. */
    const ambiguous = (cost: () => number): Lattice => {
      const arcs = Array.from({ length: LENGTH * CHOICES }, (_, a) => Math.floor(a / CHOICES));
      return {
        start: 0,
        frame: Int32Array.from({ length: LENGTH + 1 }, (_, s) => s),
        final: Float64Array.from({ length: LENGTH + 1 }, (_, s) => (s === LENGTH ? 0 : Number.POSITIVE_INFINITY)),
        from: Int32Array.from(arcs),
        to: Int32Array.from(arcs, (s) => s + 1),
        input: Int32Array.from(arcs, () => 1),
        label: Int32Array.from(arcs, (_, a) => 4 + (a % CHOICES)),
        graphCost: Float32Array.from(arcs, cost),
        acousticCost: new Float32Array(arcs.length),
      };
    };
    const settings = { weight: 1, share: 1, wordPenalty: 0, beam: 50 };
    const next = random(5);
    const [lm, other] = [bigramLm(WORDS, next), bigramLm(WORDS, next)];

    it('keeps to the likelier ones', async () => {
      const model = new Histories(other);
      const lattice = ambiguous(() => 3 * next());
      const rescored = await rescoreHistories(lattice, lm, model, settings);
      const taken = model.taken.reduce((a, b) => a + b, 0);
      expect(taken).to.be.within(100, 5000);
      expect(rescored.label.length).to.be.above(LENGTH);
      expect(nBest(rescored, 1)[0].labels.length).to.equal(LENGTH);
    });

    it('leaves it as it is where none are likelier', async () => {
      const model = new Histories(other);
      const lattice = ambiguous(() => 1);
      expect(await rescoreHistories(lattice, lm, model, settings)).to.equal(lattice);
      expect(model.taken).to.deep.equal([]);
    });
  });
});
