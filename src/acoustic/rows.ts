import { HearkenError } from '../errors.js';
import type { Tensor } from '../runtime/network.js';
import type { NetworkContract } from './contract.js';
import { transposed } from './network-input.js';

/** Rows of scores [rows × columns] of a network's output. @throws MODEL_CARD where it has another shape than the card says */
export function rowsOf({ type, dims, data }: Tensor, contract: NetworkContract): Float32Array {
  const { output, scores, merge } = contract;
  const columns = merge ? dims[output.layout === 'NTC' ? 2 : 1] : contract.columns;
  const [rows, width] = output.layout === 'NTC' ? [dims[1], dims[2]] : [dims[2], dims[1]];
  if (merge && Math.max(...merge.flat()) >= columns)
    throw new HearkenError('MODEL_CARD', `the card merges columns beyond the ${columns} of "${output.name}"`);
  if (type !== 'float32' || dims.length !== 3 || width !== columns)
    throw new HearkenError(
      'MODEL_CARD',
      `the network's output "${output.name}" is ${type} [${dims.join(', ')}], not float32 with ${columns} columns in the layout ${output.layout}`,
    );
  const floats = data as Float32Array;
  const byRow = output.layout === 'NTC' ? floats : transposed(floats, columns, rows);
  if (scores === 'logits') for (let r = 0; r < rows; r++) logSoftmax(byRow.subarray(r * columns, (r + 1) * columns));
  return merge ? merged(byRow, columns, merge) : byRow;
}

/** Rows whose columns are the sums of the probabilities of columns of `data`, [rows × columns]. */
function merged(data: Float32Array, columns: number, merge: readonly (readonly number[])[]): Float32Array {
  const rows = data.length / columns;
  const out = new Float32Array(rows * merge.length);
  for (let r = 0; r < rows; r++)
    for (const [c, from] of merge.entries()) {
      let sum = data[r * columns + from[0]];
      for (let i = 1; i < from.length; i++) sum = logAdd(sum, data[r * columns + from[i]]);
      out[r * merge.length + c] = sum;
    }
  return out;
}

/** ln(eᵃ + eᵇ) */
function logAdd(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** In place. */
function logSoftmax(row: Float32Array): void {
  let max = Number.NEGATIVE_INFINITY;
  for (const x of row) if (x > max) max = x;
  let sum = 0;
  for (const x of row) sum += Math.exp(x - max);
  const total = max + Math.log(sum);
  for (let i = 0; i < row.length; i++) row[i] -= total;
}
