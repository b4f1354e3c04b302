import { VectorFst } from '../fst/index.js';
import { readArpa } from '../lm/index.js';
import { BACK_OFF } from './labels.js';

/** An ARPA file as an acceptor. */
export interface ArpaGrammar {
  fst: VectorFst;
  order: number;
  /** Words of the file that the vocabulary lacks; n-grams that hold them are left out. */
  unknown: string[];
}

const costOf = (log10: number): number => -log10 * Math.LN10;

/**
 * The grammar of an n-gram model in ARPA format: a state a history, back-off arcs that read BACK_OFF and write nothing
 * (Kaldi's arpa2fst). A path's cost is −ln of the sentence's probability, `<s>` given; back-off is an ordinary arc, so the
 * cheapest path may back off where the n-gram is there (as Kaldi's does).
 * @param wordId label of a word, undefined where the vocabulary lacks it
 * @throws LM_FORMAT naming the line
 */
export function arpaFst(lines: Iterable<string>, wordId: (word: string) => number | undefined): ArpaGrammar {
  const fst = new VectorFst();
  const states = new Map<string, number>();
  const unknown = new Set<string>();
  const stateOf = (history: string): number => {
    let state = states.get(history);
    if (state === undefined) states.set(history, (state = fst.addState()));
    return state;
  };
  const empty = stateOf('');
  fst.start = stateOf('<s>');
  let order = 0;
  const pending: { history: string[]; word: string; cost: number }[] = [];
  for (const { words, log10, backoff10 } of readArpa(lines)) {
    order = words.length;
    const strange = words.find((w) => w !== '<s>' && w !== '</s>' && wordId(w) === undefined);
    if (strange !== undefined) {
      if (order === 1) unknown.add(strange);
      continue;
    }
    const word = words[order - 1];
    if (word !== '<s>') pending.push({ history: words.slice(0, -1), word, cost: costOf(log10) });
    // Only an entry with continuations needs a state; the last order has none.
    if (backoff10 !== undefined && word !== '</s>') {
      const state = stateOf(words.join(' '));
      fst.addArc(state, BACK_OFF, 0, costOf(backoff10), stateOf(longestKnown(words.slice(1), states)));
    }
  }
  for (const { history, word, cost } of pending) {
    const from = states.get(history.join(' '));
    if (from === undefined) continue; // its history was left out
    if (word === '</s>') fst.setFinal(from, cost);
    else {
      const label = wordId(word) as number;
      fst.addArc(from, label, label, cost, stateOf(longestKnown([...history, word], states)));
    }
  }
  // <s> without a back-off weight of its own still leads on.
  if (!fst.arcs(fst.start).some((a) => a.ilabel === BACK_OFF)) fst.addArc(fst.start, BACK_OFF, 0, 0, empty);
  return { fst, order, unknown: [...unknown] };
}

/** The longest end of a history that has a state. */
function longestKnown(words: string[], states: ReadonlyMap<string, number>): string {
  for (let i = 0; i < words.length; i++) {
    const history = words.slice(i).join(' ');
    if (states.has(history)) return history;
  }
  return '';
}
