import { type Sections, section } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { END, SPECIAL_WORDS, UNKNOWN } from './ngram-counts.js';
import type { NgramLm } from './ngram-lm.js';

/** What the network makes of `count` histories at once, one behind another in each array. */
export interface RecurrentState {
  /** [count × width]: compared with the vector of a word, how likely it comes next. */
  output: Float32Array;
  /** [count × stateSize] */
  hidden: Float32Array;
  cell: Float32Array;
}

/**
 * The network, run elsewhere: states after one more word each.
 * @param input vectors of the words [count × width]
 */
export type RecurrentStep = (
  input: Float32Array,
  hidden: Float32Array,
  cell: Float32Array,
  count: number,
) => Promise<RecurrentState>;

/** Numbers of the network's own words that stand for a sentence's end, and for every word it does not know. */
const OWN_END = 0;
const OWN_UNKNOWN = 1;

/**
 * A recurrent language model over the frequent words of a vocabulary (an LSTM; Mikolov et al. 2010, Sundermeyer et al. 2012). Input and
 * output share one table of word vectors, kept in 8 bits. It was trained to sum to 1 of itself, so that a word's cost is a product
 * of two vectors: −ln p(w|h) = −(v_w·output(h) + b_w). Rare words share the probability of the unknown one as their unigrams do.
 */
export class RecurrentLm {
  static readonly KIND = 'recurrent-lm';
  /** Numbers in a word's vector, and in each of the two states. */
  readonly width: number;
  readonly stateSize: number;
  /** By label of the vocabulary, the network's number of the word. */
  readonly own: Int32Array;
  readonly step: RecurrentStep;
  #vectors: Int8Array;
  #scale: Float32Array;
  #bias: Float32Array;
  #lm: NgramLm;
  /** −ln of the unigram probability of all words it does not know. */
  #openCost: number;

  /**
   * @param own the words the network knows, the first two standing for END and UNKNOWN
   * @throws MODEL_FILE
   */
  constructor(sections: Sections, own: readonly string[], words: readonly string[], lm: NgramLm, step: RecurrentStep) {
    const { width, stateSize } = sections.facts as Record<string, number>;
    this.#vectors = section(sections, 'vectors', Int8Array);
    this.#scale = section(sections, 'scale', Float32Array);
    this.#bias = section(sections, 'bias', Float32Array);
    const sizes = [this.#vectors.length / width, this.#scale.length, this.#bias.length];
    if (sizes.some((n) => n !== own.length))
      throw new HearkenError('MODEL_FILE', `recurrent-lm: ${own.length} words, but tables of ${sizes.join(', ')}`);
    if (!(Number.isInteger(stateSize) && stateSize > 0))
      throw new HearkenError('MODEL_FILE', `recurrent-lm: stateSize ${stateSize}`);
    this.width = width;
    this.stateSize = stateSize;
    this.step = step;
    this.#lm = lm;
    const numbers = new Map(own.map((word, i) => [word, i]));
    this.own = Int32Array.from(words, (word) => numbers.get(word) ?? OWN_UNKNOWN);
    for (let label = 0; label < SPECIAL_WORDS.length; label++) this.own[label] = OWN_UNKNOWN;
    this.own[END] = OWN_END;
    let open = 0;
    for (let label = UNKNOWN; label < words.length; label++)
      if (this.own[label] === OWN_UNKNOWN) open += Math.exp(-lm.unigramCost(label));
    this.#openCost = -Math.log(open);
  }

  /** Copy the vector of a word to `out` at `at`. */
  vector(own: number, out: Float32Array, at: number): void {
    const scale = this.#scale[own];
    for (let i = 0, v = own * this.width; i < this.width; i++) out[at + i] = scale * this.#vectors[v + i];
  }

  /** Cost of the network's word `own` after a history. @param output outputs of histories; this one's is at `at` */
  cost(output: Float32Array, at: number, own: number): number {
    let product = 0;
    for (let i = 0, v = own * this.width; i < this.width; i++) product += output[at + i] * this.#vectors[v + i];
    return -(this.#scale[own] * product + this.#bias[own]);
  }

  /** Cost of a word that the network does not know, given that such a word comes. */
  openCost(label: number): number {
    return this.#lm.unigramCost(label) - this.#openCost;
  }

  /** The histories of one utterance. */
  histories(): RecurrentHistories {
    return new RecurrentHistories(this);
  }
}

/** What a recurrent model makes of the histories of one utterance. */
export class RecurrentHistories {
  #lm: RecurrentLm;
  /** States as they were taken, and by history, which of them and at what place. */
  #taken: RecurrentState[] = [];
  #batch: number[] = [];
  #place: number[] = [];

  constructor(lm: RecurrentLm) {
    this.#lm = lm;
  }

  /** Take up histories, which get the next numbers: those numbered `before` (−1 for none) and one more word. */
  async take(before: Int32Array, words: Int32Array): Promise<void> {
    const { width, stateSize } = this.#lm;
    const count = before.length;
    const input = new Float32Array(count * width);
    const hidden = new Float32Array(count * stateSize);
    const cell = new Float32Array(count * stateSize);
    for (let i = 0; i < count; i++) {
      this.#lm.vector(this.#lm.own[words[i]] ?? OWN_UNKNOWN, input, i * width);
      if (before[i] < 0) continue;
      const state = this.#taken[this.#batch[before[i]]];
      const at = this.#place[before[i]] * stateSize;
      hidden.set(state.hidden.subarray(at, at + stateSize), i * stateSize);
      cell.set(state.cell.subarray(at, at + stateSize), i * stateSize);
    }
    const batch = this.#taken.push(await this.#lm.step(input, hidden, cell, count)) - 1;
    for (let i = 0; i < count; i++) {
      this.#batch.push(batch);
      this.#place.push(i);
    }
  }

  /** Cost (−ln p) of a word after a history; undefined of a word that was added to the vocabulary. */
  cost(history: number, word: number): number | undefined {
    const own = this.#lm.own[word];
    if (own === undefined) return undefined;
    const { output } = this.#taken[this.#batch[history]];
    const cost = this.#lm.cost(output, this.#place[history] * this.#lm.width, own);
    return own === OWN_UNKNOWN ? cost + this.#lm.openCost(word) : cost;
  }
}
