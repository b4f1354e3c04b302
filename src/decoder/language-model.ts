import type { LanguageModel } from '../lm/index.js';

/** A language model whose unigram costs are already in the graph as look-ahead. */
export interface RescoringLm extends LanguageModel {
  unigramCost(word: number): number;
  /** Called as an utterance begins; true where states given before are void. */
  begin?(): boolean;
}
