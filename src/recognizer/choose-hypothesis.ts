import {
  type DecoderOptions,
  type Lattice,
  type LatticePath,
  leastRisk,
  nBest,
  type PathLabel,
  rescoreHistories,
  type Search,
} from '../decoder/index.js';
import type { Vocabulary } from './vocabulary.js';

/** Hypotheses of a rescored segment among which the one with the lowest expected word error is chosen. */
const HYPOTHESES = 50;

/** What a segment is decided to be. */
export interface Choice {
  labels: readonly PathLabel[];
  cost: number;
  /** Other hypotheses, likeliest first. */
  others: readonly LatticePath[];
  /** Absent where none was kept, or no word was found. */
  lattice: Lattice | undefined;
  /** False where no path reached the end of a sentence. */
  complete: boolean;
}

export interface ChoiceOptions {
  vocabulary: Vocabulary;
  /** Those of the search. */
  settings: DecoderOptions;
  /** Whether the recurrent model rescores the lattice, where the vocabulary has one. */
  rescore: boolean;
  /** Other hypotheses wanted. */
  alternatives: number;
}

/** The best hypothesis of a segment that a search has come to the end of: its best path, or the least risky after rescoring. */
export async function chooseHypothesis(search: Search, options: ChoiceOptions): Promise<Choice> {
  const { settings, alternatives } = options;
  const { reachedFinal, ...first } = search.bestPath(true);
  const kept = first.labels.length > 0 && settings.latticeBeam > 0 ? search.lattice() : undefined;
  const rescored = kept && (await rescoredLattice(kept, options));
  const lattice = rescored ?? kept;
  const asked = alternatives > 0 ? alternatives + 1 : 0;
  const hypotheses = lattice ? nBest(lattice, rescored ? Math.max(HYPOTHESES, asked) : asked) : [];
  const chosen = rescored ? leastRisk(hypotheses) : 0;
  // A lattice may give no path within the bound on its steps.
  const { labels, cost } = (rescored && hypotheses[chosen]) || first;
  const others = hypotheses.filter((_, i) => i !== chosen).slice(0, alternatives);
  return { labels, cost, others, lattice, complete: reachedFinal };
}

async function rescoredLattice(
  lattice: Lattice,
  { vocabulary: { lm, recurrent }, settings: { lmWeight, latticeBeam }, rescore }: ChoiceOptions,
): Promise<Lattice | undefined> {
  if (!rescore || !recurrent) return undefined;
  const { model, share, wordPenalty } = recurrent;
  return rescoreHistories(lattice, lm, model.histories(), { weight: lmWeight, share, wordPenalty, beam: latticeBeam });
}
