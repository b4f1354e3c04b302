import { expect } from 'chai';
import { BeamDecoder, type RescoringLm, timedWords } from '../../src/decoder/index.js';
import {
  buildSearchGraph,
  ChainTopology,
  ContextTable,
  extendGraph,
  FIRST_WORD,
  type LexiconEntry,
  wordSlots,
} from '../../src/graph/index.js';
import { cmudict, PHONES } from '../../src/lexicon/index.js';
import { random } from '../support/random-fst.js';

const FRAMES_A_PHONE = 3;

/** Units of their own for a random half of the pairs of phones; silence is one unit. */
function randomContext(next: () => number): ContextTable {
  let units = PHONES.length;
  return new ContextTable(PHONES.map(() => PHONES.map((_, phone) => (phone > 0 && next() < 0.5 ? units++ : phone))));
}

/** Scores that only the pdfs of these phones, one after another, agree with. */
function scoresOf(phones: readonly string[], context: ContextTable): Float32Array {
  const width = 2 * context.units;
  const scores = new Float32Array(phones.length * FRAMES_A_PHONE * width).fill(-20);
  let left = 0;
  for (const [i, name] of phones.entries()) {
    const phone = PHONES.indexOf(name);
    const unit = context.unit(left, phone);
    for (let f = 0; f < FRAMES_A_PHONE; f++)
      scores[(i * FRAMES_A_PHONE + f) * width + (f === 0 ? unit : unit + context.units)] = 0;
    left = phone;
  }
  return scores;
}

describe('search graph', () => {
  for (const kind of ['left-biphone', 'monophone', 'left-biphone, half of the words added later']) {
    it(`turns the sounds of words into the words, with and without silence between (${kind})`, function () {
      this.timeout(60_000);
      const next = random(11);
      const words = [...cmudict()].filter((_, i) => i % 400 === 3);
      const entries = words.map(({ phones }, i): LexiconEntry => ({ word: FIRST_WORD + i, phones, cost: 5 + next() }));
      const context = kind === 'monophone' ? ContextTable.monophone(PHONES.length) : randomContext(next);
      const topology = new ChainTopology(context);
      const whole = buildSearchGraph(entries, PHONES, topology, { silenceProbability: 0.3 });
      let graph = whole;
      if (kind.endsWith('later')) {
        const half = (remainder: number) => entries.filter((_, i) => i % 2 === remainder);
        const base = buildSearchGraph(half(0), PHONES, topology, { silenceProbability: 0.3 });
        graph = extendGraph(base, wordSlots(base, topology), topology, PHONES, half(1));
      }
      const lm: RescoringLm = {
        start: 0,
        next: 0,
        step(_: number, word: number) {
          (this as { next: number }).next = 1;
          return entries[word - FIRST_WORD].cost;
        },
        finalCost: () => 0,
        unigramCost: (word) => entries[word - FIRST_WORD].cost,
      };
      const options = { beam: 40, maxActive: 50_000 };
      const decoder = new BeamDecoder(graph, lm, 2 * context.units, options);
      const reference = new BeamDecoder(whole, lm, 2 * context.units, options);
      for (let trial = 0; trial < 40; trial++) {
        const said = Array.from({ length: 3 }, () => words[Math.floor(next() * words.length)]);
        const phones: string[] = [];
        const bounds: [number, number][] = [];
        for (const { phones: p } of said) {
          if (next() < 0.5) phones.push(PHONES[0]);
          bounds.push([phones.length * FRAMES_A_PHONE, (phones.length + p.length) * FRAMES_A_PHONE]);
          phones.push(...p);
        }
        decoder.start();
        decoder.advance(scoresOf(phones, context));
        const { labels, reachedFinal, cost } = decoder.bestPath(true);
        reference.start();
        reference.advance(scoresOf(phones, context));
        expect(cost).to.be.closeTo(reference.bestPath(true).cost, 1e-3);
        const heard = timedWords(labels, decoder.frames);
        expect(reachedFinal).to.equal(true);
        // Words that sound alike are equally right.
        expect(heard.map((w) => words[w.label - FIRST_WORD].phones.join(' '))).to.deep.equal(
          said.map((w) => w.phones.join(' ')),
        );
        expect(heard.map((w) => [w.begin, w.end])).to.deep.equal(bounds);
      }
    });
  }

  it('has room for a thousand more words at once', () => {
    const all = [...cmudict()].filter((_, i) => i % 10 === 3);
    const entries = all.map(({ phones }, i): LexiconEntry => ({ word: FIRST_WORD + i, phones, cost: 9 }));
    const context = randomContext(random(5));
    const topology = new ChainTopology(context);
    const graph = buildSearchGraph(entries.slice(1000), PHONES, topology, { silenceProbability: 0.3 });
    const slots = wordSlots(graph, topology);
    const extended = extendGraph(graph, slots, topology, PHONES, entries.slice(0, 1000));
    const labels = new Set(extended.olabels);
    expect(entries.every((e) => labels.has(e.word))).to.equal(true);
  });

  it('is the same byte for byte when built again', () => {
    const entries = [...cmudict()].slice(0, 300).map(({ phones }, i) => ({ word: FIRST_WORD + i, phones, cost: 6 }));
    const build = () =>
      buildSearchGraph(entries, PHONES, new ChainTopology(randomContext(random(3))), {
        silenceProbability: 0.3,
      }).toSections().arrays;
    expect(build()).to.deep.equal(build());
  });
});
