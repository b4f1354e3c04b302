import type { Pronunciation } from './lexicon.js';
import { PHONES } from './phones.js';

/** A chunk of letters and the phones it stands for, written `ph|F`, `e|`, `x|K S`. */
export type Graphone = string;

/** How many letters and phones one graphone may take: silent letters, digraphs, and letters of two sounds. */
const MOVES: readonly (readonly [letters: number, phones: number])[] = [
  [1, 0],
  [1, 1],
  [1, 2],
  [2, 1],
];
const LETTERS = "abcdefghijklmnopqrstuvwxyz'";
const L = LETTERS.length + 1;
const P = PHONES.length + 1;

export interface SpelledWord {
  word: string;
  phones: Pronunciation;
}

/** Letters G2P knows; words with others are spelled out or reported. */
export const isSpelled = (word: string): boolean => /^[a-z']+$/.test(word) && /[a-z]/.test(word);

interface Coded {
  letters: Uint8Array;
  phones: Uint8Array;
}

/**
 * Align letters with phones by expectation maximisation over one-to-many graphones (Bisani and Ney 2008; the many-to-many
 * aligner of Phonetisaurus, Novak et al. 2012), then give each word's most probable graphones. Words that no sequence of
 * graphones spells, as those with many more phones than letters, are left out.
 */
export function alignLetters(words: readonly SpelledWord[], iterations = 8): Graphone[][] {
  const coded = words.map(
    ({ word, phones }): Coded => ({
      letters: Uint8Array.from(word, (c) => LETTERS.indexOf(c) + 1),
      phones: Uint8Array.from(phones, (p) => PHONES.indexOf(p)),
    }),
  );
  let weights = new Float64Array(L * L * P * P).fill(1);
  for (let i = 0; i < iterations; i++) {
    const counts = new Float64Array(weights.length);
    for (const word of coded) collect(word, weights, counts);
    const total = counts.reduce((a, b) => a + b, 0);
    weights = counts.map((c) => c / total);
  }
  return coded.map((word) => bestPath(word, weights)).filter((path) => path.length > 0);
}

/** Index of the graphone of `move` that ends behind letter i and phone j. */
function graphone({ letters, phones }: Coded, move: readonly [number, number], i: number, j: number): number {
  const [nl, np] = move;
  const first = letters[i - nl];
  const second = nl === 2 ? letters[i - 1] : 0;
  const p1 = np > 0 ? phones[j - np] : 0;
  const p2 = np === 2 ? phones[j - 1] : 0;
  return ((first * L + second) * P + p1) * P + p2;
}

/** Forward-backward over the grid of (letters used, phones used); adds each graphone's posterior to `counts`. */
function collect(word: Coded, weights: Float64Array, counts: Float64Array): void {
  const rows = word.letters.length + 1;
  const columns = word.phones.length + 1;
  const forward = new Float64Array(rows * columns);
  const backward = new Float64Array(rows * columns);
  forward[0] = 1;
  backward[rows * columns - 1] = 1;
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (const move of MOVES) {
        const from = (i - move[0]) * columns + j - move[1];
        if (i >= move[0] && j >= move[1] && forward[from] > 0)
          forward[i * columns + j] += forward[from] * weights[graphone(word, move, i, j)];
      }
    }
  }
  const total = forward[rows * columns - 1];
  if (!(total > 0)) return;
  for (let i = rows - 1; i > 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const after = backward[i * columns + j];
      if (after === 0) continue;
      for (const move of MOVES) {
        const from = (i - move[0]) * columns + j - move[1];
        if (i < move[0] || j < move[1] || forward[from] === 0) continue;
        const id = graphone(word, move, i, j);
        backward[from] += after * weights[id];
        counts[id] += (forward[from] * weights[id] * after) / total;
      }
    }
  }
}

function bestPath(word: Coded, weights: Float64Array): Graphone[] {
  const rows = word.letters.length + 1;
  const columns = word.phones.length + 1;
  const best = new Float64Array(rows * columns);
  const via = new Int8Array(rows * columns).fill(-1);
  best[0] = 1;
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (const [m, move] of MOVES.entries()) {
        if (i < move[0] || j < move[1]) continue;
        const score = best[(i - move[0]) * columns + j - move[1]] * weights[graphone(word, move, i, j)];
        if (score > best[i * columns + j]) {
          best[i * columns + j] = score;
          via[i * columns + j] = m;
        }
      }
    }
  }
  const path: Graphone[] = [];
  if (!(best[rows * columns - 1] > 0)) return path;
  for (let i = rows - 1, j = columns - 1; i > 0; ) {
    const [nl, np] = MOVES[via[i * columns + j]];
    const letters = Array.from(word.letters.subarray(i - nl, i), (c) => LETTERS[c - 1]).join('');
    const phones = Array.from(word.phones.subarray(j - np, j), (p) => PHONES[p]).join(' ');
    path.push(`${letters}|${phones}`);
    i -= nl;
    j -= np;
  }
  return path.reverse();
}
