import { type BackoffModel, backoffs, suffixes } from './kneser-ney.js';
import { type NgramTable, offsets } from './ngram-counts.js';

/**
 * Entropy pruning (Stolcke 1998): drop n-grams whose removal raises the model's perplexity by less than a factor of
 * 1 + threshold, highest order first; entries that are contexts of kept ones stay. Back-off weights are made anew.
 * @param thresholds one an order from 2 up; 0 keeps all
 */
export function entropyPrune(model: BackoffModel, thresholds: number[]): BackoffModel {
  const order = model.tables.length;
  const keep: Uint8Array[] = model.tables.map((t) => new Uint8Array(t.word.length).fill(1));
  const joint = contextProbabilities(model);
  for (let n = order - 1; n >= 1; n--) {
    const table = model.tables[n];
    const isContext = new Uint8Array(table.word.length);
    if (n + 1 < order) {
      const above = model.tables[n + 1];
      for (let i = 0; i < above.word.length; i++) if (keep[n + 1][i]) isContext[above.context[i]] = 1;
      // A kept entry's suffix must stay too: it is where the entry's own state backs off to.
      for (let i = 0; i < above.word.length; i++) if (keep[n + 1][i]) isContext[model.suffix[n + 1][i]] = 1;
    }
    for (let c = 0; c + 1 < table.childStart.length; c++) {
      const from = table.childStart[c];
      const to = table.childStart[c + 1];
      if (from === to) continue;
      let left = 1;
      let leftBelow = 1;
      for (let i = from; i < to; i++) {
        left -= model.prob[n][i];
        leftBelow -= model.prob[n - 1][model.suffix[n][i]];
      }
      left = Math.max(left, 1e-12);
      leftBelow = Math.max(leftBelow, 1e-12);
      const alpha = left / leftBelow;
      for (let i = from; i < to; i++) {
        if (isContext[i]) continue;
        const p = model.prob[n][i];
        const below = model.prob[n - 1][model.suffix[n][i]];
        const alphaWithout = (left + p) / (leftBelow + below);
        const change =
          -joint[n - 1][c] *
          (p * (Math.log(below) + Math.log(alphaWithout) - Math.log(p)) +
            left * (Math.log(alphaWithout) - Math.log(alpha)));
        if (Math.expm1(change) < thresholds[n - 1]) keep[n][i] = 0;
      }
    }
  }
  return rebuild(model, keep);
}

/** p(context) as the product of its words' probabilities, an order at a time. */
function contextProbabilities(model: BackoffModel): Float64Array[] {
  const out = [Float64Array.from(model.prob[0])];
  out[0][1] = model.prob[0][2]; // <s> is as frequent as </s>
  for (let n = 1; n < model.tables.length; n++) {
    const { context } = model.tables[n];
    out.push(model.prob[n].map((p, i) => p * out[n - 1][context[i]]));
  }
  return out;
}

function rebuild(model: BackoffModel, keep: Uint8Array[]): BackoffModel {
  const renumber: Int32Array[] = [];
  const tables: NgramTable[] = [];
  const prob: Float64Array[] = [];
  for (let n = 0; n < keep.length; n++) {
    const kept: number[] = [];
    const numbers = new Int32Array(keep[n].length).fill(-1);
    for (let i = 0; i < keep[n].length; i++) if (keep[n][i]) numbers[i] = kept.push(i) - 1;
    const old = model.tables[n];
    const context = Uint32Array.from(kept, (i) => (n === 0 ? 0 : renumber[n - 1][old.context[i]]));
    const contexts = n === 0 ? 1 : tables[n - 1].word.length;
    const childStart = offsets(context, contexts);
    tables.push({
      context,
      word: Uint32Array.from(kept, (i) => old.word[i]),
      count: Float64Array.from(kept, (i) => old.count[i]),
      childStart,
    });
    prob.push(Float64Array.from(kept, (i) => model.prob[n][i]));
    renumber.push(numbers);
  }
  const suffix = suffixes(tables);
  return { tables, prob, suffix, backoff: backoffs(tables, prob, suffix) };
}
