import { HearkenError } from '../errors.js';
import { type ArpaNgram, readArpa } from './arpa.js';
import { type BackoffModel, suffixes } from './kneser-ney.js';
import { MAX_VOCABULARY, type NgramTable, offsets, SPECIAL_WORDS } from './ngram-counts.js';

/** N-grams a model may have in one order: what a Map can index. */
const MAX_NGRAMS = 1 << 24;

/** N-grams of one order in the order they were met; `index` finds one by its context and word. */
class Entries {
  readonly context: number[] = [];
  readonly word: number[] = [];
  readonly prob: number[] = [];
  readonly backoff: number[] = [];
  #index = new Map<number, number>();

  find(context: number, word: number): number {
    return this.#index.get(context * MAX_VOCABULARY + word) ?? -1;
  }

  /** @throws LM_FORMAT where there are too many */
  add(context: number, word: number, prob: number, backoff: number): number {
    if (this.word.length >= MAX_NGRAMS) throw new HearkenError('LM_FORMAT', `more than ${MAX_NGRAMS} n-grams an order`);
    const entry = this.word.length;
    this.#index.set(context * MAX_VOCABULARY + word, entry);
    this.context.push(context);
    this.word.push(word);
    this.prob.push(prob);
    this.backoff.push(backoff);
    return entry;
  }
}

/** What is taken from an ARPA file. */
export interface ArpaSelection {
  /** Whether a word is wanted, where no `vocabulary` says; n-grams that hold others are left out. */
  keep?: (word: string) => boolean;
  /** The words wanted, which have numbers already, the special ones first. Those that the file lacks have no probability. */
  vocabulary?: readonly string[];
  /** The model's order: longer n-grams are left out, and orders that the file has not are empty. By default the file's. */
  order?: number;
}

/**
 * A model in ARPA format as a back-off model, and its vocabulary with the special words first. An n-gram whose end the file
 * leaves out (pruning by some toolkits does) gets that end with the probability backing off gives it.
 * @throws LM_FORMAT naming the line, or the n-gram whose history the file lacks
 */
export function modelOfArpa(
  lines: Iterable<string>,
  { vocabulary, order, keep }: ArpaSelection = {},
): { model: BackoffModel; words: string[] } {
  const words: string[] = [...(vocabulary ?? SPECIAL_WORDS)];
  const ids = new Map(words.map((w, i) => [w, i]));
  const unigrams = { prob: words.map(() => 0), backoff: words.map(() => 1) };
  const orders = Array.from({ length: (order ?? 1) - 1 }, () => new Entries());
  const wanted = (word: string): boolean => ids.has(word) || (!vocabulary && (keep?.(word) ?? true));
  for (const ngram of readArpa(lines)) {
    if (order !== undefined && ngram.words.length > order) break;
    if (!ngram.words.every(wanted)) continue;
    const prob = 10 ** ngram.log10;
    const backoff = 10 ** (ngram.backoff10 ?? 0);
    if (ngram.words.length === 1) {
      const [word] = ngram.words;
      let id = ids.get(word);
      if (id === undefined) {
        id = words.push(word) - 1;
        if (id >= MAX_VOCABULARY) throw new HearkenError('LM_FORMAT', `more than ${MAX_VOCABULARY} words`);
        ids.set(word, id);
      }
      unigrams.prob[id] = word === '<s>' ? 0 : prob;
      unigrams.backoff[id] = backoff;
    } else addNgram(ngram, prob, backoff);
  }
  return { model: sortedModel(unigrams, orders), words };

  function addNgram({ words: ngram }: ArpaNgram, prob: number, backoff: number): void {
    const n = ngram.map((w) => ids.get(w) ?? -1);
    if (n.includes(-1)) throw new HearkenError('LM_FORMAT', `"${ngram.join(' ')}" holds a word without a unigram`);
    const entries = (orders[n.length - 2] ??= new Entries());
    const context = n.length === 2 ? n[0] : find(n.slice(0, -1));
    if (context < 0) throw new HearkenError('LM_FORMAT', `the history of "${ngram.join(' ')}" is not in the file`);
    ensure(n.slice(1));
    const before = entries.find(context, n[n.length - 1]);
    if (before < 0) entries.add(context, n[n.length - 1], prob, backoff);
    else {
      entries.prob[before] = prob;
      entries.backoff[before] = backoff;
    }
  }

  /** Index of an n-gram in its order, or −1. */
  function find(n: readonly number[]): number {
    let entry = n[0];
    for (let k = 1; k < n.length && entry >= 0; k++) entry = orders[k - 1]?.find(entry, n[k]) ?? -1;
    return entry;
  }

  function ensure(n: readonly number[]): number {
    const known = find(n);
    if (known >= 0) return known;
    const context = ensure(n.slice(0, -1));
    ensure(n.slice(1));
    return orders[n.length - 2].add(context, n[n.length - 1], probability(n), 1);
  }

  function probability(n: readonly number[]): number {
    if (n.length === 1) return unigrams.prob[n[0]];
    const entry = find(n);
    if (entry >= 0) return orders[n.length - 2].prob[entry];
    const context = find(n.slice(0, -1));
    const weight = context < 0 ? 1 : n.length === 2 ? unigrams.backoff[context] : orders[n.length - 3].backoff[context];
    return weight * probability(n.slice(1));
  }
}

/** The entries in the order that tables have: by context, then by word. */
function sortedModel(unigrams: { prob: number[]; backoff: number[] }, orders: readonly Entries[]): BackoffModel {
  const size = unigrams.prob.length;
  const tables: NgramTable[] = [
    {
      context: new Uint32Array(size),
      word: Uint32Array.from({ length: size }, (_, i) => i),
      count: new Float64Array(size),
      childStart: Uint32Array.of(0, size),
    },
  ];
  const prob = [Float64Array.from(unigrams.prob)];
  const backoff = [Float64Array.from(unigrams.backoff)];
  let number: (entry: number) => number = (word) => word;
  for (const entries of orders) {
    const renumber = number;
    const keys = Float64Array.from(entries.word, (w, i) => renumber(entries.context[i]) * MAX_VOCABULARY + w);
    const sorted = Uint32Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
    const context = Uint32Array.from(sorted, (i) => renumber(entries.context[i]));
    const contexts = tables[tables.length - 1].word.length;
    tables.push({
      context,
      word: Uint32Array.from(sorted, (i) => entries.word[i]),
      count: new Float64Array(sorted.length),
      childStart: offsets(context, contexts),
    });
    prob.push(Float64Array.from(sorted, (i) => entries.prob[i]));
    backoff.push(Float64Array.from(sorted, (i) => entries.backoff[i]));
    const place = new Uint32Array(sorted.length);
    for (const [at, i] of sorted.entries()) place[i] = at;
    number = (entry) => place[entry];
  }
  return { tables, prob, backoff, suffix: suffixes(tables) };
}
