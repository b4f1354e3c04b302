import { NemoMel } from '../../src/frontend/index.js';
import type { Network } from './onnx-writer.js';

const RATE = 16000;
const frequencyOf = (unit: number): number => 300 + 300 * unit;

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

/** Mel bin in which the tone of a unit is loudest. */
function binOf(unit: number): number {
  const mel = new NemoMel({ melBins: 80, normalize: 'none' });
  mel.acceptWaveform(tones([unit]));
  const frames = mel.read();
  const frame = frames.subarray(40 * 80, 41 * 80);
  return frame.indexOf(Math.max(...frame));
}

/**
 * A network that writes tones, with the names, axes and metadata of NeMo's CTC networks for whole segments: the blank is the last
 * of `columns`, a row covers 4 frames, and rows end with the frame that `length` says.
 */
export function toneNetwork(columns: number, properties: Record<string, string> = {}): Network {
  const weights = new Float32Array(80 * columns);
  for (let unit = 0; unit < columns - 1; unit++) weights[binOf(unit) * columns + unit] = 6;
  const bias = new Float32Array(columns);
  bias[columns - 1] = 5;
  return {
    inputs: [
      { name: 'audio_signal', type: 'float32', dims: ['N', 80, 'T'] },
      { name: 'length', type: 'int64', dims: ['N'] },
    ],
    outputs: [{ name: 'logprobs', type: 'float32', dims: ['N', 'T2', columns] }],
    nodes: [
      { operator: 'Transpose', inputs: ['audio_signal'], outputs: ['frames'], attributes: { perm: [0, 2, 1] } },
      { operator: 'Slice', inputs: ['frames', 'zero', 'length', 'one', 'four'], outputs: ['rows'] },
      { operator: 'MatMul', inputs: ['rows', 'weights'], outputs: ['products'] },
      { operator: 'Add', inputs: ['products', 'bias'], outputs: ['logits'] },
      { operator: 'LogSoftmax', inputs: ['logits'], outputs: ['logprobs'], attributes: { axis: -1 } },
    ],
    weights: [
      { name: 'zero', dims: [1], data: BigInt64Array.of(0n) },
      { name: 'one', dims: [1], data: BigInt64Array.of(1n) },
      { name: 'four', dims: [1], data: BigInt64Array.of(4n) },
      { name: 'weights', dims: [80, columns], data: weights },
      { name: 'bias', dims: [columns], data: bias },
    ],
    properties: {
      vocab_size: String(columns - 1),
      subsampling_factor: '4',
      normalize_type: 'per_feature',
      ...properties,
    },
  };
}
