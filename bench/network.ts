import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { CHUNK_OUTPUTS, type ModelCard } from '../src/acoustic/index.js';

/** As long as a run is unless another length is asked for. */
export const SECONDS = 30;

export interface NetworkRun {
  ms: number;
  /** Of the last stream, by chunk. */
  scores: Float32Array[];
}

/** The network over `seconds` of features in chunks of 300 ms, for `batch` equal streams at once. */
export async function runNetwork(
  session: InferenceSession,
  card: ModelCard,
  batch: number,
  seconds = SECONDS,
): Promise<NetworkRun> {
  const { stateSize, subsampling } = card.acoustic;
  const frames = CHUNK_OUTPUTS * subsampling;
  const dim = card.features.melBins;
  const chunks = chunksOf(card, seconds);
  const input = noise(chunks * frames * dim);
  let state: Tensor = new Tensor('float32', new Float32Array(batch * stateSize), [batch, stateSize]);
  const scores: Float32Array[] = [];
  const began = performance.now();
  for (let c = 0; c < chunks; c++) {
    const features = new Float32Array(batch * frames * dim);
    for (let b = 0; b < batch; b++)
      features.set(input.subarray(c * frames * dim, (c + 1) * frames * dim), b * frames * dim);
    const out = await session.run({ features: new Tensor('float32', features, [batch, frames, dim]), state });
    state = out.next_state as Tensor;
    const all = out.loglikes.data as Float32Array;
    scores.push(all.subarray(all.length - all.length / batch));
  }
  return { ms: performance.now() - began, scores };
}

/** The largest difference between two runs' scores. */
export const difference = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  Math.max(...a.map((chunk, c) => chunk.reduce((most, x, i) => Math.max(most, Math.abs(x - b[c][i])), 0)));

export const chunksOf = (card: ModelCard, seconds: number): number =>
  Math.round((seconds * 100) / (CHUNK_OUTPUTS * card.acoustic.subsampling));

/** Features as even-tempered as normalised ones, the same every time. */
function noise(length: number): Float32Array {
  let seed = 1;
  return Float32Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed / 2 ** 30;
  });
}
