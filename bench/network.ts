import { initialState } from '../src/acoustic/contract.js';
import { openFeatures } from '../src/frontend/index.js';
import type { ModelCard } from '../src/package/index.js';
import type { Network } from '../src/runtime/index.js';

/** As long as a run is unless another length is asked for. */
export const SECONDS = 30;

export interface NetworkRun {
  ms: number;
  /** Of the last stream, by chunk. */
  scores: Float32Array[];
}

/** The network over `seconds` of features in its chunks, for `batch` equal streams at once. */
export async function runNetwork(
  network: Network,
  card: ModelCard,
  batch: number,
  seconds = SECONDS,
): Promise<NetworkRun> {
  const { input, output, states, chunk } = card.acoustic;
  if (!chunk) throw new Error(`${card.name} takes whole segments: this bench runs chunks`);
  const { dim } = openFeatures(card.features);
  const chunks = chunksOf(card, seconds);
  const features = noise(chunks * chunk.frames * dim);
  const state = Object.fromEntries(
    states.map((s) => [s.in, initialState({ ...s, dims: [batch, ...s.dims.slice(1)] })]),
  );
  const scores: Float32Array[] = [];
  const began = performance.now();
  for (let c = 0; c < chunks; c++) {
    const data = new Float32Array(batch * chunk.frames * dim);
    for (let b = 0; b < batch; b++)
      data.set(features.subarray(c * chunk.frames * dim, (c + 1) * chunk.frames * dim), b * chunk.frames * dim);
    const out = await network.run({
      [input.name]: { type: 'float32', data, dims: [batch, chunk.frames, dim] },
      ...state,
    });
    for (const s of states) state[s.in] = out[s.out];
    const all = out[output.name].data as Float32Array;
    scores.push(all.subarray(all.length - all.length / batch));
  }
  return { ms: performance.now() - began, scores };
}

/** The largest difference between two runs' scores. */
export const difference = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  Math.max(...a.map((chunk, c) => chunk.reduce((most, x, i) => Math.max(most, Math.abs(x - b[c][i])), 0)));

export const chunksOf = (card: ModelCard, seconds: number): number =>
  Math.round((seconds * 100) / (card.acoustic.chunk?.frames ?? 100));

/** Features as even-tempered as normalised ones, the same every time. */
function noise(length: number): Float32Array {
  let seed = 1;
  return Float32Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed / 2 ** 30;
  });
}
