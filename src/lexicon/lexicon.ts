import { HearkenError } from '../errors.js';
import { inputText } from '../input-file.js';
import { cmudict } from './cmudict.js';
import type { G2p } from './g2p.js';
import { PHONES } from './phones.js';

export type Pronunciation = readonly string[];

/** Pronunciations and how they were come by. */
export interface Lookup {
  source: 'listed' | 'derived' | 'guessed' | 'none';
  pronunciations: readonly Pronunciation[];
}

const VOICELESS = new Set(['P', 'T', 'K', 'F', 'TH']);
const SIBILANT = new Set(['S', 'Z', 'SH', 'ZH', 'CH', 'JH']);

/** The plural or possessive ending after these phones. */
function withS(phones: Pronunciation): Pronunciation {
  const last = phones[phones.length - 1];
  if (SIBILANT.has(last)) return [...phones, 'IH', 'Z'];
  return [...phones, VOICELESS.has(last) ? 'S' : 'Z'];
}

/** The past ending after these phones. */
function withD(phones: Pronunciation): Pronunciation {
  const last = phones[phones.length - 1];
  if (last === 'T' || last === 'D') return [...phones, 'IH', 'D'];
  return [...phones, VOICELESS.has(last) || last === 'S' || last === 'SH' || last === 'CH' ? 'T' : 'D'];
}

/** Endings that stems take more surely than G2P guesses (docs/decisions.md): the ending, stems to try, and what it sounds like. */
const ENDINGS: { ending: string; stems: (base: string) => string[]; sound: (p: Pronunciation) => Pronunciation }[] = [
  { ending: "'s", stems: (b) => [b], sound: withS },
  { ending: "s'", stems: (b) => [`${b}s`], sound: (p) => p },
  { ending: 'ies', stems: (b) => [`${b}y`], sound: withS },
  { ending: 'es', stems: (b) => [`${b}e`, b], sound: withS },
  { ending: 's', stems: (b) => [b], sound: withS },
  { ending: 'ied', stems: (b) => [`${b}y`], sound: withD },
  { ending: 'ed', stems: (b) => [`${b}e`, b, undouble(b)], sound: withD },
  { ending: 'ing', stems: (b) => [b, `${b}e`, undouble(b)], sound: (p) => [...p, 'IH', 'NG'] },
  { ending: 'ness', stems: (b) => [b], sound: (p) => [...p, 'N', 'AH', 'S'] },
  { ending: 'less', stems: (b) => [b], sound: (p) => [...p, 'L', 'AH', 'S'] },
];

const BEGINNINGS: { prefix: string; sound: Pronunciation }[] = [
  { prefix: 'un', sound: ['AH', 'N'] },
  { prefix: 're', sound: ['R', 'IY'] },
  { prefix: 'non', sound: ['N', 'AA', 'N'] },
  { prefix: 'over', sound: ['OW', 'V', 'ER'] },
  { prefix: 'under', sound: ['AH', 'N', 'D', 'ER'] },
];

const undouble = (base: string): string => (/([bdgmnprt])\1$/.test(base) ? base.slice(0, -1) : base);

/** Words and their pronunciations in phones of `PHONES`. */
export class Lexicon {
  #entries = new Map<string, Pronunciation[]>();

  #g2p: G2p | undefined;
  /** By word, a tab and phones. */
  #costs = new Map<string, number>();

  /** CMUdict, the entries of the file `additions` behind it, and `g2p` for words that neither lists nor derives. @throws INPUT_NOT_FOUND, LEXICON_FORMAT */
  static standard({
    additions,
    costs,
    g2p,
  }: {
    additions?: string | undefined;
    costs?: string | undefined;
    g2p?: G2p | undefined;
  } = {}): Lexicon {
    const lexicon = new Lexicon();
    for (const { word, phones } of cmudict()) lexicon.add(word, phones);
    if (additions) lexicon.addDictionary(inputText(additions), additions);
    if (costs) lexicon.addCosts(inputText(costs), costs);
    lexicon.#g2p = g2p;
    return lexicon;
  }

  /** @throws LEXICON_FORMAT for a phone outside the phone set */
  add(word: string, phones: Pronunciation): void {
    const bad = phones.find((p) => !PHONES.includes(p));
    if (bad !== undefined) throw new HearkenError('LEXICON_FORMAT', `"${word}" has the unknown phone "${bad}"`);
    const known = this.#entries.get(word);
    if (!known) this.#entries.set(word, [phones]);
    else if (!known.some((k) => k.join(' ') === phones.join(' '))) known.push(phones);
  }

  /**
   * Lines of `word PH ON ES`, a tab or spaces behind the word: our own additions, or a dictionary of PocketSphinx or CMU
   * (`word(2)` for a second pronunciation, stress marks, `;;;` before comments).
   * @param where the text's name in errors
   * @throws LEXICON_FORMAT naming the line
   */
  addDictionary(text: string, where: string): void {
    for (const [i, raw] of text.split('\n').entries()) {
      const line = raw
        .replace(/^;;;.*/, '')
        .split('#')[0]
        .trim();
      if (!line) continue;
      const [word, ...phones] = line.split(/\s+/);
      if (phones.length === 0)
        throw new HearkenError('LEXICON_FORMAT', `${where}:${i + 1}: no phones behind "${word}"`);
      try {
        this.add(
          word.replace(/\(\d+\)$/, '').toLowerCase(),
          phones.map((p) => p.replace(/\d$/, '')),
        );
      } catch (error) {
        throw (error as HearkenError).at(`${where}:${i + 1}`);
      }
    }
  }

  /** Lines of `word<TAB>PH ON ES<TAB>cost`, as training writes them. @throws LEXICON_FORMAT naming the line */
  addCosts(text: string, where: string): void {
    for (const [i, line] of text.split('\n').entries()) {
      if (!line) continue;
      const [word, phones, cost] = line.split('\t');
      if (!phones || !(Number(cost) >= 0))
        throw new HearkenError('LEXICON_FORMAT', `${where}:${i + 1}: word, phones and a cost are needed, tabs between`);
      this.#costs.set(`${word}\t${phones}`, Number(cost));
    }
  }

  /** −ln of a pronunciation's probability over that of the word's likeliest; 0 where it was never counted. */
  costOf(word: string, phones: Pronunciation): number {
    return this.#costs.get(`${word}\t${phones.join(' ')}`) ?? 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Pronunciations of a word, [] where there is none; see `lookup`. */
  pronounce(word: string): readonly Pronunciation[] {
    return this.lookup(word).pronunciations;
  }

  /** Listed pronunciations, else those of a listed stem with a regular ending or beginning, else up to `most` guesses of G2P. */
  lookup(word: string, most = 1): Lookup {
    const listed = this.#entries.get(word);
    if (listed) return { source: 'listed', pronunciations: listed };
    const derived = this.#derive(word);
    if (derived.length > 0) return { source: 'derived', pronunciations: derived };
    const guessed = this.#g2p?.guess(word, most).map((g) => g.phones) ?? [];
    return { source: guessed.length > 0 ? 'guessed' : 'none', pronunciations: guessed };
  }

  #derive(word: string): Pronunciation[] {
    for (const { ending, stems, sound } of ENDINGS) {
      if (!word.endsWith(ending) || word.length < ending.length + 3) continue;
      for (const stem of stems(word.slice(0, -ending.length))) {
        const found = this.#entries.get(stem);
        if (found) return found.map(sound);
      }
    }
    for (const { prefix, sound } of BEGINNINGS) {
      if (!word.startsWith(prefix) || word.length < prefix.length + 4) continue;
      const found = this.#entries.get(word.slice(prefix.length));
      if (found) return found.map((p) => [...sound, ...p]);
    }
    return [];
  }
}
