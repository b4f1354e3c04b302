import { inputBytes } from '../input-file.js';
import {
  CharacterSpelling,
  type Lexicon,
  PieceSpelling,
  type Spelling,
  sentencePieceTokenizer,
  TokenizedSpelling,
  tokenizerOfJson,
} from '../lexicon/index.js';
import type { ModelCard } from './card.js';
import { packageFile, readCard } from './read-card.js';

/**
 * How the words of a model are spelled in its units; undefined where units are phones, which a dictionary gives.
 * @param tokenizer bytes of the card's `spelling.tokenizer` @throws MODEL_FILE, LEXICON_FORMAT
 */
export function spellingOf(
  { kind, units, tokenizer: file }: ModelCard['spelling'],
  tokenizer?: Uint8Array,
): Spelling | undefined {
  if (kind === 'phones') return undefined;
  if (kind === 'characters') return new CharacterSpelling(units);
  if (!tokenizer || file === undefined) return new PieceSpelling(units);
  // The decoder takes no shared memory.
  const bytes = Uint8Array.from(tokenizer);
  const json = file.endsWith('.json');
  return new TokenizedSpelling(
    json ? tokenizerOfJson(new TextDecoder().decode(bytes), file) : sentencePieceTokenizer(bytes, file),
  );
}

/** What gives the pronunciations of words, and what they cost. */
export type Pronouncer = Pick<Lexicon, 'pronounce' | 'costOf'>;

/**
 * The ways to write words in the units of a model: spellings where it has letters or pieces, else what the dictionary says and
 * the card's own pronunciations. @param tokenizer bytes of the card's `spelling.tokenizer` @throws MODEL_FILE, LEXICON_FORMAT
 */
export function pronouncerOf(
  spelling: ModelCard['spelling'],
  tokenizer: Uint8Array | undefined,
  lexicon: Pronouncer,
): Pronouncer {
  const own = spellingOf(spelling, tokenizer);
  if (own)
    return {
      pronounce: (word) => own.spell(word).map((way) => way.map((unit) => own.units[unit])),
      costOf: () => 0,
    };
  const more = new Map(Object.entries(spelling.pronunciations ?? {}));
  if (more.size === 0) return lexicon;
  return {
    pronounce(word) {
      const added = more.get(word) ?? [];
      return [...lexicon.pronounce(word), ...added.map((phones) => phones.split(' '))];
    },
    costOf: (word, phones) => lexicon.costOf(word, phones),
  };
}

/** As pronouncerOf(), for the model in a package directory. @throws MODEL_* */
export function packagePronouncer(directory: string, lexicon: Pronouncer): Pronouncer {
  const card = readCard(directory, false);
  const { tokenizer } = card.spelling;
  const bytes = tokenizer === undefined ? undefined : inputBytes(packageFile(directory, card, tokenizer));
  return pronouncerOf(card.spelling, bytes, lexicon);
}
