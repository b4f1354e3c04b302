import { FIRST_WORD } from '../graph/labels.js';
import { END, type LanguageModel } from '../lm/index.js';
import { type HistoryLattice, splitByHistory } from './history-lattice.js';
import { type HistoryTree, NO_WORDS } from './history-tree.js';
import { type Lattice, sortLattice } from './lattice.js';

/** A language model that looks at all words said before, for the histories of one utterance. */
export interface HistoryModel {
  /**
   * Take up histories, which get the next numbers; the first is that without words, whose `before` is −1.
   * @param before numbers of the histories without their last word
   * @param words their last words
   */
  take(before: Int32Array, words: Int32Array): Promise<void>;
  /** Cost (−ln p) of a word after a history, END for none. Undefined where it has no opinion, and the n-gram model's counts alone. */
  cost(history: number, word: number): number | undefined;
}

export interface HistoryRescoring {
  /** The decoder's lmWeight. */
  weight: number;
  /** How much the model counts beside the n-gram model, in [0, 1]: −ln p = (1 − share)·(−ln p_ngram) + share·(−ln p_model). */
  share: number;
  /** Nats that every word costs besides. */
  wordPenalty: number;
  /** Of the lattice. */
  beam: number;
}

/** Histories that end in the same words are one: those of a 5-gram model. */
const COMPARED = 4;
/** Histories of an utterance at most; one of speech has some two hundred, and the model takes a third of a second for so many. */
const MAX_HISTORIES = 5000;
/** Beam below which a lattice with too many histories is left as it is. */
const NARROWEST = 0.01;

/**
 * A lattice with `share` of the n-gram model's costs replaced by those of a model that looks at whole histories (cf. Liu, Chen,
 * Wang, Gales and Woodland 2016, and Kaldi's pruned lattice rescoring).
 * A lattice of so many readings that this would take too long is pruned more narrowly first.
 * @param lm the n-gram model whose costs the lattice has
 */
export async function rescoreHistories(
  lattice: Lattice,
  lm: LanguageModel,
  model: HistoryModel,
  { weight, share, wordPenalty, beam }: HistoryRescoring,
): Promise<Lattice> {
  const within = splitWithin(lattice, lm, beam);
  if (!within) return lattice;
  const { lattice: split, histories, history } = within;
  const number = await takeAll(histories, history, model);
  const change = (by: number, word: number, ngramCost: number): number =>
    weight * share * ((model.cost(number[by], word) ?? ngramCost) - ngramCost);
  const graphCost = split.graphCost.map((cost, a) => {
    const word = split.label[a];
    if (word < FIRST_WORD) return cost;
    const by = history[split.from[a]];
    return cost + wordPenalty + change(by, word, histories.ngramCost[histories.child(by, word)]);
  });
  const final = split.final.map((cost, s) => {
    const by = history[s];
    // An utterance without words is no sentence.
    if (!Number.isFinite(cost) || by === NO_WORDS) return cost;
    return cost + change(by, END, lm.finalCost(histories.ngramState[by]));
  });
  return sortLattice({ ...split, graphCost, final });
}

/** The lattice split by histories, by a narrower beam where these would be too many; undefined where nothing helps. */
function splitWithin(lattice: Lattice, lm: LanguageModel, beam: number): HistoryLattice | undefined {
  for (let narrower = beam; narrower >= NARROWEST; narrower /= 2) {
    const split = splitByHistory(lattice, lm, { compared: COMPARED, beam: narrower, most: MAX_HISTORIES });
    if (split) return split;
  }
  return undefined;
}

/** Have the model take up the histories that states go on from, a length at a time. Returns their numbers there. */
async function takeAll(histories: HistoryTree, used: Int32Array, model: HistoryModel): Promise<Int32Array> {
  const { parent, word, depth } = histories;
  const number = new Int32Array(histories.size).fill(-1);
  const byDepth: number[][] = [];
  for (const leaf of used)
    for (let h = leaf; h >= 0 && number[h] === -1; h = parent[h]) {
      number[h] = 0;
      (byDepth[depth[h]] ??= []).push(h);
    }
  let next = 0;
  for (const level of byDepth) {
    for (const h of level) number[h] = next++;
    await model.take(
      Int32Array.from(level, (h) => (h === NO_WORDS ? -1 : number[parent[h]])),
      Int32Array.from(level, (h) => (h === NO_WORDS ? END : word[h])),
    );
  }
  return number;
}
