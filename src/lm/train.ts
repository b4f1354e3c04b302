import { ArpaSource } from './arpa-source.js';
import { type BackoffModel, kneserNey, wordProbabilities } from './kneser-ney.js';
import { mixModels, mixtureWeights } from './mix.js';
import { countNgrams, SPECIAL_WORDS, UNKNOWN } from './ngram-counts.js';
import { entropyPrune } from './prune.js';
import type { TextStore } from './text-store.js';

/** What a language model is made from: a text, or a model that was estimated elsewhere. */
export type Source = TextStore | ArpaSource;

/** The table of words for a list: the special ones first. */
export function vocabularyOf(words: readonly string[]): string[] {
  return [...SPECIAL_WORDS, ...words];
}

/**
 * Words by falling share of the sources, which count by how well the words of `heldOut` fit each of them: a small text that is
 * like it counts for more than its size. With one text: by frequency.
 */
export function rankWords(sources: readonly Source[], heldOut: readonly (readonly string[])[]): [string, number][] {
  const shares = sources.map((s) => s.shares());
  const words = heldOut.flat().filter((w) => shares.some((s) => s.has(w)));
  const weights = mixtureWeights(shares.map((s) => Float64Array.from(words, (w) => s.get(w) ?? 0)));
  const mixed = new Map<string, number>();
  for (const [m, share] of shares.entries())
    for (const [word, p] of share) mixed.set(word, (mixed.get(word) ?? 0) + weights[m] * p);
  return [...mixed].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Count, estimate and prune. @param thresholds entropy pruning by order from 2 up */
export function trainLm(
  text: TextStore,
  words: readonly string[],
  order: number,
  thresholds: number[],
  onStep: (step: string) => void = () => undefined,
): BackoffModel {
  return trainMixture([text], words, order, thresholds, [], onStep).model;
}

/** A model a source, mixed by the weights under which they foretell `heldOut` best, then pruned. */
export function trainMixture(
  sources: readonly Source[],
  words: readonly string[],
  order: number,
  thresholds: number[],
  heldOut: readonly (readonly string[])[],
  onStep: (step: string) => void = () => undefined,
): { model: BackoffModel; weights: number[] } {
  const models = sources.map((source) => modelOf(source, words, order, onStep));
  const { mixed, weights } =
    models.length > 1 ? mixture(models, words, heldOut, onStep) : { mixed: models[0], weights: [1] };
  onStep(`pruning ${mixed.tables.map((t) => t.word.length).join(' + ')} n-grams`);
  return { model: thresholds.some((t) => t > 0) ? entropyPrune(mixed, thresholds) : mixed, weights };
}

/** How much each of some models over `words` must count, for their mixture to foretell `heldOut` best. */
export function weightsOn(
  models: readonly BackoffModel[],
  words: readonly string[],
  heldOut: readonly (readonly string[])[],
): number[] {
  const ids = new Map(vocabularyOf(words).map((w, i) => [w, i]));
  const sentences = heldOut.map((s) => s.map((w) => ids.get(w) ?? UNKNOWN));
  return mixtureWeights(models.map((m) => wordProbabilities(m, sentences)));
}

function mixture(
  models: readonly BackoffModel[],
  words: readonly string[],
  heldOut: readonly (readonly string[])[],
  onStep: (step: string) => void,
): { mixed: BackoffModel; weights: number[] } {
  onStep(`weighing ${models.length} models on ${heldOut.length} sentences`);
  const weights = weightsOn(models, words, heldOut);
  onStep(`mixing by ${weights.map((w) => w.toFixed(3)).join(', ')}`);
  return { mixed: mixModels(models, weights), weights };
}

function modelOf(
  source: Source,
  words: readonly string[],
  order: number,
  onStep: (step: string) => void,
): BackoffModel {
  const table = vocabularyOf(words);
  if (source instanceof ArpaSource) {
    onStep(`reading n-grams of ${source.path}`);
    return source.model(table, order);
  }
  const ids = new Map(table.map((w, i) => [w, i]));
  onStep(`counting ${order}-grams of ${source.words} words`);
  const counts = countNgrams(source.tokens(ids), table.length, order);
  onStep(`estimating over ${counts.map((c) => c.word.length).join(' + ')} n-grams`);
  return kneserNey(counts);
}
