import { type BackoffModel, backoffs, suffixes } from './kneser-ney.js';
import { MAX_VOCABULARY, type NgramTable, offsets } from './ngram-counts.js';

/** The union of several models' n-grams of one order. */
interface Union {
  table: NgramTable;
  /** [model][union entry]: entry of the model's table, or −1. */
  entryOf: Int32Array[];
  /** [model][entry of the model's table]: union entry. */
  unionOf: Uint32Array[];
}

/**
 * Linear interpolation of models over one vocabulary as one back-off model: every n-gram that any of them holds gets
 * Σ λ p(word | context), back-off weights are made anew (SRILM's static mixture).
 * @param weights one a model, adding up to 1
 */
export function mixModels(models: readonly BackoffModel[], weights: readonly number[]): BackoffModel {
  const order = models[0].tables.length;
  const unions: Union[] = [unigrams(models)];
  for (let n = 1; n < order; n++) unions.push(union(models, n, unions[n - 1]));
  const tables = unions.map((u) => u.table);
  const suffix = suffixes(tables);
  const prob: Float64Array[] = [];
  /** [model]: its probability of every union entry of the order below. */
  let below: Float64Array[] = [];
  for (let n = 0; n < order; n++) {
    const { table, entryOf } = unions[n];
    const mixed = new Float64Array(table.word.length);
    const own = models.map((model, m) => {
      const p = new Float64Array(mixed.length);
      for (let i = 0; i < p.length; i++) {
        const entry = entryOf[m][i];
        if (entry >= 0) p[i] = model.prob[n][entry];
        else {
          const context = unions[n - 1].entryOf[m][table.context[i]];
          p[i] = (context >= 0 ? model.backoff[n - 1][context] : 1) * below[m][suffix[n][i]];
        }
        mixed[i] += weights[m] * p[i];
      }
      return p;
    });
    prob.push(mixed);
    below = own;
  }
  return { tables, prob, suffix, backoff: backoffs(tables, prob, suffix) };
}

function unigrams(models: readonly BackoffModel[]): Union {
  const [table] = models[0].tables;
  const same = Int32Array.from(table.word, (w) => w);
  return { table, entryOf: models.map(() => same), unionOf: models.map(() => Uint32Array.from(same)) };
}

function union(models: readonly BackoffModel[], n: number, below: Union): Union {
  const keys = models.map((model, m) => {
    const { context, word } = model.tables[n];
    return Float64Array.from(word, (w, i) => below.unionOf[m][context[i]] * MAX_VOCABULARY + w);
  });
  // Within a model keys ascend: contexts keep their order in the union.
  const at = new Uint32Array(models.length);
  const most = keys.reduce((sum, k) => sum + k.length, 0);
  const context = new Uint32Array(most);
  const word = new Uint32Array(most);
  const entries = models.map(() => new Int32Array(most).fill(-1));
  const unionOf = keys.map((k) => new Uint32Array(k.length));
  let size = 0;
  for (;;) {
    let least = Number.POSITIVE_INFINITY;
    for (let m = 0; m < keys.length; m++) if (at[m] < keys[m].length) least = Math.min(least, keys[m][at[m]]);
    if (least === Number.POSITIVE_INFINITY) break;
    context[size] = Math.floor(least / MAX_VOCABULARY);
    word[size] = least % MAX_VOCABULARY;
    for (let m = 0; m < keys.length; m++) {
      if (keys[m][at[m]] !== least) continue;
      entries[m][size] = at[m];
      unionOf[m][at[m]++] = size;
    }
    size++;
  }
  const contexts = below.table.word.length;
  return {
    table: {
      context: context.slice(0, size),
      word: word.slice(0, size),
      count: new Float64Array(size),
      childStart: offsets(context.subarray(0, size), contexts),
    },
    entryOf: entries.map((e) => e.slice(0, size)),
    unionOf,
  };
}

/**
 * Weights that make a mixture foretell a text best, by expectation maximisation.
 * @param probabilities [model][word of the text]: p(word | history)
 */
export function mixtureWeights(probabilities: readonly Float64Array[], rounds = 100): number[] {
  const models = probabilities.length;
  const words = probabilities[0].length;
  let weights = Array<number>(models).fill(1 / models);
  for (let round = 0; round < rounds && words > 0; round++) {
    const share = Array<number>(models).fill(0);
    for (let i = 0; i < words; i++) {
      let total = 0;
      for (let m = 0; m < models; m++) total += weights[m] * probabilities[m][i];
      if (total > 0) for (let m = 0; m < models; m++) share[m] += (weights[m] * probabilities[m][i]) / total;
    }
    const sum = share.reduce((a, b) => a + b, 0);
    weights = share.map((s) => s / sum);
  }
  return weights;
}
