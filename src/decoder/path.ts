/** One output label of the best path and the number of frames before it was written. */
export interface PathLabel {
  label: number;
  frame: number;
}

export interface BestPath {
  labels: PathLabel[];
  /** Total cost: graph, language model and acoustics. */
  cost: number;
  /** False where no token stood in a final state: the labels are then those of the best unfinished path. */
  reachedFinal: boolean;
}
