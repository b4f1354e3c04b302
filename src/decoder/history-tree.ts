import type { LanguageModel } from '../lm/index.js';

/** The history before any word. */
export const NO_WORDS = 0;

/**
 * Word histories as a tree: each is a shorter one and a word. What an n-gram model says of that word behind the shorter one,
 * and its state after it, stand beside each.
 */
export class HistoryTree {
  readonly parent: number[] = [-1];
  readonly word: number[] = [0];
  readonly depth: number[] = [0];
  /** Cost of the last word by the n-gram model, and its state behind it. */
  readonly ngramCost: number[] = [0];
  readonly ngramState: number[];
  /** Histories with the same last words have the same number here. */
  readonly ending: number[] = [0];
  #children: Map<number, number>[] = [new Map()];
  #endings = new Map<string, number>();
  #lm: LanguageModel;
  #compared: number;

  /** @param compared how many last words of two histories must be the same for them to count as one */
  constructor(lm: LanguageModel, compared: number) {
    this.#lm = lm;
    this.#compared = compared;
    this.ngramState = [lm.start];
  }

  get size(): number {
    return this.parent.length;
  }

  /** A history and one more word. */
  child(history: number, word: number): number {
    const known = this.#children[history].get(word);
    if (known !== undefined) return known;
    const number = this.parent.push(history) - 1;
    this.#children[history].set(word, number);
    this.#children.push(new Map());
    this.word.push(word);
    this.depth.push(this.depth[history] + 1);
    this.ngramCost.push(this.#lm.step(this.ngramState[history], word));
    this.ngramState.push(this.#lm.next);
    this.ending.push(this.#endingOf(number));
    return number;
  }

  #endingOf(history: number): number {
    const last: number[] = [];
    for (let h = history; h !== NO_WORDS && last.length < this.#compared; h = this.parent[h]) last.push(this.word[h]);
    const key = last.join(' ');
    let ending = this.#endings.get(key);
    if (ending === undefined) this.#endings.set(key, (ending = this.#endings.size + 1));
    return ending;
  }
}
