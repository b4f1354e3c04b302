import { resolve } from 'node:path';
import { packSections, readPacked } from '../binary/packed.js';
import { section } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { FEATURES, features, hashOf, type SentenceSoFar, SLOTS } from './features.js';
import { MARKS } from './tokens.js';

const SHIPPED = resolve(import.meta.dirname, '../../../lexicon/punctuation.bin.br');
const KIND = 'punctuation';
/** A weight is a byte: so many steps a nat, 128 is nothing. */
const STEPS = 16;
const ZERO = 128;
const CLASSES = MARKS.length;

/** A word with its capitals and the mark behind it. */
export interface Punctuated {
  text: string;
  mark: string;
}

/**
 * Sentence ends, commas, question marks and capitals for recognised words, from the words alone: a log-linear model of the gap
 * behind each word (maximum entropy; Huang and Zweig 2002), left to right, and each word's most frequent spelling.
 */
export class Punctuator {
  #weights: Uint8Array;
  #forms: ReadonlyMap<string, string>;
  #slots = new Int32Array(FEATURES);

  private constructor(weights: Uint8Array, forms: ReadonlyMap<string, string>) {
    if (weights.length !== SLOTS * CLASSES)
      throw new HearkenError('MODEL_FILE', `punctuation model: ${weights.length} weights, not ${SLOTS * CLASSES}`);
    this.#weights = weights;
    this.#forms = forms;
  }

  /** @param weights [slot × class] in nats. @param forms spelling of words that are not written in small letters */
  static of(weights: Float32Array, forms: ReadonlyMap<string, string>): Punctuator {
    const bytes = Uint8Array.from(weights, (w) => Math.max(0, Math.min(255, Math.round(w * STEPS) + ZERO)));
    return new Punctuator(bytes, forms);
  }

  static shipped(): Punctuator {
    return Punctuator.load(SHIPPED);
  }

  /** A file that `toBytes` made. @throws MODEL_NOT_FOUND, MODEL_FILE */
  static load(path: string): Punctuator {
    const sections = readPacked(path, KIND);
    const { forms } = sections.facts;
    if (!Array.isArray(forms) || !forms.every((f) => typeof f === 'string'))
      throw new HearkenError('MODEL_FILE', `${path}: the list of spellings is damaged`);
    const spelled = forms as string[];
    return new Punctuator(section(sections, 'weights', Uint8Array), new Map(spelled.map((f) => [f.toLowerCase(), f])));
  }

  toBytes(): Uint8Array {
    const facts = { forms: [...this.#forms.values()] };
    return packSections({ kind: KIND, facts, arrays: { weights: this.#weights } });
  }

  /**
   * @param words what was heard at once, up to a pause
   * @param continues whether the sentence before went on
   */
  punctuate(words: readonly string[], continues = false): Punctuated[] {
    const hashes = Int32Array.from(words, hashOf);
    const sofar: SentenceSoFar = { begin: 0, afterMark: 0 };
    let capital = !continues;
    return words.map((word, i) => {
      const mark = this.#mark(hashes, i, sofar);
      const form = this.#forms.get(word) ?? word;
      const text = capital ? form.replace(/\p{L}/u, (letter) => letter.toUpperCase()) : form;
      capital = mark >= 2;
      if (mark > 0) sofar.afterMark = i + 1;
      if (mark >= 2) sofar.begin = i + 1;
      return { text, mark: MARKS[mark] };
    });
  }

  #mark(hashes: Int32Array, i: number, sofar: SentenceSoFar): number {
    features(hashes, i, sofar, this.#slots);
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < CLASSES; c++) {
      let sum = 0;
      for (const slot of this.#slots) sum += this.#weights[slot * CLASSES + c] - ZERO;
      if (sum <= most) continue;
      most = sum;
      best = c;
    }
    return best;
  }
}
