import type { FeatureStream } from '../../src/frontend/index.js';
import type { Network, Node, Value, Weight } from './onnx-writer.js';

const RATE = 16000;
const BINS = 80;
/** Hz. */
export const frequencyOf = (unit: number): number => 300 + 300 * unit;

/** Speech of a language of tones: each unit a tone of its own, 0.2 s long, with 0.12 s of quiet noise after it. */
export function tones(units: readonly number[]): Float32Array {
  const length = 0.32 * RATE;
  const margin = 0.3 * RATE;
  return Float32Array.from({ length: units.length * length + 2 * margin }, (_, i) => {
    const at = Math.floor((i - margin) / length);
    const noise = 0.001 * Math.sin(i * i * 0.37);
    const speaks = i >= margin && at < units.length && (i - margin) % length < 0.2 * RATE;
    return noise + (speaks ? 0.3 * Math.sin((2 * Math.PI * frequencyOf(units[at]) * i) / RATE) : 0);
  });
}

/** A frame in the middle of the tone of a unit. */
function frameOf(unit: number, features: FeatureStream): Float32Array {
  features.acceptWaveform(tones([unit]));
  features.inputFinished();
  return features.read().slice(40 * BINS, 41 * BINS);
}

export interface ToneOptions {
  columns: number;
  blank: number;
  /** Features of 80 bins that the network takes, not normalised over a segment. */
  features: () => FeatureStream;
  /** Whether the network's features are normalised over the segment after all. */
  normalized: boolean;
}

/**
 * The last layer of a network that writes tones: from the tensor `rows` [N, T, 80] to `logits` [N, T, columns], by the bin in
 * which the tone of each unit is loudest.
 */
export function toneLayer({ columns, blank, features, normalized }: ToneOptions): { nodes: Node[]; weights: Weight[] } {
  const weights = new Float32Array(BINS * columns);
  let loudest = Number.POSITIVE_INFINITY;
  for (let unit = 0; unit < columns; unit++) {
    if (unit === blank) continue;
    const frame = frameOf(unit, features());
    const peak = Math.max(...frame);
    weights[frame.indexOf(peak) * columns + unit] = normalized ? 6 : 2;
    loudest = Math.min(loudest, peak);
  }
  const bias = new Float32Array(columns);
  bias[blank] = normalized ? 5 : 2 * (loudest - 3);
  return {
    nodes: [
      { operator: 'MatMul', inputs: ['rows', 'weights'], outputs: ['products'] },
      { operator: 'Add', inputs: ['products', 'bias'], outputs: ['logits'] },
    ],
    weights: [
      { name: 'weights', dims: [BINS, columns], data: weights },
      { name: 'bias', dims: [columns], data: bias },
    ],
  };
}

export const integers = (name: string, ...values: number[]): Weight => ({
  name,
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

/** Every fourth frame of `frames` [N, T, 80] up to frame `end` as `rows`; needs the weights `zero`, `one` and `four`. */
export const everyFourth = (end: string, rows = 'rows'): Node => ({
  operator: 'Slice',
  inputs: ['frames', 'zero', end, 'one', 'four'],
  outputs: [rows],
});

/** Names and axes of a streaming network. */
export interface StreamingLayout {
  input: Value;
  /** Other inputs that are not states. */
  lengths?: Value;
  output: string;
  /** Names of states: eight rows of the chunk before, [8 · 80 numbers in all]; a counter of floats; a counter of int64 [1]. */
  carried: Value;
  counter: Value;
  position: Value;
  next: (name: string) => string;
  properties: Record<string, string>;
}

/**
 * A streaming network that writes the tones of the chunk before: its rows travel in a state, and nothing but the blank comes out
 * once the two counters, which grow by one a chunk, differ. So a lost, swapped or stale state gives other words.
 */
export function streamingToneNetwork(options: ToneOptions, layout: StreamingLayout): Network {
  const { nodes, weights } = toneLayer(options);
  const { input, lengths, output, carried, counter, position, next, properties } = layout;
  const isolated = new Float32Array(options.columns);
  isolated[options.blank] = 1000;
  const continued = (value: Value): Value => ({ ...value, name: next(value.name) });
  return {
    inputs: [input, ...(lengths ? [lengths] : []), carried, counter, position],
    outputs: [
      { name: output, type: 'float32', dims: ['N', 8, options.columns] },
      ...[carried, counter, position].map(continued),
    ],
    nodes: [
      ...(input.dims[1] === BINS
        ? [{ operator: 'Transpose', inputs: [input.name], outputs: ['frames'], attributes: { perm: [0, 2, 1] } }]
        : [{ operator: 'Identity', inputs: [input.name], outputs: ['frames'] }]),
      everyFourth('shift', 'now'),
      // Zeros, as which states begin, are silence.
      { operator: 'Sub', inputs: ['now', 'silence'], outputs: ['raised'] },
      { operator: 'Reshape', inputs: ['raised', 'carriedShape'], outputs: [next(carried.name)] },
      { operator: 'Reshape', inputs: [carried.name, 'rowShape'], outputs: ['before'] },
      { operator: 'Add', inputs: ['before', 'silence'], outputs: ['rows'] },
      { operator: 'Add', inputs: [counter.name, 'oneFloat'], outputs: [next(counter.name)] },
      { operator: 'Add', inputs: [position.name, 'one'], outputs: [next(position.name)] },
      { operator: 'ReduceMax', inputs: [counter.name], outputs: ['count'], attributes: { keepdims: 0 } },
      { operator: 'Cast', inputs: [position.name], outputs: ['place'], attributes: { to: 1 } },
      { operator: 'Sub', inputs: ['count', 'place'], outputs: ['apart'] },
      { operator: 'Abs', inputs: ['apart'], outputs: ['distance'] },
      { operator: 'Mul', inputs: ['distance', 'isolated'], outputs: ['penalty'] },
      ...nodes,
      { operator: 'Add', inputs: ['logits', 'penalty'], outputs: ['checked'] },
      { operator: 'LogSoftmax', inputs: ['checked'], outputs: [output], attributes: { axis: -1 } },
    ],
    weights: [
      ...weights,
      integers('zero', 0),
      integers('one', 1),
      integers('four', 4),
      integers('shift', 32),
      integers('rowShape', 1, 8, BINS),
      integers('carriedShape', ...carried.dims.map((d) => (typeof d === 'number' ? d : 1))),
      { name: 'oneFloat', dims: [1], data: Float32Array.of(1) },
      { name: 'silence', dims: [1], data: Float32Array.of(-16) },
      { name: 'isolated', dims: [options.columns], data: isolated },
    ],
    properties,
  };
}
