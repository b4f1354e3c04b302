import { HearkenError } from '../errors.js';
import type { Network, Tensor, TensorType } from '../runtime/network.js';

/** A tensor that a network gives back to be given to its next run: left context, caches, positions. */
export interface StateContract {
  /** Name of the input. */
  in: string;
  /** Name of the output that replaces it. */
  out: string;
  type: TensorType;
  dims: readonly number[];
  /** What every element is at the start of a stream; default 0. */
  initial?: number | undefined;
}

/** Axes of a tensor: N batch, T time, C channels. */
export type Layout = 'NTC' | 'NCT' | 'NT';

/** What a network takes and gives, as a model's card says it: a model of another family is other data here, not other code. */
export interface NetworkContract {
  /** `lengths`: name of an int64 input [N] that takes the number of frames; `mask`: of one [N, frames] of ones. */
  input: { name: string; layout: Layout; lengths?: string | undefined; mask?: string | undefined };
  output: { name: string; layout: 'NTC' | 'NCT' };
  /** What the numbers of a row are; logits are normalised after the run. */
  scores: 'log-likelihoods' | 'log-posteriors' | 'logits';
  /** Numbers per row of scores. */
  columns: number;
  /**
   * Columns of the network that make up each column of a row, where these are not the same: a network may tell units apart
   * that words are not spelled with. Their probabilities are added.
   */
  merge?: readonly (readonly number[])[] | undefined;
  /** Feature frames per row. */
  subsampling: number;
  /** Rows by which the output lags behind the input: the network's look-ahead. */
  latency: number;
  /** Feature frames per run, and by how many the next run begins later. Absent: the network takes whole segments only. */
  chunk?: { frames: number; shift: number } | undefined;
  /** Value of the feature frames that make up for what is missing after the end; default 0, the mean of normalised features. */
  padding?: number | undefined;
  /** Longest segment, in seconds, of a network without `chunk`. */
  maxSeconds?: number | undefined;
  states: readonly StateContract[];
}

/** @throws MODEL_CARD where the network has no input or output of a name the contract uses */
export function checkContract({ input, output, states }: NetworkContract, network: Network): void {
  const missing = (names: readonly (string | undefined)[], from: readonly string[], what: string): void => {
    for (const name of names)
      if (name !== undefined && !from.includes(name))
        throw new HearkenError(
          'MODEL_CARD',
          `the card names ${what} "${name}", which the network lacks; it has ${from.join(', ')}`,
        );
  };
  const inputs = [input.name, input.lengths, input.mask, ...states.map((s) => s.in)];
  missing(inputs, network.inputs, 'input');
  missing([output.name, ...states.map((s) => s.out)], network.outputs, 'output');
  const unfed = network.inputs.find((name) => !inputs.includes(name));
  if (unfed !== undefined)
    throw new HearkenError('MODEL_CARD', `the network wants an input "${unfed}" that the card does not describe`);
}

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** A state as it is at the start of a stream. */
export function initialState({ type, dims, initial = 0 }: StateContract): Tensor {
  const data = new ARRAYS[type](dims.reduce((a, b) => a * b, 1));
  if (initial !== 0) (data as Float32Array).fill((type === 'int64' ? BigInt(initial) : initial) as number);
  return { type, dims, data };
}
