import { UNKNOWN } from '../lm/index.js';
import type { RescoringLm } from './language-model.js';

/**
 * A language model that knows more words than it was estimated with. A word `like` another is as likely as that one wherever
 * it is said; other words share what the model leaves to unknown ones, each as rare as its rarest word.
 */
export class AddedWordsLm implements RescoringLm {
  readonly start: number;
  next = 0;
  #lm: RescoringLm;
  #first: number;
  #like: readonly (number | undefined)[];
  #open: number;

  /**
   * @param first label of the first added word
   * @param like by added word, the label of the word it behaves as
   * @param rarest unigram cost of the model's rarest word
   */
  constructor(lm: RescoringLm, first: number, like: readonly (number | undefined)[], rarest: number) {
    this.#lm = lm;
    this.start = lm.start;
    this.#first = first;
    this.#like = like;
    this.#open = Math.max(0, rarest - lm.unigramCost(UNKNOWN));
  }

  step(state: number, word: number): number {
    const known = this.#known(word);
    const cost = this.#lm.step(state, known) + (known === UNKNOWN ? this.#open : 0);
    this.next = this.#lm.next;
    return cost;
  }

  finalCost(state: number): number {
    return this.#lm.finalCost(state);
  }

  unigramCost(word: number): number {
    const known = this.#known(word);
    return this.#lm.unigramCost(known) + (known === UNKNOWN ? this.#open : 0);
  }

  #known(word: number): number {
    return word < this.#first ? word : (this.#like[word - this.#first] ?? UNKNOWN);
  }
}
