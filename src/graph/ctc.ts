import { HearkenError } from '../errors.js';
import { VectorFst } from '../fst/index.js';

/** Frame label of the blank; token t has label t + 1 in, t out, t from 1. */
export const BLANK = 1;

/**
 * CTC's topology: frame labels to tokens, repetitions of a frame label and blanks dropped. `strict` wants a blank between two
 * equal tokens, with an arc from every token to every other: (n+1)² arcs and more. `compact` lets repeated labels stand for one
 * token or several, with 3n+1 arcs (k2's modified topology); networks put the blanks there themselves.
 */
export function ctcTopology(tokens: number, kind: 'strict' | 'compact' = 'strict'): VectorFst {
  if (!(Number.isInteger(tokens) && tokens > 0))
    throw new HearkenError('OPTION_INVALID', `${tokens} is no number of tokens`);
  const fst = new VectorFst();
  // State 0 stands behind a blank or the start, state t behind token t.
  fst.reserve(tokens + 1);
  fst.start = 0;
  for (let s = 0; s <= tokens; s++) fst.setFinal(s);
  fst.addArc(0, BLANK, 0, 0, 0);
  for (let t = 1; t <= tokens; t++) {
    fst.addArc(0, t + 1, t, 0, t);
    fst.addArc(t, t + 1, 0, 0, t);
    if (kind === 'compact') {
      // On to another token through state 0, without a frame.
      fst.addArc(t, 0, 0, 0, 0);
      continue;
    }
    fst.addArc(t, BLANK, 0, 0, 0);
    for (let other = 1; other <= tokens; other++) if (other !== t) fst.addArc(t, other + 1, other, 0, other);
  }
  return fst;
}
