/** Words with a meaning of their own; their ids are fixed. */
export const SPECIAL_WORDS = ['<eps>', '<s>', '</s>', '<unk>'] as const;
export const BEGIN = 1;
export const END = 2;
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

/**
 * Count n-grams of orders 1 … `order` in a stream of word ids, sentences between BEGIN and END. Every order is one sort
 * of packed (context, word) keys, the context being an index into the order below.
 */
export function countNgrams(tokens: Uint32Array, vocabulary: number, order: number): NgramTable[] {
  const unigrams = new Float64Array(vocabulary);
  for (const t of tokens) if (t !== BEGIN) unigrams[t]++;
  const tables: NgramTable[] = [
    {
      context: new Uint32Array(vocabulary),
      word: Uint32Array.from({ length: vocabulary }, (_, i) => i),
      count: unigrams,
      childStart: Uint32Array.of(0, vocabulary),
    },
  ];
  // Index of the (n−1)-gram ending at each position; NONE before the sentence has n−1 words.
  const NONE = 0xffffffff;
  const ends = Uint32Array.from(tokens);
  for (let n = 2; n <= order; n++) {
    const keys = new Float64Array(tokens.length);
    let size = 0;
    for (let i = 1; i < tokens.length; i++) {
      if (tokens[i] !== BEGIN && ends[i - 1] !== NONE) keys[size++] = ends[i - 1] * MAX_VOCABULARY + tokens[i];
    }
    const table = distinct(keys.subarray(0, size).sort(), tables[n - 2].word.length);
    tables.push(table);
    if (n === order) break;
    for (let i = tokens.length - 1; i > 0; i--) {
      const entry = tokens[i] === BEGIN || ends[i - 1] === NONE ? -1 : findEntry(table, ends[i - 1], tokens[i]);
      ends[i] = entry < 0 ? NONE : entry;
    }
    ends[0] = NONE;
  }
  return tables;
}

function distinct(keys: Float64Array, contexts: number): NgramTable {
  let kept = 0;
  const each = (visit: (key: number, count: number) => void): void => {
    for (let i = 0; i < keys.length; ) {
      let j = i + 1;
      while (j < keys.length && keys[j] === keys[i]) j++;
      visit(keys[i], j - i);
      i = j;
    }
  };
  each(() => kept++);
  const context = new Uint32Array(kept);
  const word = new Uint32Array(kept);
  const count = new Float64Array(kept);
  let at = 0;
  each((key, n) => {
    context[at] = Math.floor(key / MAX_VOCABULARY);
    word[at] = key % MAX_VOCABULARY;
    count[at++] = n;
  });
  return { context, word, count, childStart: offsets(context, contexts) };
}
