import { type Sections, section } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import type { BackoffModel } from './kneser-ney.js';
import { BEGIN, END } from './ngram-counts.js';

/** Costs are stored in steps of 1/1024 nat, up to 63.99. */
export const COST_STEP = 1 / 1024;
/** Stands for a word that never comes. */
export const NO_COST = 65535;
const quantize = (cost: number): number => Math.min(NO_COST, Math.max(0, Math.round(cost / COST_STEP)));

/** What a decoder asks of a language model. States are small integers. */
export interface LanguageModel {
  readonly start: number;
  /** Cost (−ln p) of `word` after `state`; the following state is then in `next`. */
  step(state: number, word: number): number;
  readonly next: number;
  /** Cost of the sentence ending after `state`. */
  finalCost(state: number): number;
}

/**
 * A back-off n-gram model in typed arrays, shared between workers: 10 bytes an n-gram above unigrams. A state is a
 * context that some n-gram continues; state 0 is the empty context, whose words are looked up directly.
 */
export class NgramLm implements LanguageModel {
  static readonly KIND = 'ngram-lm';
  readonly order: number;
  readonly start: number;
  next = 0;
  #unigramCost: Uint16Array;
  #unigramNext: Uint32Array;
  #arcStart: Uint32Array;
  #arcWord: Uint32Array;
  #arcCost: Uint16Array;
  #arcNext: Uint32Array;
  #backoffCost: Float32Array;
  #backoffState: Uint32Array;

  constructor(private readonly sections: Sections) {
    this.order = Number(sections.facts.order);
    this.start = Number(sections.facts.start);
    this.#unigramCost = section(sections, 'unigramCost', Uint16Array);
    this.#unigramNext = section(sections, 'unigramNext', Uint32Array);
    this.#arcStart = section(sections, 'arcStart', Uint32Array);
    this.#arcWord = section(sections, 'arcWord', Uint32Array);
    this.#arcCost = section(sections, 'arcCost', Uint16Array);
    this.#arcNext = section(sections, 'arcNext', Uint32Array);
    this.#backoffCost = section(sections, 'backoffCost', Float32Array);
    this.#backoffState = section(sections, 'backoffState', Uint32Array);
    this.#check();
  }

  /** Words of the vocabulary, the special ones included. */
  get vocabulary(): number {
    return this.#unigramCost.length;
  }

  get numStates(): number {
    return this.#backoffState.length;
  }

  /** N-grams above unigrams. */
  get numArcs(): number {
    return this.#arcWord.length;
  }

  step(state: number, word: number): number {
    let s = state;
    let cost = 0;
    while (s !== 0) {
      let low = this.#arcStart[s];
      let high = this.#arcStart[s + 1] - 1;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const w = this.#arcWord[middle];
        if (w === word) {
          this.next = this.#arcNext[middle];
          return cost + this.#arcCost[middle] * COST_STEP;
        }
        if (w < word) low = middle + 1;
        else high = middle - 1;
      }
      cost += this.#backoffCost[s];
      s = this.#backoffState[s];
    }
    this.next = this.#unigramNext[word];
    return cost + this.#unigramCost[word] * COST_STEP;
  }

  finalCost(state: number): number {
    return this.step(state, END);
  }

  unigramCost(word: number): number {
    return this.#unigramCost[word] * COST_STEP;
  }

  toSections(): Sections {
    return this.sections;
  }

  /** Back-off always leads to a lower state number, so that no walk can be endless. @throws MODEL_FILE */
  #check(): void {
    const fail = (what: string): never => {
      throw new HearkenError('MODEL_FILE', `language model: ${what}`);
    };
    const states = this.numStates;
    if (this.#arcStart.length !== states + 1 || this.#backoffCost.length !== states)
      fail('state arrays differ in length');
    if (this.#arcCost.length !== this.numArcs || this.#arcNext.length !== this.numArcs)
      fail('arc arrays differ in length');
    if (this.#unigramNext.length !== this.vocabulary) fail('unigram arrays differ in length');
    if (!(this.start >= 0 && this.start < states)) fail(`start state ${this.start}`);
    if (this.#arcStart[states] !== this.numArcs) fail('arc offsets do not cover the arcs');
    for (let s = 0; s < states; s++) {
      if (this.#arcStart[s] > this.#arcStart[s + 1]) fail(`arc offsets of state ${s} are out of order`);
      if (s > 0 && this.#backoffState[s] >= s) fail(`state ${s} backs off to state ${this.#backoffState[s]}`);
    }
    if (this.#arcNext.some((n) => n >= states) || this.#unigramNext.some((n) => n >= states))
      fail('an n-gram leads to no state');
  }

  /** Pack a model for queries. */
  static fromBackoff(model: BackoffModel): NgramLm {
    const { tables, prob, backoff, suffix } = model;
    const order = tables.length;
    // A state for each entry that has continuations, lower orders first; 0 is the empty context.
    const stateOf: Int32Array[] = [];
    let states = 1;
    for (let n = 0; n < order; n++) {
      const above = tables[n + 1];
      stateOf.push(
        Int32Array.from(tables[n].word, (_, i) =>
          above && above.childStart[i] < above.childStart[i + 1] ? states++ : -1,
        ),
      );
    }
    /** State of an entry: its own, or that of its longest suffix that has one. */
    const follow = (n: number, entry: number): number => {
      let i = entry;
      for (let m = n; m >= 0; m--) {
        if (stateOf[m][i] >= 0) return stateOf[m][i];
        i = suffix[m][i];
      }
      return 0;
    };
    const arcs = tables.slice(1).reduce((sum, t) => sum + t.word.length, 0);
    const arcStart = new Uint32Array(states + 1);
    const arcWord = new Uint32Array(arcs);
    const arcCost = new Uint16Array(arcs);
    const arcNext = new Uint32Array(arcs);
    const backoffCost = new Float32Array(states);
    const backoffState = new Uint32Array(states);
    let at = 0;
    for (let n = 0; n + 1 < order; n++) {
      const above = tables[n + 1];
      for (let i = 0; i < stateOf[n].length; i++) {
        const s = stateOf[n][i];
        if (s < 0) continue;
        arcStart[s] = at;
        backoffCost[s] = -Math.log(backoff[n][i]);
        backoffState[s] = n === 0 ? 0 : follow(n - 1, suffix[n][i]);
        for (let a = above.childStart[i]; a < above.childStart[i + 1]; a++, at++) {
          arcWord[at] = above.word[a];
          arcCost[at] = quantize(-Math.log(prob[n + 1][a]));
          arcNext[at] = follow(n + 1, a);
        }
      }
    }
    arcStart[states] = at;
    const unigramCost = Uint16Array.from(prob[0], (p) => (p > 0 ? quantize(-Math.log(p)) : NO_COST));
    const unigramNext = Uint32Array.from(tables[0].word, (w) => follow(0, w));
    return new NgramLm({
      kind: NgramLm.KIND,
      facts: { order, start: follow(0, BEGIN) },
      arrays: { unigramCost, unigramNext, arcStart, arcWord, arcCost, arcNext, backoffCost, backoffState },
    });
  }
}
