/** Samples in, rows of scores out: all that the rest of the engine knows of an acoustic model. */
export interface AcousticModel {
  /** Hz of the samples it takes. */
  readonly sampleRate: number;
  /** Numbers per row of scores; a topology says what each stands for. */
  readonly columns: number;
  /** Seconds per row. */
  readonly frameSeconds: number;
  /** Samples between two feature frames: where a recording may be cut into parts that give the rows of the whole. */
  readonly frameShift: number;
  /** Rows by which the scores of a stream lag behind its samples. */
  readonly latencyFrames: number;
  /** False where rows come only at the end of a segment, all at once. */
  readonly streaming: boolean;
  /** Longest segment it takes, in seconds; infinite where it streams. */
  readonly maxSeconds: number;
  /** @param position of the first sample in the recording; default 0 */
  open(position?: number): ScoreStream;
}

/** One channel's way through an acoustic model; its memory is bounded. */
export interface ScoreStream {
  /** Samples taken so far, and before the first, in the recording. */
  readonly position: number;
  /**
   * Rows that became ready, as blocks [rows × columns].
   * @param samples mono, in [-1, 1]
   */
  accept(samples: Float32Array): Promise<Float32Array[]>;
  /** No more samples in this segment: the rows that are left. */
  finish(): Promise<Float32Array[]>;
  /** Counts samples that are not to be scored, before a new segment. */
  skip(samples: number): void;
  /** A new segment begins with the next sample; what adapts to the channel stays. */
  reset(): void;
}
