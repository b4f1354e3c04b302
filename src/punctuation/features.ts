/** Weights are kept by feature hash; features that share one are seldom both of use. */
export const SLOTS = 1 << 19;
export const FEATURES = 15;

/** Stands before the first and behind the last word of what is heard at once. */
const EDGE = 0x5bd1e995;
/** Words since the last mark are counted so far. */
const MAX_SINCE = 12;

/** A word as a number (FNV-1a). */
export function hashOf(word: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return h;
}

const mix = (a: number, b: number): number => {
  const h = Math.imul(a ^ (b >>> 15) ^ Math.imul(b, 0x85ebca6b), 0xc2b2ae35);
  return h ^ (h >>> 13);
};

/** Where the sentence that is being heard began. */
export interface SentenceSoFar {
  /** Position of its first word, and of the word behind its last mark. */
  begin: number;
  afterMark: number;
}

/**
 * Slots of the features of the gap behind word `i`: the words around it alone and in twos and threes, how the sentence began and
 * how far the last mark is.
 * @param out FEATURES slots
 */
export function features(words: Int32Array, i: number, { begin, afterMark }: SentenceSoFar, out: Int32Array): void {
  const at = (k: number): number => (k < 0 || k >= words.length ? EDGE : words[k]);
  const [b2, b1, w, a1, a2] = [at(i - 2), at(i - 1), at(i), at(i + 1), at(i + 2)];
  const since = Math.min(MAX_SINCE, i - afterMark);
  const first = mix(at(begin), at(begin + 1));
  const more = i + 1 < words.length ? 1 : 2;
  let n = 0;
  const put = (hash: number): void => {
    out[n] = mix(hash, n + 1) & (SLOTS - 1);
    n++;
  };
  put(1);
  put(w);
  put(a1);
  put(a2);
  put(mix(b1, w));
  put(mix(w, a1));
  put(mix(a1, a2));
  put(mix(mix(b2, b1), w));
  put(mix(mix(b1, w), a1));
  put(mix(mix(w, a1), a2));
  put(mix(at(begin), more));
  put(mix(first, more));
  put(mix(mix(at(begin), w), more));
  put(mix(since, more));
  put(mix(mix(since, a1), 3));
}
