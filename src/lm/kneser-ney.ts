import { BEGIN, END, findEntry, type NgramTable, UNKNOWN } from './ngram-counts.js';

/** A back-off model over the entries of NgramTables. */
export interface BackoffModel {
  tables: NgramTable[];
  /** [order−1][entry]: p(word | context), interpolated. */
  prob: Float64Array[];
  /** [order−1][entry]: weight of backing off from this entry as a context; 1 where it never is one. */
  backoff: Float64Array[];
  /** [order−1][entry]: index of the entry without its first word, one order below. */
  suffix: Uint32Array[];
}

/** The suffix of every entry: drop the first word. Tables are closed under it, as every n-gram's suffix was seen with it. */
export function suffixes(tables: NgramTable[]): Uint32Array[] {
  const out: Uint32Array[] = [new Uint32Array(tables[0].word.length)];
  for (let n = 1; n < tables.length; n++) {
    const { context, word } = tables[n];
    const below = out[n - 1];
    const ids = new Uint32Array(word.length);
    for (let i = 0; i < word.length; i++) {
      ids[i] = n === 1 ? word[i] : findEntry(tables[n - 1], below[context[i]], word[i]);
    }
    out.push(ids);
  }
  return out;
}

/** Back-off weights that make every history's probabilities add up to 1: what its n-grams leave, over what backing off gives. */
export function backoffs(tables: NgramTable[], prob: Float64Array[], suffix: Uint32Array[]): Float64Array[] {
  const backoff = tables.map((t) => new Float64Array(t.word.length).fill(1));
  for (let n = 1; n < tables.length; n++) {
    const { childStart } = tables[n];
    for (let c = 0; c + 1 < childStart.length; c++) {
      let left = 1;
      let leftBelow = 1;
      for (let i = childStart[c]; i < childStart[c + 1]; i++) {
        left -= prob[n][i];
        leftBelow -= prob[n - 1][suffix[n][i]];
      }
      if (childStart[c] < childStart[c + 1]) backoff[n - 1][c] = Math.max(left, 1e-9) / Math.max(leftBelow, 1e-9);
    }
  }
  return backoff;
}

/** Chen and Goodman's three discounts from counts of counts; the plain 0.5, 1, 1.5 where the data are too few. */
function discounts(counts: Float64Array): [number, number, number] {
  const n = [0, 0, 0, 0, 0];
  for (const c of counts) if (c >= 1 && c <= 4) n[c]++;
  if (n.slice(1).some((x) => x === 0)) return [0.5, 1, 1.5];
  const y = n[1] / (n[1] + 2 * n[2]);
  const d = [1, 2, 3].map((k) => k - (k + 1) * y * (n[k + 1] / n[k]));
  return d.some((x, k) => !(x > 0 && x < k + 1)) ? [0.5, 1, 1.5] : [d[0], d[1], d[2]];
}

/**
 * Interpolated modified Kneser-Ney (Chen and Goodman 1999). Orders below the highest count distinct predecessors,
 * but for n-grams that begin a sentence, which nothing precedes.
 */
export function kneserNey(tables: NgramTable[]): BackoffModel {
  const order = tables.length;
  const suffix = suffixes(tables);
  const prob: Float64Array[] = [];
  const backoff: Float64Array[] = [];
  for (let n = 0; n < order; n++) {
    const table = tables[n];
    const size = table.word.length;
    const counts = n === order - 1 ? table.count : adjusted(tables, suffix, n);
    const d = discounts(counts);
    const p = new Float64Array(size);
    const contexts = table.childStart.length - 1;
    const weights = n > 0 ? backoff[n - 1] : new Float64Array(1);
    for (let c = 0; c < contexts; c++) {
      let total = 0;
      let held = 0;
      for (let i = table.childStart[c]; i < table.childStart[c + 1]; i++) {
        total += counts[i];
        held += counts[i] > 0 ? d[Math.min(3, counts[i]) - 1] : 0;
      }
      if (total === 0) continue;
      const gamma = held / total;
      if (n > 0) weights[c] = gamma;
      for (let i = table.childStart[c]; i < table.childStart[c + 1]; i++) {
        const own = counts[i] > 0 ? (counts[i] - d[Math.min(3, counts[i]) - 1]) / total : 0;
        // Below the unigram is the uniform distribution over words (not <eps> or <s>).
        const below = n === 0 ? (i === 0 || i === BEGIN ? 0 : 1 / (size - 2)) : prob[n - 1][suffix[n][i]];
        p[i] = own + gamma * below;
      }
    }
    prob.push(p);
    backoff.push(new Float64Array(size).fill(1));
  }
  return { tables, prob, backoff, suffix };
}

/** Distinct words seen before each entry; its plain count where it begins with <s>. */
function adjusted(tables: NgramTable[], suffix: Uint32Array[], n: number): Float64Array {
  const counts = new Float64Array(tables[n].word.length);
  for (const s of suffix[n + 1]) counts[s]++;
  if (n === 0) counts[BEGIN] = 0;
  else {
    const begins = startsSentence(tables, n);
    for (let i = 0; i < counts.length; i++) if (begins[i]) counts[i] = tables[n].count[i];
  }
  return counts;
}

function startsSentence(tables: NgramTable[], n: number): Uint8Array {
  let begins = Uint8Array.from(tables[0].word, (w) => (w === BEGIN ? 1 : 0));
  for (let m = 1; m <= n; m++) begins = Uint8Array.from(tables[m].context, (c) => begins[c]);
  return begins;
}

/** p(word | context) with back-off, the context given as an entry of order `n` (0 entries: no context). */
export function probability(model: BackoffModel, n: number, context: number, word: number): number {
  if (n === 0) return model.prob[0][word];
  const entry = findEntry(model.tables[n], context, word);
  if (entry >= 0) return model.prob[n][entry];
  return model.backoff[n - 1][context] * probability(model, n - 1, n === 1 ? 0 : model.suffix[n - 1][context], word);
}

/** p(word | history) of every known word and sentence end of a text of word ids (without BEGIN and END). */
export function wordProbabilities(model: BackoffModel, sentences: Iterable<readonly number[]>): Float64Array {
  const out: number[] = [];
  for (const sentence of sentences) {
    let history: number[] = [BEGIN];
    for (const word of [...sentence, END]) {
      const { n, context } = contextOf(model, history);
      if (word !== UNKNOWN) out.push(probability(model, n, context, word));
      history = [...history, word].slice(-(model.tables.length - 1));
    }
  }
  return Float64Array.from(out);
}

/** The longest known context that ends a history. */
function contextOf(model: BackoffModel, history: number[]): { n: number; context: number } {
  for (let from = 0; from < history.length; from++) {
    let entry = history[from];
    let n = 1;
    for (; from + n < history.length && entry >= 0; n++) entry = findEntry(model.tables[n], entry, history[from + n]);
    if (entry >= 0) return { n, context: entry };
  }
  return { n: 0, context: 0 };
}
