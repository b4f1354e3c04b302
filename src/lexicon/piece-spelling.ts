import { cheapestSegmentations, longestOf, mergePairs, type PieceIds } from './segment.js';
import { formsOf, type LetterCase, letterCaseOf, type Spelling } from './spelling.js';
import { type Tokenizer, WORD_MARK } from './tokenizer.js';

/** Ways to spell a word where the tokenizer is not known. */
const MOST_WAYS = 4;

/** Words as the network's own tokenizer cuts them: one spelling a form of the word. */
export class TokenizedSpelling implements Spelling {
  readonly units: readonly string[];
  #tokenizer: Tokenizer;
  #letters: LetterCase;

  constructor(tokenizer: Tokenizer, letters: LetterCase = letterCaseOf(tokenizer.units)) {
    this.units = tokenizer.units;
    this.#tokenizer = tokenizer;
    this.#letters = letters;
  }

  spell(word: string): readonly (readonly number[])[] {
    const ways = formsOf(word, this.#letters).map((form) => this.#tokenizer.encode(form));
    return ways.filter((way) => way !== undefined && way.length > 0) as number[][];
  }
}

/**
 * Words in pieces of a table without scores (`tokens.txt` alone): up to 4 segmentations a form, since the network puts its
 * weight on the one it was trained with; it is among them for 997 words in 1000. First the one that byte-pair encoding gives if the table is in the order of its
 * merges, then the cheapest where a piece costs the logarithm of its place: tables of unigram models are sorted by
 * probability, which falls about as one over the place.
 */
export class PieceSpelling implements Spelling {
  readonly units: readonly string[];
  #pieces: PieceIds;
  #longest: number;
  #letters: LetterCase;
  #most: number;

  constructor(units: readonly string[], letters: LetterCase = letterCaseOf(units), most = MOST_WAYS) {
    this.units = units;
    // Names in angle brackets are no text: blank, unknown, tags.
    this.#pieces = new Map(units.flatMap((u, id) => (u === '' || /^<.+>$/.test(u) ? [] : [[u, id] as const])));
    this.#longest = longestOf(this.#pieces);
    this.#letters = letters;
    this.#most = most;
  }

  spell(word: string): readonly (readonly number[])[] {
    return formsOf(word, this.#letters).flatMap((form) => this.#ways(form.normalize('NFKC')));
  }

  #ways(form: string): number[][] {
    if (form === '') return [];
    const characters = Array.from(WORD_MARK + form);
    const merged = mergePairs(characters, (left, right) => this.#pieces.get(left + right));
    const byPairs = merged.map((piece) => this.#pieces.get(piece));
    const cost = (piece: number): number => Math.log(piece + 2);
    const ways = cheapestSegmentations(characters, this.#pieces, this.#longest, cost, this.#most);
    if (byPairs.includes(undefined)) return ways;
    const key = byPairs.join(' ');
    return [byPairs as number[], ...ways.filter((way) => way.join(' ') !== key)].slice(0, this.#most);
  }
}
