/** Words as units of a network: phones, word pieces or characters. */
export interface Spelling {
  /** Names of the units; a unit's number is its place. */
  readonly units: readonly string[];
  /** Every way to write the word as unit numbers, the likeliest first; none for a word that the units cannot write. */
  spell(word: string): readonly (readonly number[])[];
}

/**
 * How the units write letters: all capitals, all small, or `both` as they are spoken of in text. `both` spells a word as it
 * stands and with a capital first letter, since a recogniser's vocabulary seldom says which sentences a word begins.
 */
export type LetterCase = 'upper' | 'lower' | 'both';

/** The letters that a set of units has; `lower` for units without letters of two cases. */
export function letterCaseOf(units: readonly string[]): LetterCase {
  const letters = units.filter((u) => !/^<.*>$|^\[.*\]$/.test(u)).join('');
  const upper = letters !== letters.toLowerCase();
  const lower = letters !== letters.toUpperCase();
  return upper && lower ? 'both' : upper ? 'upper' : 'lower';
}

/** The forms of a word that units of these letters may write, the likeliest first. */
export function formsOf(word: string, letters: LetterCase): readonly string[] {
  if (letters === 'upper') return [word.toUpperCase()];
  if (letters === 'lower') return [word.toLowerCase()];
  const [first = ''] = word;
  const capital = first.toUpperCase() + word.slice(first.length);
  return capital === word ? [word] : [word, capital];
}

/** Words letter by letter: each character is a unit of its own. What stands between words is the graph's affair. */
export class CharacterSpelling implements Spelling {
  readonly units: readonly string[];
  #ids: ReadonlyMap<string, number>;
  #letters: LetterCase;

  constructor(units: readonly string[], letters: LetterCase = letterCaseOf(units)) {
    this.units = units;
    this.#ids = new Map(units.map((unit, id) => [unit, id]));
    this.#letters = letters;
  }

  spell(word: string): readonly (readonly number[])[] {
    const spellings: number[][] = [];
    for (const form of formsOf(word, this.#letters)) {
      const ids = Array.from(form.normalize('NFC'), (c) => this.#ids.get(c));
      if (ids.length > 0 && !ids.includes(undefined)) spellings.push(ids as number[]);
    }
    return spellings;
  }
}
