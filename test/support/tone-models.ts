import { type FeatureStream, NemoMel, openFeatures } from '../../src/frontend/index.js';
import type { Network } from './onnx-writer.js';
import { everyFourth, frequencyOf, integers, streamingToneNetwork, toneLayer } from './tones.js';

const nemo = (): FeatureStream => new NemoMel({ melBins: 80, normalize: 'none' });
const icefall = (): FeatureStream =>
  openFeatures({
    ...{ kind: 'kaldi-fbank', sampleRate: 16000, melBins: 80, lowFrequency: 20, highFrequency: -400 },
    ...{ snipEdges: false, dither: false, scale: 1 },
  });

const NUMBERS = [integers('zero', 0), integers('one', 1), integers('four', 4)];
const softmax = (output: string) => ({
  operator: 'LogSoftmax',
  inputs: ['logits'],
  outputs: [output],
  attributes: { axis: -1 },
});

/** NeMo's layout for whole segments: features before time, rows up to `length`, the blank last. */
export function nemoNetwork(columns: number, properties: Record<string, string> = {}): Network {
  const { nodes, weights } = toneLayer({ columns, blank: columns - 1, features: nemo, normalized: true });
  return {
    inputs: [
      { name: 'audio_signal', type: 'float32', dims: ['N', 80, 'T'] },
      { name: 'length', type: 'int64', dims: ['N'] },
    ],
    outputs: [{ name: 'logprobs', type: 'float32', dims: ['N', 'T2', columns] }],
    nodes: [
      { operator: 'Transpose', inputs: ['audio_signal'], outputs: ['frames'], attributes: { perm: [0, 2, 1] } },
      everyFourth('length'),
      ...nodes,
      softmax('logprobs'),
    ],
    weights: [...weights, ...NUMBERS],
    properties: {
      ...{ vocab_size: String(columns - 1), subsampling_factor: '4', normalize_type: 'per_feature' },
      ...properties,
    },
  };
}

/** NeMo's layout for streaming: caches batch first, their axes in the metadata. */
export const nemoStreamingNetwork = (columns: number): Network =>
  streamingToneNetwork(
    { columns, blank: columns - 1, features: nemo, normalized: false },
    {
      input: { name: 'audio_signal', type: 'float32', dims: ['N', 80, 'T'] },
      lengths: { name: 'length', type: 'int64', dims: ['N'] },
      output: 'logprobs',
      carried: { name: 'cache_last_channel', type: 'float32', dims: ['N', 2, 4, 80] },
      counter: { name: 'cache_last_time', type: 'float32', dims: ['N', 2, 3, 5] },
      position: { name: 'cache_last_channel_len', type: 'int64', dims: ['N'] },
      next: (name) => `${name}_next`,
      properties: {
        ...{ vocab_size: String(columns - 1), subsampling_factor: '4', normalize_type: '', window_size: '41' },
        ...{ chunk_shift: '32', cache_last_channel_dim1: '2', cache_last_channel_dim2: '4' },
        ...{ cache_last_channel_dim3: '80', cache_last_time_dim1: '2', cache_last_time_dim2: '3' },
        cache_last_time_dim3: '5',
      },
    },
  );

/** icefall's layout for streaming: time before features, batch in the second axis of some states, the blank first. */
export const zipformerStreamingNetwork = (columns: number): Network =>
  streamingToneNetwork(
    { columns, blank: 0, features: icefall, normalized: false },
    {
      input: { name: 'x', type: 'float32', dims: ['N', 45, 80] },
      output: 'log_probs',
      carried: { name: 'cached_key_0', type: 'float32', dims: [8, 'N', 80] },
      counter: { name: 'embed_states', type: 'float32', dims: ['N', 128, 3, 19] },
      position: { name: 'processed_lens', type: 'int64', dims: ['N'] },
      next: (name) => `new_${name}`,
      properties: { model_type: 'zipformer2', T: '45', decode_chunk_len: '32' },
    },
  );

/** icefall's layout for whole segments. */
export function zipformerNetwork(columns: number): Network {
  const { nodes, weights } = toneLayer({ columns, blank: 0, features: icefall, normalized: false });
  return {
    inputs: [
      { name: 'x', type: 'float32', dims: ['N', 'T', 80] },
      { name: 'x_lens', type: 'int64', dims: ['N'] },
    ],
    outputs: [{ name: 'log_probs', type: 'float32', dims: ['N', 'T2', columns] }],
    nodes: [
      { operator: 'Identity', inputs: ['x'], outputs: ['frames'] },
      everyFourth('x_lens'),
      ...nodes,
      softmax('log_probs'),
    ],
    weights: [...weights, ...NUMBERS],
    properties: { model_type: 'zipformer2_ctc' },
  };
}

/** Hugging Face's layout of Parakeet: time before features, a mask that must be ones, logits. */
export function parakeetNetwork(columns: number): Network {
  const { nodes, weights } = toneLayer({ columns, blank: columns - 1, features: nemo, normalized: true });
  return {
    inputs: [
      { name: 'input_features', type: 'float32', dims: ['N', 'T', 80] },
      { name: 'attention_mask', type: 'int64', dims: ['N', 'T'] },
    ],
    outputs: [{ name: 'logits', type: 'float32', dims: ['N', 'T2', columns] }],
    nodes: [
      { operator: 'Identity', inputs: ['input_features'], outputs: ['frames'] },
      {
        operator: 'ReduceSum',
        inputs: ['attention_mask', 'one'],
        outputs: ['frameCount'],
        attributes: { keepdims: 0 },
      },
      { operator: 'Slice', inputs: ['frames', 'zero', 'frameCount', 'one', 'eight'], outputs: ['rows'] },
      ...nodes,
    ],
    weights: [...weights, ...NUMBERS, integers('eight', 8)],
  };
}

/** Length and step of the windows in which the network below measures tones, in samples. */
const WINDOW = 400;
const STEP = 320;

/** Hugging Face's layout of wav2vec2: samples of mean 0 and variance 1 in, a row of logits every 20 ms, the blank first. */
export function wav2vec2Network(columns: number): Network {
  const filter = (wave: (x: number) => number): Float32Array =>
    Float32Array.from({ length: columns * WINDOW }, (_, i) => {
      const unit = Math.floor(i / WINDOW);
      return unit === 0 ? 0 : wave((2 * Math.PI * frequencyOf(unit) * (i % WINDOW)) / 16000) / 200;
    });
  const bias = new Float32Array(columns);
  bias[0] = 0.5;
  const conv = (weights: string, output: string) => ({
    operator: 'Conv',
    inputs: ['planes', weights],
    outputs: [output],
    attributes: { strides: [STEP] },
  });
  return {
    inputs: [{ name: 'input_values', type: 'float32', dims: ['N', 'S'] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['N', 'T', columns] }],
    nodes: [
      { operator: 'Unsqueeze', inputs: ['input_values', 'one'], outputs: ['planes'] },
      conv('cosines', 'even'),
      conv('sines', 'odd'),
      { operator: 'Mul', inputs: ['even', 'even'], outputs: ['evenPower'] },
      { operator: 'Mul', inputs: ['odd', 'odd'], outputs: ['oddPower'] },
      { operator: 'Add', inputs: ['evenPower', 'oddPower'], outputs: ['power'] },
      { operator: 'Transpose', inputs: ['power'], outputs: ['powers'], attributes: { perm: [0, 2, 1] } },
      { operator: 'Add', inputs: ['powers', 'bias'], outputs: ['raised'] },
      { operator: 'Mul', inputs: ['raised', 'ten'], outputs: ['logits'] },
    ],
    weights: [
      { name: 'cosines', dims: [columns, 1, WINDOW], data: filter(Math.cos) },
      { name: 'sines', dims: [columns, 1, WINDOW], data: filter(Math.sin) },
      { name: 'bias', dims: [columns], data: bias },
      { name: 'ten', dims: [1], data: Float32Array.of(10) },
      integers('one', 1),
    ],
  };
}
