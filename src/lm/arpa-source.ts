import { inputText } from '../input-file.js';
import { readArpa } from './arpa.js';
import { modelOfArpa } from './arpa-model.js';
import type { BackoffModel } from './kneser-ney.js';
import { SPECIAL_WORDS } from './ngram-counts.js';

/** A model in an ARPA file that joins models of texts in a mixture. */
export class ArpaSource {
  // As a text that was not read: its model stands for it.
  readonly words = 0;
  readonly sentences = 0;
  readonly excluded = 0;

  constructor(readonly path: string) {}

  /** The probability of each word alone. @throws INPUT_NOT_FOUND, LM_FORMAT */
  shares(): Map<string, number> {
    const special: ReadonlySet<string> = new Set(SPECIAL_WORDS);
    const out = new Map<string, number>();
    for (const { words, log10 } of readArpa(this.#lines())) {
      if (words.length > 1) break;
      if (!special.has(words[0])) out.set(words[0], 10 ** log10);
    }
    return out;
  }

  /**
   * The file's n-grams of words of `vocabulary`, up to `order`. Words that the file lacks have no probability there.
   * @param vocabulary the special words first
   * @throws INPUT_NOT_FOUND, LM_FORMAT
   */
  model(vocabulary: readonly string[], order: number): BackoffModel {
    return modelOfArpa(this.#lines(), { vocabulary, order }).model;
  }

  #lines(): string[] {
    return inputText(this.path).split('\n');
  }
}
