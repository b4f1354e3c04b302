import { compose, distanceToFinal, VectorFst } from '../../src/fst/index.js';
import { BACK_OFF } from '../../src/graph/index.js';

/** Cost of a sentence in an acceptor of words, back-off arcs taken freely; Infinity where it is not allowed. */
export function sentenceCost(fst: VectorFst, words: readonly number[]): number {
  const line = new VectorFst();
  line.start = line.addState();
  line.addArc(0, BACK_OFF, BACK_OFF, 0, 0);
  for (const [i, word] of words.entries()) {
    line.addArc(i, word, word, 0, line.addState());
    line.addArc(i + 1, BACK_OFF, BACK_OFF, 0, i + 1);
  }
  line.setFinal(words.length);
  const both = compose(line, fst);
  return both.start < 0 ? Number.POSITIVE_INFINITY : distanceToFinal(both)[both.start];
}
