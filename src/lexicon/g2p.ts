import { packSections, readPacked } from '../binary/packed.js';
import type { Sections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { BEGIN, countNgrams, END, entropyPrune, kneserNey, NgramLm, SPECIAL_WORDS } from '../lm/index.js';
import { align, scoreOf } from '../scoring/index.js';
import { alignLetters, isSpelled, type SpelledWord } from './letter-alignment.js';
import type { Pronunciation } from './lexicon.js';

/** The longest word that is tried; longer ones are no words. */
const MAX_LETTERS = 64;
/** Hypotheses costlier than the best of their letter by more than this (nats) are dropped. */
const COST_BEAM = 8;

export interface G2pTraining {
  /** n-gram order over graphones. */
  order: number;
  /** Entropy pruning threshold. */
  prune: number;
}

export interface Guess {
  phones: Pronunciation;
  /** −ln of the joint probability of letters and phones. */
  cost: number;
}

export interface G2pFigures {
  words: number;
  /** Share of words whose first guess is a listed pronunciation. */
  wordAccuracy: number;
  /** Edits between first guess and nearest listed pronunciation, over the phones of the latter. */
  phoneErrorRate: number;
}

interface Hypothesis {
  cost: number;
  state: number;
  /** Of its last graphone. */
  phones: readonly string[];
  before: Hypothesis | undefined;
}

function phonesOf(last: Hypothesis): string[] {
  const out: string[] = [];
  for (let h: Hypothesis | undefined = last; h; h = h.before)
    for (let i = h.phones.length; i-- > 0; ) out.push(h.phones[i]);
  return out.reverse();
}

/**
 * Pronunciations of words no dictionary lists: an n-gram over graphones (pairs of letters and phones), searched with a beam
 * (joint-sequence models, Bisani and Ney 2008).
 */
export class G2p {
  static readonly KIND = 'g2p';
  #lm: NgramLm;
  /** Graphones by the letters they begin with. */
  #byLetters = new Map<string, { id: number; phones: readonly string[] }[]>();

  private constructor(
    readonly graphones: readonly string[],
    lm: NgramLm,
  ) {
    if (lm.vocabulary !== SPECIAL_WORDS.length + graphones.length)
      throw new HearkenError('MODEL_FILE', `G2P model: ${graphones.length} graphones, ${lm.vocabulary} words`);
    this.#lm = lm;
    for (const [i, graphone] of graphones.entries()) {
      const [letters, phones] = graphone.split('|');
      const list = this.#byLetters.get(letters) ?? [];
      list.push({ id: SPECIAL_WORDS.length + i, phones: phones ? phones.split(' ') : [] });
      this.#byLetters.set(letters, list);
    }
  }

  /** Estimate from a dictionary. */
  static train(words: readonly SpelledWord[], { order, prune }: G2pTraining): G2p {
    const aligned = alignLetters(words.filter(({ word }) => isSpelled(word)));
    const graphones = [...new Set(aligned.flat())].sort();
    const ids = new Map(graphones.map((g, i) => [g, SPECIAL_WORDS.length + i]));
    const tokens = aligned.flatMap((path) => [BEGIN, ...path.map((g) => ids.get(g) as number), END]);
    const model = kneserNey(countNgrams([Uint32Array.from(tokens)], SPECIAL_WORDS.length + graphones.length, order));
    const pruned =
      prune > 0
        ? entropyPrune(
            model,
            Array.from({ length: order - 1 }, () => prune),
          )
        : model;
    return new G2p(graphones, NgramLm.fromBackoff(pruned));
  }

  /** A file that `toBytes` made. @throws MODEL_NOT_FOUND, MODEL_FILE */
  static load(path: string): G2p {
    return G2p.fromSections(readPacked(path, G2p.KIND));
  }

  /** The model as a compressed file. */
  toBytes(): Uint8Array {
    return packSections(this.toSections());
  }

  static fromSections({ facts, arrays }: Sections): G2p {
    const { graphones, lm } = facts as { graphones?: unknown; lm?: Record<string, unknown> };
    if (!Array.isArray(graphones) || !graphones.every((g) => typeof g === 'string' && /^[a-z']+\|[A-Z ]*$/.test(g)))
      throw new HearkenError('MODEL_FILE', 'G2P model: the list of graphones is damaged');
    return new G2p(graphones as string[], new NgramLm({ kind: NgramLm.KIND, facts: lm ?? {}, arrays }));
  }

  toSections(): Sections {
    const { facts, arrays } = this.#lm.toSections();
    return { kind: G2p.KIND, facts: { graphones: this.graphones, lm: facts }, arrays };
  }

  /**
   * The likeliest pronunciations of a word, best first.
   * @param word lower-case letters and apostrophes; anything else gives []
   * @param beam hypotheses kept a letter
   */
  guess(word: string, most = 1, beam = 40): Guess[] {
    if (!isSpelled(word) || word.length > MAX_LETTERS) return [];
    const at: Hypothesis[][] = Array.from({ length: word.length + 1 }, () => []);
    const bestAt = new Float64Array(word.length + 1).fill(Number.POSITIVE_INFINITY);
    at[0].push({ cost: 0, state: this.#lm.start, phones: [], before: undefined });
    bestAt[0] = 0;
    for (let i = 0; i < word.length; i++) {
      const here = at[i]
        .filter((h) => h.cost <= bestAt[i] + COST_BEAM)
        .sort((a, b) => a.cost - b.cost)
        .slice(0, beam);
      for (const length of [1, 2]) {
        const to = i + length;
        if (to > word.length) break;
        for (const { id, phones } of this.#byLetters.get(word.slice(i, to)) ?? []) {
          for (const before of here) {
            const cost = before.cost + this.#lm.step(before.state, id);
            if (cost > bestAt[to] + COST_BEAM) continue;
            if (cost < bestAt[to]) bestAt[to] = cost;
            at[to].push({ cost, state: this.#lm.next, phones, before });
          }
        }
      }
    }
    const best = new Map<string, Guess>();
    for (const h of at[word.length]) {
      const cost = h.cost + this.#lm.finalCost(h.state);
      const phones = phonesOf(h);
      const key = phones.join(' ');
      if (phones.length > 0 && cost < (best.get(key)?.cost ?? Number.POSITIVE_INFINITY))
        best.set(key, { phones, cost });
    }
    return [...best.values()].sort((a, b) => a.cost - b.cost).slice(0, most);
  }

  /** @param words with their listed pronunciations */
  evaluate(words: ReadonlyMap<string, readonly Pronunciation[]>): G2pFigures {
    let right = 0;
    let errors = 0;
    let phones = 0;
    for (const [word, listed] of words) {
      const guess = this.guess(word)[0]?.phones ?? [];
      const scores = listed.map((pronunciation) => scoreOf(align(pronunciation, guess)));
      const edits = scores.map((s) => s.substitutions + s.insertions + s.deletions);
      const nearest = edits.indexOf(Math.min(...edits));
      if (edits[nearest] === 0) right++;
      errors += edits[nearest];
      phones += listed[nearest].length;
    }
    return { words: words.size, wordAccuracy: right / words.size, phoneErrorRate: errors / phones };
  }
}
