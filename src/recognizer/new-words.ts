import { HearkenError } from '../errors.js';
import { PHONES, SILENCE } from '../lexicon/phones.js';
import { wordsOf } from './phrases.js';

/** A word that the vocabulary lacks. */
export interface NewWord {
  text: string;
  /** Phones of CMUdict each, `Z EH L D AH`, stress marks allowed; default: as dictionary and letters say. */
  pronunciations?: readonly string[];
  /** A word of the vocabulary that is said where this one is: `john` for a first name. */
  like?: string;
}

/** Words that a stream may add to a vocabulary, those of its phrases included. */
const MAX_NEW_WORDS = 10_000;

const SPEAKABLE: ReadonlySet<string> = new Set(PHONES.filter((phone) => phone !== SILENCE));

const fail = (what: string): never => {
  throw new HearkenError('OPTION_INVALID', what);
};

/** @throws OPTION_INVALID */
export function countNewWords(count: number): void {
  if (count > MAX_NEW_WORDS) fail(`${count} new words: at most ${MAX_NEW_WORDS} are taken`);
}

/** @throws OPTION_INVALID saying which word */
export function checkNewWords(words: readonly NewWord[] = []): void {
  countNewWords(words.length);
  for (const { text, pronunciations = [] } of words) {
    if (wordsOf(text).length !== 1) fail(`new word "${text.slice(0, 100)}" is not one word`);
    for (const p of pronunciations) {
      const bad = phonesOf(p).find((phone) => !SPEAKABLE.has(phone));
      if (bad !== undefined) fail(`new word "${text}": "${bad}" is no phone; there are ${PHONES.slice(1).join(' ')}`);
      if (phonesOf(p).length > 100) fail(`new word "${text}" has a pronunciation of more than 100 phones`);
    }
  }
}

/** Phones of a pronunciation written as in CMUdict. */
export const phonesOf = (text: string): string[] => text.replace(/\d/g, '').trim().split(/\s+/);
