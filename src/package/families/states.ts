import { HearkenError } from '../../errors.js';
import type { ModelCard } from '../card.js';
import type { NetworkSource } from './family.js';
import { inputOf, neededNumber } from './metadata.js';

const TYPES = ['float32', 'int64', 'int32'] as const;

/**
 * States of a streaming network for one stream: shapes by the file's axes, a batch of any size being 1. Axes that the file leaves
 * open are named in the metadata.
 * @param names of the inputs @param next name of the output that replaces one
 * @param keys by input, names in the metadata of its axes except the batch, which is the first
 * @throws MODEL_FILE naming what is missing
 */
export function statesOf(
  source: NetworkSource,
  names: readonly string[],
  next: (name: string) => string,
  keys: Readonly<Record<string, readonly string[]>> = {},
): ModelCard['acoustic']['states'] {
  const { path, metadata } = source;
  return names.map((name) => {
    const input = inputOf(metadata, name);
    const type = TYPES.find((t) => t === input?.type);
    if (!input || !type)
      throw new HearkenError('MODEL_FILE', `${path}: the state ${name} is missing, or no tensor of numbers`);
    const out = next(name);
    if (!metadata.outputs.some((v) => v.name === out))
      throw new HearkenError('MODEL_FILE', `${path}: the output ${out}, which continues the state ${name}, is missing`);
    if (keys[name] && input.dims?.slice(1).some((d) => typeof d !== 'number'))
      return { in: name, out, type, dims: [1, ...keys[name].map((key) => neededNumber(source, key))] };
    const dims = input.dims?.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
    if (!dims || (input.dims ?? []).filter((d) => typeof d !== 'number').length > 1)
      throw new HearkenError('MODEL_FILE', `${path}: the state ${name} has no shape`);
    return { in: name, out, type, dims };
  });
}
