import { HearkenError } from '../errors.js';
import type { Tensor } from '../runtime/network.js';
import type { NetworkContract } from './contract.js';
import { transposed } from './network-input.js';

/** Rows of scores [rows × columns] of a network's output. @throws MODEL_CARD where it has another shape than the card says */
export function rowsOf({ type, dims, data }: Tensor, { output, scores, columns }: NetworkContract): Float32Array {
  const [rows, width] = output.layout === 'NTC' ? [dims[1], dims[2]] : [dims[2], dims[1]];
  if (type !== 'float32' || dims.length !== 3 || width !== columns)
    throw new HearkenError(
      'MODEL_CARD',
      `the network's output "${output.name}" is ${type} [${dims.join(', ')}], not float32 with ${columns} columns in the layout ${output.layout}`,
    );
  const floats = data as Float32Array;
  const byRow = output.layout === 'NTC' ? floats : transposed(floats, columns, rows);
  if (scores === 'logits') for (let r = 0; r < rows; r++) logSoftmax(byRow.subarray(r * columns, (r + 1) * columns));
  return byRow;
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
