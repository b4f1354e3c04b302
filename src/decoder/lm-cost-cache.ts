import type { RescoringLm } from './language-model.js';
import { NO_LM } from './no-lm.js';

/** Slots; a power of two. Words after the histories of a beam recur frame after frame. */
const SLOTS = 1 << 14;

/**
 * What a word adds to a path after a language model state, remembered: the model's cost by its weight, less the unigram
 * cost that the graph holds already, plus the word penalty. Direct-mapped.
 */
export class LmCostCache {
  /** The language model state behind the word last asked for. */
  next = 0;
  #lm: RescoringLm;
  #weight: number;
  #penalty: number;
  /** The graph holds the whole grammar: there is nothing to ask or remember. */
  #free: boolean;
  #state = new Int32Array(SLOTS).fill(-1);
  #word = new Int32Array(SLOTS);
  #cost = new Float64Array(SLOTS);
  #next = new Int32Array(SLOTS);

  constructor(lm: RescoringLm, { lmWeight, wordPenalty }: { lmWeight: number; wordPenalty: number }) {
    this.#lm = lm;
    this.#weight = lmWeight;
    this.#penalty = wordPenalty;
    this.#free = lm === NO_LM;
  }

  /** Forget all. */
  clear(): void {
    this.#state.fill(-1);
  }

  cost(state: number, word: number): number {
    if (this.#free) {
      this.next = state;
      return this.#penalty;
    }
    const hash = Math.imul(state, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    if (this.#state[slot] === state && this.#word[slot] === word) {
      this.next = this.#next[slot];
      return this.#cost[slot];
    }
    const cost = this.#weight * this.#lm.step(state, word) - this.#lm.unigramCost(word) + this.#penalty;
    this.next = this.#lm.next;
    this.#state[slot] = state;
    this.#word[slot] = word;
    this.#cost[slot] = cost;
    this.#next[slot] = this.next;
    return cost;
  }
}
