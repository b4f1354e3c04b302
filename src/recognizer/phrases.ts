import type { BiasPhrase } from '../decoder/index.js';
import { HearkenError } from '../errors.js';

/** Words that are likelier to be said than the language model thinks. */
export interface Phrase {
  /** A word `$name` stands for every member of that class. */
  text: string;
  /** Nats by which the whole phrase is made likelier, from −20 to 20; default 5. */
  boost?: number;
}

/** Words or short phrases by the name of their class: contacts, products, places. */
export type WordClasses = Readonly<Record<string, readonly string[]>>;

/** Nats by which a listed phrase is made likelier. */
export const DEFAULT_BOOST = 5;
const MAX_BOOST = 20;
const MAX_PHRASES = 5000;
const MAX_WORDS = 20;
/** Phrases once every class is written out. */
const MAX_EXPANDED = 20_000;

/** Words as the vocabulary has them: lower case, without accents. */
export const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .match(/[\p{L}\p{N}']+/gu) ?? [];

const fail = (what: string): never => {
  throw new HearkenError('OPTION_INVALID', what);
};

/** @throws OPTION_INVALID saying which phrase */
export function checkPhrases(phrases: readonly Phrase[] = [], classes: WordClasses = {}): void {
  if (phrases.length > MAX_PHRASES) fail(`${phrases.length} phrases: at most ${MAX_PHRASES} are listened for`);
  for (const [name, members] of Object.entries(classes)) {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) fail(`class name "${name}" is not letters, digits and underscores`);
    for (const text of members) checkLength(text, wordsOf(text).length);
  }
  for (const { text, boost = DEFAULT_BOOST } of phrases)
    if (!(Math.abs(boost) <= MAX_BOOST))
      fail(`phrase "${text}": boost ${boost} is not from −${MAX_BOOST} to ${MAX_BOOST}`);
  let expanded = 0;
  for (const phrase of phrases)
    for (const { text, words } of expansions(phrase, classes)) {
      checkLength(text, words.length);
      if (++expanded > MAX_EXPANDED) fail(`phrases and classes come to more than ${MAX_EXPANDED} phrases`);
    }
}

function checkLength(text: string, words: number): void {
  if (words === 0 || words > MAX_WORDS)
    fail(`phrase "${text.slice(0, 100)}" has ${words} words, not 1 to ${MAX_WORDS}`);
}

/** What a phrase stands for, class members written out, one after another. @throws OPTION_INVALID for an unknown class */
function* expansions({ text }: Phrase, classes: WordClasses): Generator<{ text: string; words: string[] }> {
  const at = /\$([\p{L}_][\p{L}\p{N}_]*)/u.exec(text);
  if (!at) {
    yield { text, words: wordsOf(text) };
    return;
  }
  if (!Object.hasOwn(classes, at[1])) fail(`phrase "${text}": there is no class "${at[1]}"`);
  // Members are words: what looks like a class in them is none.
  for (const member of classes[at[1]]) {
    const written = `${text.slice(0, at.index)} ${wordsOf(member).join(' ')} ${text.slice(at.index + at[0].length)}`;
    yield* expansions({ text: written.trim() }, classes);
  }
}

/** Phrases written out, in the words of the vocabulary. */
export interface SpelledPhrase {
  words: string[];
  boost: number;
}

/** @throws OPTION_INVALID for an unknown class */
export function spelledPhrases(phrases: readonly Phrase[], classes: WordClasses = {}): SpelledPhrase[] {
  return phrases.flatMap((phrase) =>
    [...expansions(phrase, classes)].map(({ words }) => ({ words, boost: phrase.boost ?? DEFAULT_BOOST })),
  );
}

/** Phrases as word labels, and those that hold a word the vocabulary lacks. */
export function labelledPhrases(
  phrases: readonly SpelledPhrase[],
  label: (word: string) => number | undefined,
): { phrases: BiasPhrase[]; unknown: { phrase: string; word: string }[] } {
  const out: BiasPhrase[] = [];
  const unknown: { phrase: string; word: string }[] = [];
  for (const { words, boost } of phrases) {
    const missing = words.find((w) => label(w) === undefined);
    if (missing !== undefined) unknown.push({ phrase: words.join(' '), word: missing });
    else out.push({ words: words.map((w) => label(w) as number), boost });
  }
  return { phrases: out, unknown };
}
