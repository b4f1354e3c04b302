// The decoder alone, over scores of your own: a CTC model of three letters that spells two words. node examples/own-decoder.js
import { BeamDecoder, NO_LM, nBest } from 'hearken/decoder';
import { arcSort, ConstFst, compose, VectorFst } from 'hearken/fst';
import { ctcTopology, FIRST_WORD } from 'hearken/graph';

const LETTERS = ['a', 'b', 'c']; // columns 1 to 3 of the scores; column 0 is CTC's blank
const WORDS = ['cab', 'bac'];

// A lexicon: letters in, words out, over and over.
const lexicon = new VectorFst();
lexicon.start = lexicon.addState();
lexicon.setFinal(lexicon.start);
for (const [i, word] of WORDS.entries()) {
  let state = lexicon.start;
  for (const [k, letter] of [...word].entries()) {
    const next = k === word.length - 1 ? lexicon.start : lexicon.addState();
    lexicon.addArc(state, LETTERS.indexOf(letter) + 1, k === 0 ? FIRST_WORD + i : 0, 0, next);
    state = next;
  }
}
const graph = compose(arcSort(ctcTopology(LETTERS.length), 'output'), arcSort(lexicon));

// Log-probabilities a frame: blank, a, b, c. Here: c, a, blank, b.
const likely = [3, 1, 0, 2];
const scores = Float32Array.from(
  likely.flatMap((column) => [0, 1, 2, 3].map((k) => Math.log(k === column ? 0.85 : 0.05))),
);
const decoder = new BeamDecoder(ConstFst.fromVector(graph), NO_LM, 4);
decoder.advance(scores);
for (const { labels, cost } of nBest(decoder.lattice(), 2))
  console.log(labels.map(({ label }) => WORDS[label - FIRST_WORD]).join(' '), cost.toFixed(2));
