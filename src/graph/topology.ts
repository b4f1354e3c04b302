import type { VectorFst } from '../fst/index.js';

/** Number of a unit of spelling (a phone, a word piece, a character) in the model's list. Silence, where there is one, is 0. */
export type Unit = number;

/** A transition that takes one row of scores: the column it takes from the row, and what it costs besides (nats). */
export interface Step {
  column: number;
  cost: number;
}

/**
 * What the columns of a row of scores mean: how a unit is said in frames. Search graphs, trees of new words, keyword paths and
 * alignments ask it, and so need not know of what kind the acoustic model is.
 */
export interface Topology {
  /** Numbers per row of scores. */
  readonly columns: number;
  /** Units there are. */
  readonly units: number;
  /** C and H at once: replaces the unit labels (unit + 1) of `fst` by column labels (column + 1), with the loops they need. */
  expand(fst: VectorFst): VectorFst;
  /** The first frame of a unit after the unit `left`. */
  enter(unit: Unit, left: Unit): Step;
  /** Every further frame of that unit; undefined where a unit has one frame only. */
  stay(unit: Unit, left: Unit): Step | undefined;
  /** The unit that a column belongs to; −1 for a blank. */
  unitOf(column: number): Unit;
  /** Whether a frame of this column begins a unit, rather than goes on with one. */
  begins(column: number): boolean;
  /** A column that may take any number of frames between two units (CTC's blank). */
  readonly blank?: number;
  /** Nats per frame of that column, besides its score. */
  readonly blankCost?: number;
}

/** Input labels of a search graph are column + 1, so that 0 stays epsilon. */
export const columnLabel = (column: number): number => column + 1;
