import { expect } from 'chai';
import { BeamDecoder, NO_LM, type RescoringLm, timedWords } from '../../src/decoder/index.js';
import { HearkenError } from '../../src/errors.js';
import { compose, VectorFst } from '../../src/fst/index.js';
import {
  arpaFst,
  BLANK,
  buildSearchGraph,
  buildStaticGraph,
  ChainTopology,
  ContextTable,
  ctcTopology,
  FIRST_WORD,
  grammarFst,
  type LexiconEntry,
  parseJsgf,
} from '../../src/graph/index.js';
import { cmudict, PHONES } from '../../src/lexicon/index.js';
import { random } from '../support/random-fst.js';
import { sentenceCost } from '../support/sentence-cost.js';

/** A string of labels as an acceptor. */
function line(labels: readonly number[]): VectorFst {
  const fst = new VectorFst();
  fst.start = fst.addState();
  for (const [i, label] of labels.entries()) fst.addArc(i, label, label, 0, fst.addState());
  fst.setFinal(labels.length);
  return fst;
}

describe('static graph', () => {
  const next = random(21);
  const words = [...cmudict()].filter((_, i) => i % 1100 === 7).slice(0, 60);
  const entries = words.map(({ phones }, i): LexiconEntry => ({ word: FIRST_WORD + i, phones, cost: 0 }));
  const costs = words.map(() => words.map(() => 2 + 4 * next()));
  const startCosts = words.map(() => 2 + 4 * next());
  const unigram = words.map(() => 3 + 2 * next());
  const context = ContextTable.monophone(PHONES.length);
  const topology = new ChainTopology(context);
  /** A bigram without back-off, as an acceptor and as a model for the search: a state a last word. */
  const grammar = new VectorFst();
  grammar.start = grammar.addState();
  grammar.setFinal(0);
  for (const [i] of words.entries()) {
    grammar.addState();
    grammar.setFinal(i + 1, 1);
  }
  for (let s = 0; s <= words.length; s++)
    for (const [i] of words.entries())
      grammar.addArc(s, FIRST_WORD + i, FIRST_WORD + i, s === 0 ? startCosts[i] : costs[s - 1][i], i + 1);
  const lm: RescoringLm = {
    start: 0,
    next: 0,
    step(state: number, word: number) {
      const i = word - FIRST_WORD;
      (this as { next: number }).next = i + 1;
      return state === 0 ? startCosts[i] : costs[state - 1][i];
    },
    finalCost: () => 1,
    unigramCost: (word) => unigram[word - FIRST_WORD],
  };
  const options = { silenceProbability: 0.3 };

  it('finds the same words at the same cost and time as the search on the fly', function () {
    this.timeout(60_000);
    const whole = buildStaticGraph(entries, PHONES, topology, grammar, options);
    const small = buildSearchGraph(
      entries.map((e, i) => ({ ...e, cost: unigram[i] })),
      PHONES,
      topology,
      options,
    );
    const width = 2 * context.units;
    let heard = 0;
    for (let trial = 0; trial < 12; trial++) {
      const scores = Float32Array.from({ length: 25 * width }, () => 6 * next());
      const results = [
        new BeamDecoder(whole, NO_LM, width, { beam: 300, maxActive: 1e6, latticeBeam: 0 }),
        new BeamDecoder(small, lm, width, { beam: 300, maxActive: 1e6, latticeBeam: 0 }),
      ].map((decoder) => {
        decoder.advance(scores);
        const { labels, cost, reachedFinal } = decoder.bestPath(true);
        expect(reachedFinal).to.equal(true);
        return { words: timedWords(labels, decoder.frames), cost };
      });
      expect(results[0].words).to.deep.equal(results[1].words);
      expect(results[0].cost).to.be.closeTo(results[1].cost, 1e-2);
      heard += results[0].words.length;
    }
    expect(heard).to.be.above(12);
  });

  it('is stochastic in the tropical semiring: from every state some way on costs nothing but its frames', () => {
    const graph = buildStaticGraph(entries, PHONES, topology, grammar, options);
    for (let s = 0; s < graph.numStates; s++) {
      if (s === graph.start) continue; // there the cost of the whole is paid
      let least = graph.finals[s];
      for (let a = graph.first[s]; a < graph.first[s + 1]; a++)
        if (graph.nexts[a] !== s) least = Math.min(least, graph.weights[a] - (graph.ilabels[a] > 0 ? Math.LN2 : 0));
      expect(least, `state ${s}`).to.be.closeTo(0, 1e-4);
    }
  });

  it('is the same byte for byte when built again', () => {
    const build = () => buildStaticGraph(entries, PHONES, topology, grammar, options).toSections().arrays;
    expect(build()).to.deep.equal(build());
  });
});

describe('ARPA grammar', () => {
  const ARPA = `
\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-99 <s> -0.5
-1 </s>
-0.7 yes -0.2
-0.8 no

\\2-grams:
-0.3 <s> yes
-0.1 yes </s>

\\end\\
`.split('\n');
  const ids = new Map([
    ['yes', 4],
    ['no', 5],
  ]);
  it('gives sentences the cost of their probability', () => {
    const { fst, order, unknown } = arpaFst(ARPA, (w) => ids.get(w));
    expect([order, unknown]).to.deep.equal([2, []]);
    expect(sentenceCost(fst, [4])).to.be.closeTo(0.4 * Math.LN10, 1e-9);
    expect(sentenceCost(fst, [5])).to.be.closeTo((0.5 + 0.8 + 1) * Math.LN10, 1e-9);
    expect(sentenceCost(fst, [4, 5])).to.be.closeTo((0.3 + 0.2 + 0.8 + 1) * Math.LN10, 1e-9);
    expect(sentenceCost(fst, [])).to.be.closeTo((0.5 + 1) * Math.LN10, 1e-9);
  });

  it('leaves words out that the vocabulary lacks, and names them', () => {
    const { fst, unknown } = arpaFst(ARPA, (w) => (w === 'no' ? 4 : undefined));
    expect(unknown).to.deep.equal(['yes']);
    expect(sentenceCost(fst, [4])).to.be.closeTo(2.3 * Math.LN10, 1e-9);
  });

  it('says which line is wrong, and never anything else', () => {
    for (const [text, where] of [
      ['\\data\\\nngram 1=x\n', 'line 2'],
      ['\\data\\\nngram 1=1\n\\1-grams:\nzero yes\n', 'line 4'],
      ['\\data\\\nngram 1=1\n\\2-grams:\n', 'line 3'],
      ['hello\n', 'without n-grams'],
    ])
      expect(() => arpaFst(text.split('\n'), () => 4), text).to.throw(HearkenError, where);
    const next = random(9);
    for (let i = 0; i < 300; i++) {
      const text = ARPA.join('\n').split('');
      for (let k = 0; k < 5; k++)
        text[Math.floor(next() * text.length)] = String.fromCharCode(32 + Math.floor(next() * 96));
      try {
        arpaFst(text.join('').split('\n'), (w) => ids.get(w));
      } catch (error) {
        if (!(error instanceof HearkenError && error.code === 'LM_FORMAT')) throw error;
      }
    }
  });

  it('makes a graph that hears its words, as does one whose ways cannot be made one', function () {
    this.timeout(60_000);
    const drifting = parseJsgf('#JSGF V1.0;\ngrammar g;\npublic <x> = /3/ yes+ | (yes | no)+;');
    for (const fst of [arpaFst(ARPA, (w) => ids.get(w)).fst, grammarFst(drifting, (w) => ids.get(w))]) {
      const entries: LexiconEntry[] = [
        { word: 4, phones: ['Y', 'EH', 'S'], cost: 0 },
        { word: 5, phones: ['N', 'OW'], cost: 0 },
      ];
      const context = ContextTable.monophone(PHONES.length);
      const topology = new ChainTopology(context);
      const graph = buildStaticGraph(entries, PHONES, topology, fst, { silenceProbability: 0.3 });
      const width = 2 * context.units;
      const phones = ['SIL', 'Y', 'EH', 'S', 'N', 'OW', 'SIL'];
      const scores = new Float32Array(2 * phones.length * width).fill(-20);
      for (const [i, p] of phones.entries()) {
        scores[2 * i * width + PHONES.indexOf(p)] = 0;
        scores[(2 * i + 1) * width + PHONES.indexOf(p) + context.units] = 0;
      }
      const decoder = new BeamDecoder(graph, NO_LM, width, { beam: 100 });
      decoder.advance(scores);
      const { labels, cost: total, reachedFinal } = decoder.bestPath(true);
      expect(reachedFinal).to.equal(true);
      expect(timedWords(labels, decoder.frames)).to.deep.equal([
        { label: 4, begin: 2, end: 8, complete: true },
        { label: 5, begin: 8, end: 12, complete: true },
      ]);
      // Every frame costs a half; silence before and behind, none between.
      const silences = -2 * Math.log(0.3) - Math.log(0.7);
      expect(total).to.be.closeTo(sentenceCost(fst, [4, 5]) + silences + 14 * Math.LN2, 1e-2);
    }
  });
});

describe('CTC topology', () => {
  const collapse = (frames: readonly number[]): number[] =>
    frames.filter((f, i) => f !== frames[i - 1] && f !== BLANK).map((f) => f - 1);
  /** All token sequences a topology reads out of frames. */
  const readings = (fst: VectorFst, frames: readonly number[]): string[] => {
    const both = compose(line(frames), fst);
    const out = new Set<string>();
    const walk = (s: number, tokens: string): void => {
      if (both.isFinal(s)) out.add(tokens.trim());
      for (const a of both.arcs(s)) walk(a.next, a.olabel ? `${tokens} ${a.olabel}` : tokens);
    };
    if (both.start >= 0) walk(both.start, '');
    return [...out].sort();
  };
  const all = (n: number, length: number): number[][] =>
    length === 0 ? [[]] : all(n, length - 1).flatMap((f) => Array.from({ length: n + 1 }, (_, i) => [...f, i + 1]));

  it('strict reads one sequence out of any frames: repetitions and blanks dropped', () => {
    const fst = ctcTopology(3);
    expect(fst.numArcs).to.equal(1 + 3 + 3 + 3 + 3 * 2);
    for (const frames of all(3, 5)) expect(readings(fst, frames)).to.deep.equal([collapse(frames).join(' ')]);
  });

  it('compact reads that sequence too, and others only where a label is repeated', () => {
    const fst = ctcTopology(3, 'compact');
    expect(fst.numArcs).to.equal(3 * 3 + 1);
    for (const frames of all(3, 4)) {
      const got = readings(fst, frames);
      expect(got).to.include(collapse(frames).join(' '));
      const repeated = frames.some((f, i) => i > 0 && f === frames[i - 1] && f !== BLANK);
      if (!repeated) expect(got).to.deep.equal([collapse(frames).join(' ')]);
    }
  });

  it('refuses no tokens', () => {
    expect(() => ctcTopology(0)).to.throw(HearkenError, 'no number of tokens');
  });
});
