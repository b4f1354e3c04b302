import { Punctuator } from '../punctuation/index.js';
import { written } from '../written/index.js';
import type { Word, WrittenPiece } from './results.js';

let shipped: Punctuator | undefined;

/** How the words of a stream are written: as people write numbers, and with punctuation, where asked for. */
export class PieceWriter {
  #numbers: boolean;
  #punctuator: Punctuator | undefined;
  /** The last segment ended inside a sentence. */
  #continues = false;

  constructor({ numbers, punctuation }: { numbers: boolean; punctuation: boolean }) {
    this.#numbers = numbers;
    if (punctuation) this.#punctuator = shipped ??= Punctuator.shipped();
  }

  write(words: readonly Word[]): WrittenPiece[] {
    const texts = words.map((w) => w.text);
    const pieces = this.#numbers ? written(texts) : texts.map((text, i) => ({ text, begin: i, end: i + 1 }));
    const marked = this.#punctuator?.punctuate(texts, this.#continues);
    const last = marked?.at(-1);
    if (last) this.#continues = last.mark === '' || last.mark === ',';
    return pieces.map(({ text, begin, end }) => ({
      text: marked ? withMark(text, marked[begin].text, texts[begin], marked[end - 1].mark) : text,
      start: words[begin].start,
      end: words[end - 1].end,
    }));
  }
}

/** A piece that is one word takes the word's capitals, others only that of a sentence's beginning; no mark is doubled. */
function withMark(text: string, spelled: string, word: string, mark: string): string {
  const begins = spelled[0] !== word[0];
  const cased = text === word ? spelled : begins ? text.replace(/^\p{Ll}/u, (c) => c.toUpperCase()) : text;
  return cased.endsWith('.') && mark === '.' ? cased : cased + mark;
}
