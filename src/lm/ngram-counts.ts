import { KeyCounter } from './key-counter.js';

/** Words with a meaning of their own; their ids are fixed. */
export const SPECIAL_WORDS = ['<eps>', '<s>', '</s>', '<unk>'] as const;
/** Id of `<s>`, where a sentence begins. */
export const BEGIN = 1;
/** Id of `</s>`, where a sentence ends. */
export const END = 2;
/** Id of `<unk>`, a word that the vocabulary lacks. */
export const UNKNOWN = 3;

/** Distinct n-grams of one order, sorted by (context, word). An order-1 entry's index is its word. */
export interface NgramTable {
  /** Index of the first n−1 words in the table below; 0 for order 1. */
  context: Uint32Array;
  word: Uint32Array;
  count: Float64Array;
  /** Entries of context c are childStart[c] … childStart[c+1]−1. */
  childStart: Uint32Array;
}

/** More words than this do not fit a packed key. */
export const MAX_VOCABULARY = 1 << 20;

/** Index of (context, word), or −1. */
export function findEntry(table: NgramTable, context: number, word: number): number {
  let low = table.childStart[context];
  let high = table.childStart[context + 1] - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const w = table.word[middle];
    if (w === word) return middle;
    if (w < word) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Where the entries of each context begin, contexts being in order. */
export function offsets(context: Uint32Array, contexts: number): Uint32Array {
  const start = new Uint32Array(contexts + 1);
  for (const c of context) start[c + 1]++;
  for (let c = 0; c < contexts; c++) start[c + 1] += start[c];
  return start;
}

/** Stands for the n-gram that a position has not: a sentence has not so many words yet. */
const NONE = -1;

/**
 * Count n-grams of orders 1 … `order` in a stream of word ids, sentences between BEGIN and END. Every order is a pass that
 * counts packed (context, word) keys, the context being an index into the order below. Memory grows with the distinct n-grams,
 * not with the text.
 * @param tokens the stream in pieces, gone through once an order
 * @param held keys held in memory at a time
 */
export function countNgrams(
  tokens: Iterable<Uint32Array>,
  vocabulary: number,
  order: number,
  held?: number,
): NgramTable[] {
  const unigrams = new Float64Array(vocabulary);
  for (const piece of tokens) for (const t of piece) if (t !== BEGIN) unigrams[t]++;
  const tables: NgramTable[] = [
    {
      context: new Uint32Array(vocabulary),
      word: Uint32Array.from({ length: vocabulary }, (_, i) => i),
      count: unigrams,
      childStart: Uint32Array.of(0, vocabulary),
    },
  ];
  for (let n = 2; n <= order; n++) {
    const counter = new KeyCounter(held);
    // [k]: entry of the (k+1)-gram that ends at the word before.
    const ending = new Int32Array(n - 1).fill(NONE);
    for (const piece of tokens) {
      for (const word of piece) {
        if (word === BEGIN) {
          ending.fill(NONE);
          ending[0] = BEGIN;
          continue;
        }
        const context = ending[n - 2];
        if (context !== NONE) counter.add(context * MAX_VOCABULARY + word);
        for (let k = n - 2; k > 0; k--)
          ending[k] = ending[k - 1] === NONE ? NONE : findEntry(tables[k], ending[k - 1], word);
        ending[0] = word;
      }
    }
    const { keys, counts } = counter.finish();
    const context = Uint32Array.from(keys, (key) => Math.floor(key / MAX_VOCABULARY));
    const childStart = offsets(context, tables[n - 2].word.length);
    tables.push({ context, word: Uint32Array.from(keys, (key) => key % MAX_VOCABULARY), count: counts, childStart });
  }
  return tables;
}
