import {
  CharacterSpelling,
  PieceSpelling,
  type Spelling,
  sentencePieceTokenizer,
  TokenizedSpelling,
  tokenizerOfJson,
} from '../lexicon/index.js';
import type { ModelCard } from './card.js';

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

/** The ways to write a word in names of units, the likeliest first. */
export const spelledNames = (spelling: Spelling, word: string): string[][] =>
  spelling.spell(word).map((way) => way.map((unit) => spelling.units[unit]));
