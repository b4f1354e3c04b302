import { HearkenError } from '../../errors.js';
import type { OnnxMetadata, OnnxValue } from '../onnx-metadata.js';
import type { NetworkSource } from './family.js';

export const inputOf = ({ inputs }: OnnxMetadata, name: string): OnnxValue | undefined =>
  inputs.find((v) => v.name === name);

/** Whether a network has exactly these inputs, in any order. */
export const hasInputs = ({ inputs }: OnnxMetadata, ...names: readonly string[]): boolean =>
  inputs.length === names.length && names.every((name) => inputs.some((v) => v.name === name));

/** Columns of an output [N, T, C], where the file says so. */
export function columnsOf({ outputs }: OnnxMetadata, name: string): number | undefined {
  const width = outputs.find((v) => v.name === name)?.dims?.at(-1);
  return typeof width === 'number' && width > 0 ? width : undefined;
}

/** A whole number of the metadata; undefined where there is none. @throws MODEL_FILE for another value */
export function wholeNumber({ path, metadata }: NetworkSource, key: string): number | undefined {
  const value = metadata.properties[key];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(Number.isInteger(number) && number > 0 && number < 1e6))
    throw new HearkenError('MODEL_FILE', `${path}: ${key} is "${value}", not a number from 1 up`);
  return number;
}

/** @throws MODEL_FILE where the metadata lacks it */
export function neededNumber(source: NetworkSource, key: string): number {
  const number = wholeNumber(source, key);
  if (number === undefined) throw new HearkenError('MODEL_FILE', `${source.path}: its metadata lack ${key}`);
  return number;
}
