import type { Lattice } from './lattice.js';
import type { BestPath } from './path.js';

/** What the engine asks of a search over rows of scores, whatever its kind. */
export interface Search {
  /** Rows since start(). */
  readonly frames: number;
  /** Begin a new utterance. */
  start(): void;
  /** @param rows whole rows of scores. @throws SCORES_INVALID before anything is changed */
  advance(rows: Float32Array): void;
  /** @param final whether the utterance is over: a path that may end there is preferred */
  bestPath(final: boolean): BestPath;
  /** Labels at the start of the best path that no later row can change. */
  stableLabels(): number;
  /** Nats between the cheapest path and the cheapest that may end here; infinite where none may. */
  relativeCost(): number;
  /** Every path close enough to the best. */
  lattice(): Lattice;
}
