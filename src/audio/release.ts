/** A damaged stream can leave a decoder's memory in disorder; it is dropped with the decoder all the same. */
export function release(decoder: { free(): void }): void {
  try {
    decoder.free();
  } catch {
    // Found by fuzzing: what was decoded has been given, and what was wrong has been reported.
  }
}
