import { HearkenError } from '../errors.js';
import type { RescoringLm } from './language-model.js';

/** Words whose sequence is made likelier by `boost` nats. */
export interface BiasPhrase {
  words: readonly number[];
  boost: number;
}

/** Pairs of states remembered before an utterance begins with none. */
const MAX_PAIRS = 1 << 17;

/**
 * A language model that makes phrases likelier: a context automaton composed with it on the fly. Each word of a phrase brings
 * its share of the boost, so that the beam sees it coming; when the phrase does not go on, what it had brought is taken back,
 * and a whole phrase keeps its boost once. Failure arcs as in Aho and Corasick (1975); shared prefixes take the larger boost.
 *
 * A state is one of the model's where no phrase has begun; pairs of both have negative numbers.
 */
export class PhraseBias implements RescoringLm {
  readonly start: number;
  next = 0;
  #lm: RescoringLm;
  #scale: number;
  /** By node of the phrase tree; 0 is the root. */
  #children: Map<number, number>[] = [new Map()];
  #fail: number[] = [0];
  /** Nats given on the way to a node, and what of them stays whatever comes. */
  #given: number[] = [0];
  #kept: number[] = [0];
  /** What an utterance that ends at a node keeps: of its own phrase, or of one that ends it. */
  #settled: number[] = [0];
  #pairNode: number[] = [];
  #pairState: number[] = [];
  #pairs = new Map<number, Map<number, number>>();

  /** @param lmWeight the decoder's, which multiplies what this model says but shall not multiply boosts */
  constructor(lm: RescoringLm, phrases: readonly BiasPhrase[], lmWeight: number) {
    this.#lm = lm;
    this.#scale = lmWeight > 0 ? 1 / lmWeight : 0;
    this.start = lm.start;
    for (const phrase of phrases) this.#add(phrase);
    this.#link();
  }

  #add({ words, boost }: BiasPhrase): void {
    if (!Number.isFinite(boost)) throw new HearkenError('OPTION_INVALID', `boost ${boost} is not a number`);
    let node = 0;
    for (const [i, word] of words.entries()) {
      let child = this.#children[node].get(word);
      if (child === undefined) {
        child = this.#children.push(new Map()) - 1;
        this.#children[node].set(word, child);
        this.#fail.push(0);
        this.#given.push(0);
        this.#kept.push(0);
      }
      const share = (boost * (i + 1)) / words.length;
      if (Math.abs(share) > Math.abs(this.#given[child])) this.#given[child] = share;
      node = child;
    }
    if (Math.abs(boost) > Math.abs(this.#kept[node])) this.#kept[node] = boost;
  }

  /** Failure arcs breadth first; what a whole phrase brought stays with all that begin with it. */
  #link(): void {
    const queue: number[] = [...this.#children[0].values()];
    for (const node of queue) {
      for (const [word, child] of this.#children[node]) {
        let f = this.#fail[node];
        while (f !== 0 && !this.#children[f].has(word)) f = this.#fail[f];
        this.#fail[child] = this.#children[f].get(word) ?? 0;
        if (this.#kept[child] === 0) this.#kept[child] = this.#kept[node];
        queue.push(child);
      }
    }
    for (const node of queue) this.#settled[node] = this.#kept[node] || this.#settled[this.#fail[node]];
    for (const [node, kept] of this.#kept.entries())
      if (Math.abs(kept) > Math.abs(this.#given[node])) this.#given[node] = kept;
  }

  /** A new utterance begins. Returns whether states given before are void. */
  begin(): boolean {
    if (this.#pairNode.length < MAX_PAIRS) return false;
    this.#pairs.clear();
    this.#pairNode.length = 0;
    this.#pairState.length = 0;
    return true;
  }

  step(state: number, word: number): number {
    const node = this.#nodeOf(state);
    const cost = this.#lm.step(this.#stateOf(state), word);
    const after = this.#lm.next;
    let at = node;
    let bonus = 0;
    for (;;) {
      const child = this.#children[at].get(word);
      if (child !== undefined) {
        bonus += this.#given[child] - this.#given[at];
        at = child;
        break;
      }
      if (at === 0) break;
      // The phrase does not go on: its part is taken back, that of the phrase which began later counts from here.
      bonus += this.#kept[at] - this.#given[at] + this.#given[this.#fail[at]];
      at = this.#fail[at];
    }
    this.next = this.#pair(at, after);
    return cost - bonus * this.#scale;
  }

  finalCost(state: number): number {
    const node = this.#nodeOf(state);
    return this.#lm.finalCost(this.#stateOf(state)) + (this.#given[node] - this.#settled[node]) * this.#scale;
  }

  unigramCost(word: number): number {
    return this.#lm.unigramCost(word);
  }

  #nodeOf(state: number): number {
    return state >= 0 ? 0 : this.#pairNode[-2 - state];
  }

  #stateOf(state: number): number {
    return state >= 0 ? state : this.#pairState[-2 - state];
  }

  /** Number of a pair of states. */
  #pair(node: number, state: number): number {
    if (node === 0) return state;
    let byState = this.#pairs.get(node);
    if (!byState) this.#pairs.set(node, (byState = new Map()));
    let pair = byState.get(state);
    if (pair === undefined) {
      pair = -1 - this.#pairNode.push(node);
      this.#pairState.push(state);
      byState.set(state, pair);
    }
    return pair;
  }
}
