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
const MAX_CLASSES = 1000;
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

/** Splits a phrase at its classes: text, name, text, name, …, text. */
const CLASS = /\$([\p{L}_][\p{L}\p{N}_]*)/u;

/**
 * Whether there are too many phrases, by the sizes of their classes alone: cheap enough for the thread of the sockets, which
 * nothing is written out in. @throws OPTION_INVALID
 */
export function countPhrases(phrases: readonly Phrase[] = [], classes: WordClasses = {}): void {
  if (phrases.length > MAX_PHRASES) fail(`${phrases.length} phrases: at most ${MAX_PHRASES} are listened for`);
  if (Object.keys(classes).length > MAX_CLASSES) fail(`more than ${MAX_CLASSES} classes`);
  let expanded = 0;
  for (const { text } of phrases) {
    expanded += text.includes('$') ? expansionsOf(text, classes) : 1;
    if (expanded > MAX_EXPANDED) fail(`phrases and classes come to more than ${MAX_EXPANDED} phrases`);
  }
}

/** Phrases that one stands for: the product of its classes' sizes, 0 where one is empty. @throws OPTION_INVALID for an unknown class */
function expansionsOf(text: string, classes: WordClasses): number {
  let count = 1;
  for (const [i, name] of text.split(CLASS).entries()) {
    if (i % 2 === 0) continue;
    if (!Object.hasOwn(classes, name)) fail(`phrase "${text}": there is no class "${name}"`);
    count *= classes[name].length;
  }
  return count;
}

/** @throws OPTION_INVALID saying which phrase */
export function checkPhrases(phrases: readonly Phrase[] = [], classes: WordClasses = {}): void {
  countPhrases(phrases, classes);
  for (const [name, members] of Object.entries(classes)) {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) fail(`class name "${name}" is not letters, digits and underscores`);
    for (const text of members) checkLength(text, wordsOf(text).length);
  }
  for (const { text, boost = DEFAULT_BOOST } of phrases)
    if (!(Math.abs(boost) <= MAX_BOOST))
      fail(`phrase "${text}": boost ${boost} is not from −${MAX_BOOST} to ${MAX_BOOST}`);
  for (const phrase of phrases)
    for (const { words } of spelledPhrases([phrase], classes)) checkLength(phrase.text, words.length);
}

function checkLength(text: string, words: number): void {
  if (words === 0 || words > MAX_WORDS)
    fail(`phrase "${text.slice(0, 100)}" has ${words} words, not 1 to ${MAX_WORDS}`);
}

/** Phrases written out, in the words of the vocabulary. */
export interface SpelledPhrase {
  words: string[];
  boost: number;
}

/** Class members written out, one after another; members are words: what looks like a class in them is none. @throws OPTION_INVALID */
export function spelledPhrases(phrases: readonly Phrase[], classes: WordClasses = {}): SpelledPhrase[] {
  countPhrases(phrases, classes);
  const members = new Map<string, string[][]>();
  const membersOf = (name: string): string[][] => {
    const known = members.get(name) ?? classes[name].map(wordsOf);
    members.set(name, known);
    return known;
  };
  return phrases.flatMap(({ text, boost = DEFAULT_BOOST }) => {
    // An empty class leaves nothing of its phrase, however large the others are.
    if (expansionsOf(text, classes) === 0) return [];
    const choices = text.split(CLASS).map((piece, i) => (i % 2 === 0 ? [wordsOf(piece)] : membersOf(piece)));
    return product(choices).map((words) => ({ words, boost }));
  });
}

/** Every way to take one of each. */
const product = (choices: readonly string[][][]): string[][] =>
  choices.reduce<string[][]>((some, next) => some.flatMap((words) => next.map((more) => [...words, ...more])), [[]]);

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
