import type { BiasPhrase } from '../decoder/index.js';
import { HearkenError } from '../errors.js';

/** Words that are likelier to be said than the language model thinks. */
export interface Phrase {
  text: string;
  /** Nats by which the whole phrase is made likelier, from −20 to 20; default 5. */
  boost?: number;
}

export const DEFAULT_BOOST = 5;
const MAX_BOOST = 20;
const MAX_PHRASES = 5000;
const MAX_WORDS = 20;

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .match(/[\p{L}\p{N}']+/gu) ?? [];

/** @throws OPTION_INVALID saying which phrase */
export function checkPhrases(phrases: readonly Phrase[] = []): void {
  const fail = (what: string): never => {
    throw new HearkenError('OPTION_INVALID', what);
  };
  if (phrases.length > MAX_PHRASES) fail(`${phrases.length} phrases: at most ${MAX_PHRASES} are listened for`);
  for (const { text, boost = DEFAULT_BOOST } of phrases) {
    const words = wordsOf(text).length;
    if (words === 0 || words > MAX_WORDS)
      fail(`phrase "${text.slice(0, 100)}" has ${words} words, not 1 to ${MAX_WORDS}`);
    if (!(Math.abs(boost) <= MAX_BOOST))
      fail(`phrase "${text}": boost ${boost} is not from −${MAX_BOOST} to ${MAX_BOOST}`);
  }
}

/** Phrases as word labels, and those that hold a word the vocabulary lacks. */
export function labelledPhrases(
  phrases: readonly Phrase[],
  labels: () => ReadonlyMap<string, number>,
): { phrases: BiasPhrase[]; unknown: { phrase: string; word: string }[] } {
  const out: BiasPhrase[] = [];
  const unknown: { phrase: string; word: string }[] = [];
  for (const { text, boost = DEFAULT_BOOST } of phrases) {
    const words = wordsOf(text);
    const missing = words.find((w) => !labels().has(w));
    if (missing !== undefined) unknown.push({ phrase: text, word: missing });
    else out.push({ words: words.map((w) => labels().get(w) as number), boost });
  }
  return { phrases: out, unknown };
}
