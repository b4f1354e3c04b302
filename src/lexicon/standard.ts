import { resolve } from 'node:path';
import { G2p } from './g2p.js';
import { Lexicon } from './lexicon.js';

const SHIPPED = resolve(import.meta.dirname, '../../../lexicon');
/** Our own entries besides CMUdict. */
export const ADDITIONS = resolve(SHIPPED, 'additions.tsv');

/** How likely the pronunciations of a word are, counted in the alignments of the training clips. */
const COSTS = resolve(SHIPPED, 'pronunciation-costs.tsv');

/** CMUdict, `additions` (a file of more entries; default those shipped), and the shipped G2P model for the rest. */
export function standardLexicon(additions = ADDITIONS): Lexicon {
  return Lexicon.standard({ additions, costs: COSTS, g2p: G2p.load(resolve(SHIPPED, 'g2p.bin.br')) });
}
