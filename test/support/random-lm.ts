import { type BackoffModel, TextStore, trainLm } from '../../src/lm/index.js';
import { random } from './random-fst.js';

export const WORDS = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];

/** Sentences with enough structure for higher orders to matter. */
export function randomText(lines: number, exclude: ReadonlySet<string> = new Set()): TextStore {
  const next = random(11);
  const store = new TextStore(exclude);
  for (let i = 0; i < lines; i++) {
    const words: string[] = [];
    let w = Math.floor(next() * WORDS.length);
    for (let n = 1 + Math.floor(next() * 8); n > 0; n--) {
      words.push(WORDS[w]);
      w = next() < 0.6 ? (w + 1) % WORDS.length : Math.floor(next() * WORDS.length);
    }
    store.addLine(words.join(' '));
  }
  return store;
}

/** A trigram model of random text, not pruned. */
export const randomModel = (lines: number): BackoffModel => trainLm(randomText(lines), WORDS, 3, [0, 0]);
