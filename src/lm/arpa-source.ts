import { inputText } from '../input-file.js';
import { readArpa } from './arpa.js';
import { modelOfArpa } from './arpa-model.js';
import type { BackoffModel } from './kneser-ney.js';
import { sentences } from './normalize.js';

/** Whether a file is taken for a model, by its name. */
export const isArpa = (path: string): boolean => path.endsWith('.arpa');

/** A model in an ARPA file that joins models of texts in a mixture. */
export class ArpaSource {
  // As a text that was not read: its model stands for it.
  readonly words = 0;
  readonly sentences = 0;
  readonly excluded = 0;

  constructor(readonly path: string) {}

  /** The probability of each word alone, of those that texts hold too: not `b.` or `e-mail`. @throws INPUT_NOT_FOUND, LM_FORMAT */
  shares(): Map<string, number> {
    const out = new Map<string, number>();
    for (const { words, log10 } of readArpa(this.#lines())) {
      if (words.length > 1) break;
      if (isWord(words[0])) out.set(words[0], 10 ** log10);
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

/** Whether a word is itself when a text is read. */
function isWord(word: string): boolean {
  const read = sentences(word);
  return read.length === 1 && read[0].length === 1 && read[0][0] === word;
}
