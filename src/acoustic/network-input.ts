import type { Tensor } from '../runtime/network.js';
import type { NetworkContract } from './contract.js';

/** Features [frames × dim] as the network wants them, with their number where it asks for it. */
export function networkInput(
  { name, layout, lengths, mask }: NetworkContract['input'],
  features: Float32Array,
  dim: number,
): Record<string, Tensor> {
  const frames = features.length / dim;
  const data = layout === 'NCT' ? transposed(features, frames, dim) : features;
  const dims = layout === 'NT' ? [1, frames] : layout === 'NCT' ? [1, dim, frames] : [1, frames, dim];
  const feeds: Record<string, Tensor> = { [name]: { type: 'float32', data, dims } };
  if (lengths !== undefined) feeds[lengths] = { type: 'int64', data: BigInt64Array.of(BigInt(frames)), dims: [1] };
  if (mask !== undefined) feeds[mask] = { type: 'int64', data: new BigInt64Array(frames).fill(1n), dims: [1, frames] };
  return feeds;
}

/** [rows × columns] to [columns × rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  return out;
}
