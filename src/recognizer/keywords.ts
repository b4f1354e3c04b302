import { KeywordSpotter } from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import type { Pronunciation } from '../lexicon/index.js';
import { phonesOf } from './new-words.js';
import { wordsOf } from './phrases.js';
import type { ExtensibleVocabulary } from './vocabulary.js';

/** A word or phrase to listen for by its sound, whatever the vocabulary. */
export interface KeywordOption {
  text: string;
  /** Phones of CMUdict each; default: as dictionary and letters say. */
  pronunciations?: readonly string[];
  /**
   * Nats a phone by which it may be less likely than the phones that fit best; default −0.6. Nearer to 0 means fewer false
   * alarms and more misses.
   */
  threshold?: number;
}

/** Least score of a keyword, in nats a phone. */
export const DEFAULT_THRESHOLD = -0.6;
const MAX_KEYWORDS = 200;
const MAX_WORDS = 8;
/** Ways to say one keyword that are listened for. */
const MAX_WAYS = 64;
const SILENCE = 0;

const fail = (what: string): never => {
  throw new HearkenError('OPTION_INVALID', what);
};

/** @throws OPTION_INVALID */
export function countKeywords(keywords: readonly KeywordOption[] = []): void {
  if (keywords.length > MAX_KEYWORDS) fail(`${keywords.length} keywords: at most ${MAX_KEYWORDS} are listened for`);
}

/** @throws OPTION_INVALID saying which keyword */
export function checkKeywords(keywords: readonly KeywordOption[] = []): void {
  countKeywords(keywords);
  for (const { text, threshold = DEFAULT_THRESHOLD } of keywords) {
    const words = wordsOf(text).length;
    if (words === 0 || words > MAX_WORDS)
      fail(`keyword "${text.slice(0, 100)}" has ${words} words, not 1 to ${MAX_WORDS}`);
    if (!(threshold <= 0)) fail(`keyword "${text}": threshold ${threshold} is not 0 or less`);
  }
}

/** @throws OPTION_INVALID for a keyword that cannot be pronounced */
export async function spotterOf(
  keywords: readonly KeywordOption[],
  vocabulary: ExtensibleVocabulary,
): Promise<KeywordSpotter> {
  const numbers = new Map(vocabulary.phones.map((name, i) => [name, i]));
  const listened = await Promise.all(
    keywords.map(async ({ text, pronunciations, threshold = DEFAULT_THRESHOLD }) => {
      const given = pronunciations?.map((p) => [phonesOf(p)]);
      const ways = given ?? waysToSay(await vocabulary.pronounce(wordsOf(text)));
      const spelled = ways
        .map((words) => inPhones(words, numbers, vocabulary.hasSilence))
        .filter((p) => p !== undefined);
      if (spelled.length === 0)
        throw new HearkenError('OPTION_INVALID', `keyword "${text}" has no pronunciation in the phones of the model`);
      // A pause may be made between words.
      return { pronunciations: spelled.flat(), threshold };
    }),
  );
  return new KeywordSpotter(listened, vocabulary.topology);
}

/** Every choice of a pronunciation a word, as many as are listened for. */
function waysToSay(words: readonly (readonly Pronunciation[])[]): Pronunciation[][] {
  return words.reduce<Pronunciation[][]>(
    (ways, options) => ways.flatMap((way) => options.map((option) => [...way, option])).slice(0, MAX_WAYS / 2),
    [[]],
  );
}

/** Phone numbers of a way, run together and, where there is a unit for it, with a pause at every end of a word. */
function inPhones(
  words: readonly Pronunciation[],
  numbers: ReadonlyMap<string, number>,
  pauses: boolean,
): number[][] | undefined {
  const spelled = words.map((phones) => phones.map((p) => numbers.get(p) ?? -1));
  if (spelled.some((phones) => phones.includes(-1))) return undefined;
  if (spelled.length === 1 || !pauses) return [spelled.flat()];
  return [spelled.flat(), spelled.flatMap((phones, i) => (i > 0 ? [SILENCE, ...phones] : phones))];
}
