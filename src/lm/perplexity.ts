import { END, UNKNOWN } from './ngram-counts.js';
import type { LanguageModel } from './ngram-lm.js';

/** How well a model foretells a text. */
export interface Perplexity {
  /** exp of the mean cost of a word, sentence ends counted as words, unknown words left out. */
  perplexity: number;
  sentences: number;
  /** Words, the unknown included, sentence ends not. */
  words: number;
  /** Words outside the vocabulary. */
  unknown: number;
}

/** @param ids of the vocabulary; a word it lacks leads to the state behind the unknown word, and costs nothing */
export function perplexityOf(
  lm: LanguageModel,
  ids: ReadonlyMap<string, number>,
  text: Iterable<readonly string[]>,
): Perplexity {
  const out = { perplexity: Number.NaN, sentences: 0, words: 0, unknown: 0 };
  let cost = 0;
  for (const sentence of text) {
    let state = lm.start;
    for (const word of sentence) {
      const id = ids.get(word) ?? UNKNOWN;
      const c = lm.step(state, id);
      state = lm.next;
      if (id === UNKNOWN) out.unknown++;
      else cost += c;
      out.words++;
    }
    cost += lm.step(state, END);
    out.sentences++;
  }
  out.perplexity = Math.exp(cost / (out.words - out.unknown + out.sentences));
  return out;
}
