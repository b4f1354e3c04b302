import { expect } from 'chai';
import { BeamDecoder, NO_LM, timedWords } from '../../src/decoder/index.js';
import { ConstFst, compose, connect, VectorFst } from '../../src/fst/index.js';
import {
  buildSearchGraph,
  buildStaticGraph,
  CtcTopology,
  extendGraph,
  FIRST_WORD,
  type LexiconEntry,
  WORD_BEGIN,
  WORD_END,
  wordSlots,
} from '../../src/graph/index.js';
import { codeOf } from '../support/errors.js';
import { random } from '../support/random-fst.js';

/** A string of labels as an acceptor. */
function line(labels: readonly number[]): VectorFst {
  const fst = new VectorFst();
  fst.start = fst.addState();
  for (const [i, label] of labels.entries()) fst.addArc(i, label, label, 0, fst.addState());
  fst.setFinal(labels.length);
  return fst;
}

/** Every string of `columns` different labels (from 1 up) of a length. */
function* strings(columns: number, length: number): Generator<number[]> {
  if (length === 0) yield [];
  else for (const rest of strings(columns, length - 1)) for (let c = 1; c <= columns; c++) yield [...rest, c];
}

/** Labels without repetitions and blanks. */
const collapse = (labels: readonly number[], blank: number): string =>
  labels.filter((l, i) => l !== labels[i - 1] && l !== blank + 1).join(' ');

describe('CtcTopology', () => {
  for (const blank of [0, 1, 3])
    it(`accepts exactly the frames that collapse to the units, blank ${blank}`, () => {
      const topology = new CtcTopology(4, blank);
      const [a, b] = [0, 1, 2, 3].filter((c) => c !== blank).map((c) => c + 1);
      for (const units of [[a], [a, b], [a, a], [a, a, b]]) {
        const graph = topology.expand(line(units));
        let accepted = 0;
        for (let length = 1; length <= 5; length++)
          for (const frames of strings(4, length)) {
            const found = connect(compose(line(frames), graph)).numStates > 0;
            expect(found, `${frames.join(' ')} for ${units.join(' ')}`).to.equal(
              collapse(frames, blank) === units.join(' '),
            );
            if (found) accepted++;
          }
        expect(accepted).to.be.above(0);
      }
    });

  it('takes a cost for every blank frame', () => {
    const graph = ConstFst.fromVector(new CtcTopology(2, 1, 0.5).expand(line([1])));
    const decoder = new BeamDecoder(graph, NO_LM, 2, { beam: 100 });
    // Column 0 in the second of four frames, blanks around.
    decoder.advance(Float32Array.of(-50, 0, 0, -50, -50, 0, -50, 0));
    expect(decoder.bestPath(true).cost).to.be.closeTo(1.5, 1e-5);
  });

  it('refuses a blank that is not a column', () => {
    for (const blank of [-1, 3, 0.5]) expect(codeOf(() => new CtcTopology(3, blank))).to.equal('OPTION_INVALID');
  });
});

describe('search graphs of CTC', () => {
  const NAMES = ['SIL', 'a', 'b', 'c', '<blank>'];
  const BLANK = 4;
  const topology = new CtcTopology(NAMES.length, BLANK);
  const spelled = ['a', 'a b', 'b a a', 'c c', 'c a b'];
  const entries = spelled.map(
    (s, i): LexiconEntry => ({ word: FIRST_WORD + i, phones: s.split(' '), cost: 1 + i / 7 }),
  );
  const costOf = (word: number): number => 1 + (word - FIRST_WORD) / 7;
  /** A unigram model. */
  const lm = { ...NO_LM, unigramCost: costOf, step: (_: number, word: number) => costOf(word) };
  /** Rows in which one column has nearly all the probability. */
  const rows = (columns: readonly number[]): Float32Array =>
    Float32Array.from({ length: columns.length * NAMES.length }, (_, i) =>
      columns[Math.floor(i / NAMES.length)] === i % NAMES.length ? -0.01 : -8,
    );
  const decode = (graph: ConstFst, scores: Float32Array) => {
    const decoder = new BeamDecoder(graph, lm, NAMES.length, { beam: 200, maxActive: 1e5, latticeBeam: 0 });
    decoder.advance(scores);
    const { labels, cost } = decoder.bestPath(true);
    return { words: timedWords(labels, decoder.frames), labels, cost };
  };

  for (const silenceProbability of [0, 0.5])
    it(`give words the times of their own frames, silence ${silenceProbability}`, () => {
      const graph = buildSearchGraph(entries, NAMES, topology, { silenceProbability });
      // Blanks, "c a b", blanks, "c c", blanks.
      const { words } = decode(graph, rows([4, 4, 3, 3, 4, 1, 2, 4, 4, 4, 3, 4, 3, 4]));
      expect(words.map((w) => [w.label - FIRST_WORD, w.begin, w.end])).to.deep.equal([
        [4, 2, 7],
        [3, 10, 13],
      ]);
    });

  it('tell a unit once from the same unit twice within a word', () => {
    const pair = ['c', 'c c'].map((s, i): LexiconEntry => ({ word: FIRST_WORD + i, phones: s.split(' '), cost: 1 }));
    const graph = buildSearchGraph(pair, NAMES, topology, { silenceProbability: 0.5 });
    const word = (columns: number[]): number[] => decode(graph, rows(columns)).words.map((w) => w.label - FIRST_WORD);
    expect(word([4, 3, 3, 3, 4])).to.deep.equal([0]);
    expect(word([4, 3, 4, 3, 4])).to.be.deep.oneOf([[1], [0, 0]]);
  });

  it('with a word added afterwards find what a graph built with it finds, at the same cost', () => {
    const options = { silenceProbability: 0.5 };
    const whole = buildSearchGraph(entries, NAMES, topology, options);
    const small = buildSearchGraph(entries.slice(0, 3), NAMES, topology, options);
    const extended = extendGraph(small, wordSlots(small, topology), topology, NAMES, entries.slice(3));
    const next = random(5);
    let added = 0;
    for (let trial = 0; trial < 40; trial++) {
      const scores = Float32Array.from({ length: 12 * NAMES.length }, () => -7 * next());
      const [one, other] = [decode(whole, scores), decode(extended, scores)];
      expect(other.cost).to.be.closeTo(one.cost, 1e-3);
      expect(other.words.map((w) => w.label)).to.deep.equal(one.words.map((w) => w.label));
      added += one.words.filter((w) => w.label >= FIRST_WORD + 3).length;
    }
    expect(added).to.be.above(5);
  });

  it('of a whole grammar find the same words as the search on the fly', () => {
    const grammar = new VectorFst();
    grammar.start = grammar.addState();
    grammar.setFinal(0);
    for (const { word, cost } of entries) grammar.addArc(0, word, word, cost, 0);
    const free = entries.map((e) => ({ ...e, cost: 0 }));
    const graph = buildStaticGraph(free, NAMES, topology, grammar, { silenceProbability: 0.5 });
    const fly = buildSearchGraph(entries, NAMES, topology, { silenceProbability: 0.5 });
    const next = random(9);
    for (let trial = 0; trial < 20; trial++) {
      const scores = Float32Array.from({ length: 10 * NAMES.length }, () => -7 * next());
      const decoder = new BeamDecoder(graph, NO_LM, NAMES.length, { beam: 200, maxActive: 1e5, latticeBeam: 0 });
      decoder.advance(scores);
      const { labels, cost } = decoder.bestPath(true);
      const one = decode(fly, scores);
      expect(cost).to.be.closeTo(one.cost, 1e-3);
      expect(timedWords(labels, 10).map((w) => w.label)).to.deep.equal(one.words.map((w) => w.label));
    }
  });

  it('mark each word by its beginning and its end', () => {
    const graph = buildSearchGraph(entries, NAMES, topology, { silenceProbability: 0 });
    const { labels } = decode(graph, rows([1, 4, 3, 4, 3]));
    const marks = labels.map((l) => l.label).filter((l) => l === WORD_BEGIN || l === WORD_END);
    expect(marks.slice(0, 4)).to.deep.equal([WORD_BEGIN, WORD_END, WORD_BEGIN, WORD_END]);
  });
});
