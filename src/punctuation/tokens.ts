import { sentences } from '../lm/index.js';

/** Marks that can stand behind a word, by number. */
export const MARKS = ['', ',', '.', '?'] as const;

/** A word of written text as it is said, as it is spelled, and the mark behind it. */
export interface Token {
  word: string;
  /** Spelled so, where it is one word of letters; else undefined. */
  form: string | undefined;
  mark: number;
}

/** A full stop behind these ends no sentence, and none behind a letter alone but "I". */
const ABBREVIATIONS = /^(ms|vs|prof|no|vol|[a-hj-z])$/;
/** Abbreviations that are said as words, words and numbers, and marks. */
const PIECES = /\b(?:mrs?|dr|st|etc)\.|[\p{L}\p{N}$€£%&][\p{L}\p{N}'$%&]*(?:[.,]\p{N}+)*|[.,;!?…]+(?!\p{L})/giu;
const MARK_OF: Record<string, number> = { ',': 1, ';': 2, '.': 2, '!': 2, '…': 2, '?': 3 };

/** The words of a line of text, spoken form and marks apart. What is neither word nor mark counts as nothing. */
export function tokensOf(line: string): Token[] {
  const out: Token[] = [];
  const pieces = line.replace(/[’‘`]/g, "'").match(PIECES) ?? [];
  for (const piece of pieces) {
    const mark = MARK_OF[piece.includes('?') ? '?' : piece[0]];
    const last = out.at(-1);
    if (mark !== undefined) {
      const stop = piece === '.' && last && ABBREVIATIONS.test(last.word);
      if (last && last.mark === 0 && !stop) last.mark = mark;
      continue;
    }
    // As many words as a speaker says: "25" are two.
    const spoken = sentences(piece).flat();
    for (const word of spoken) {
      const form = spoken.length === 1 && piece.toLowerCase() === word ? piece : undefined;
      out.push({ word, form, mark: 0 });
    }
  }
  return out;
}
