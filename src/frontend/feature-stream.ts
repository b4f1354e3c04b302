/** Samples in, feature frames out: the door every frontend stands behind. Offline use is the same object fed once. */
export interface FeatureStream {
  /** Values a frame has. */
  readonly dim: number;
  /** Samples from one frame to the next. */
  readonly frameShift: number;
  /** @param samples in [-1, 1], at the model's rate. @throws STREAM_CLOSED after inputFinished() */
  acceptWaveform(samples: Float32Array): void;
  /** No more samples: the last frames become ready. */
  inputFinished(): void;
  /** Whole frames since the last read, [frames × dim]. Kinds that normalise over a segment give nothing before inputFinished(). */
  read(): Float32Array;
  /** Start a new segment. */
  reset(): void;
}
