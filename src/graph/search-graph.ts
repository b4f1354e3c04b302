import { ConstFst, determinize, minimize, pushWeights, SymbolTable, type VectorFst } from '../fst/index.js';
import { WORD_BEGIN, WORD_END } from './labels.js';
import { type LexiconEntry, lexiconFst } from './lexicon-fst.js';
import type { Topology } from './topology.js';

export interface GraphOptions {
  /** Probability of silence between two words; 0 where no unit stands for it, as in word pieces. */
  silenceProbability: number;
  /** Speech outside the grammar: any phones, each at this cost (nats), written as the word of this label. Static graphs only. */
  filler?: { label: number; phoneCost: number };
  /** Told the name of each step as it begins. */
  onStep?: (step: string) => void;
}

/**
 * The search graph of a dictation model: min(push(det(L∘G₁))) closed over words with optional silence, then C and H. G₁ is a
 * unigram: it looks ahead to the full language model, which replaces its cost word by word during the search.
 * Input labels are pdfs + 1, output labels words.
 */
export function buildSearchGraph(
  entries: readonly LexiconEntry[],
  unitNames: readonly string[],
  topology: Topology,
  options: GraphOptions,
): ConstFst {
  const say = options.onStep ?? (() => undefined);
  const phones = new SymbolTable(['<eps>', ...unitNames]);
  say(`lexicon of ${entries.length} pronunciations`);
  const { fst } = lexiconFst(entries, phones);
  say(`determinize ${fst.numStates} states`);
  const deterministic = determinize(fst);
  say(`push and minimize ${deterministic.numStates} states`);
  const pushed = pushWeights(deterministic);
  dropDisambiguation(deterministic, phones.size);
  const small = minimize(deterministic);
  say(`close and expand ${small.numStates} states`);
  closeOverWords(small, pushed, options.silenceProbability);
  return ConstFst.fromVector(topology.expand(small));
}

function dropDisambiguation(fst: VectorFst, first: number): void {
  for (let s = 0; s < fst.numStates; s++)
    fst.setArcs(
      s,
      fst.arcs(s).map((a) => (a.ilabel >= first ? { ...a, ilabel: 0 } : a)),
    );
}

/** From every end of a word back to the start, with silence (label 1), if it has a probability, or without; the cost pushed off the words is paid here. */
function closeOverWords(fst: VectorFst, perWord: number, silenceProbability: number): void {
  const words = fst.start;
  const hub = fst.addState();
  for (let s = 0; s < hub; s++) {
    const final = fst.final(s);
    if (!Number.isFinite(final)) continue;
    fst.setFinal(s, Number.POSITIVE_INFINITY);
    fst.addArc(s, 0, WORD_END, final, hub);
  }
  // The hub stands between words: it is where sentences begin and may end.
  fst.setFinal(hub, 0);
  fst.addArc(hub, 0, WORD_BEGIN, perWord - Math.log(1 - silenceProbability), words);
  fst.start = hub;
  if (silenceProbability === 0) return;
  const silent = fst.addState();
  fst.setFinal(silent, 0);
  fst.addArc(hub, 1, 0, -Math.log(silenceProbability), silent);
  fst.addArc(silent, 0, WORD_BEGIN, perWord, words);
}
