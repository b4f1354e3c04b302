import { ConstFst, VectorFst } from '../fst/index.js';
import type { Pronunciation } from '../lexicon/index.js';
import { FIRST_WORD, WORD_END } from './labels.js';
import type { Topology } from './topology.js';

/** A phone of a word of a transcript, by the output label that the graph writes as it begins. */
export interface AlignmentUnit {
  /** Position of the word. */
  word: number;
  phone: string;
}

export interface AlignmentGraph {
  graph: ConstFst;
  /** Unit of label FIRST_WORD + i. */
  units: AlignmentUnit[];
}

/**
 * A transcript as a graph: its words in order, each in any of its pronunciations, silence allowed between. A word may be
 * passed over at a cost, for transcripts that hold words nobody said. Every phone of every pronunciation writes a label of
 * its own, and words end in WORD_END, so that the path of the search is the alignment.
 * @param words pronunciations of each word; a word without any is passed over
 * @param skipCost nats
 */
export function alignmentGraph(
  words: readonly (readonly Pronunciation[])[],
  unitNames: readonly string[],
  topology: Topology,
  { silenceProbability, skipCost }: { silenceProbability: number; skipCost: number },
): AlignmentGraph {
  const fst = new VectorFst();
  const units: AlignmentUnit[] = [];
  const input = new Map(unitNames.map((name, i) => [name, i + 1]));
  let before = fst.addState();
  fst.start = before;
  for (let word = 0; ; word++) {
    const silent = fst.addState();
    if (silenceProbability > 0) fst.addArc(before, 1, 0, -Math.log(silenceProbability), silent);
    if (word === words.length) {
      fst.setFinal(before, -Math.log(1 - silenceProbability));
      fst.setFinal(silent);
      break;
    }
    const begin = fst.addState();
    const after = fst.addState();
    fst.addArc(before, 0, 0, -Math.log(1 - silenceProbability), begin);
    fst.addArc(silent, 0, 0, 0, begin);
    for (const pronunciation of words[word]) {
      let state = begin;
      for (const phone of pronunciation) {
        const next = fst.addState();
        const label = FIRST_WORD + units.push({ word, phone }) - 1;
        fst.addArc(state, input.get(phone) as number, label, 0, next);
        state = next;
      }
      fst.addArc(state, 0, WORD_END, 0, after);
    }
    fst.addArc(begin, 0, 0, words[word].length > 0 ? skipCost : 0, after);
    before = after;
  }
  return { graph: ConstFst.fromVector(topology.expand(fst)), units };
}
