import { type SymbolTable, VectorFst } from '../fst/index.js';
import type { Pronunciation } from '../lexicon/index.js';

export interface LexiconEntry {
  /** Label in the word table. */
  word: number;
  phones: Pronunciation;
  /** −ln of the word's unigram probability times the pronunciation's share. */
  cost: number;
}

/**
 * L∘G of a unigram G as one transducer, phones to words: a path an entry from the start to one final state. Words of
 * equal pronunciation end in disambiguation labels (numbered from `phones.size`), so that it can be determinized.
 */
export function lexiconFst(
  entries: readonly LexiconEntry[],
  phones: SymbolTable,
): { fst: VectorFst; disambiguation: number } {
  const fst = new VectorFst();
  fst.start = fst.addState();
  const end = fst.addState();
  fst.setFinal(end, 0);
  const homophones = new Map<string, number>();
  let disambiguation = 0;
  for (const { word, phones: pronunciation, cost } of entries) {
    const key = pronunciation.join(' ');
    const earlier = homophones.get(key) ?? 0;
    homophones.set(key, earlier + 1);
    const labels = pronunciation.map((p) => phones.id(p) as number);
    if (earlier > 0) labels.push(phones.size + earlier - 1);
    disambiguation = Math.max(disambiguation, earlier);
    let state = fst.start;
    for (const [i, label] of labels.entries()) {
      const next = i === labels.length - 1 ? end : fst.addState();
      fst.addArc(state, label, i === 0 ? word : 0, i === 0 ? cost : 0, next);
      state = next;
    }
  }
  return { fst, disambiguation };
}
