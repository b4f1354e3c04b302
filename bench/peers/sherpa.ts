import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compileFst, writeOpenFst } from '../../src/fst/index.js';
import { FLOAT, INT64, node, onnxModel, tensor, value } from './onnx-writer.js';

/** Feature frames a call of the model takes, and score frames it gives back. */
const WINDOW = 300;
const CHUNK = 100;

export interface SherpaRun {
  /** Milliseconds of each run, features and all. */
  times: number[];
  words: number[];
}

/**
 * A streaming CTC model as sherpa-onnx loads them from NeMo, which listens to nothing: each call answers with the next
 * CHUNK frames of `scores`, counted in its state. So its decoder can be timed on any scores.
 */
export function replayModel(scores: Float32Array, width: number): Uint8Array {
  const frames = scores.length / width;
  // One piece more for what the decoder asks for behind the end.
  const padded = new Float32Array((Math.ceil(frames / CHUNK) + 2) * CHUNK * width);
  padded.set(scores);
  const last = padded.length / width / CHUNK - 1;
  return onnxModel({
    nodes: [
      node('Min', ['cache_last_channel_len', 'last'], ['piece']),
      node('Gather', ['scores', 'piece'], ['logprobs'], { axis: 0 }),
      node('Add', ['cache_last_channel_len', 'one'], ['cache_last_channel_len_next']),
      node('Identity', ['chunk'], ['encoded_lengths']),
      node('Identity', ['cache_last_channel'], ['cache_last_channel_next']),
      node('Identity', ['cache_last_time'], ['cache_last_time_next']),
    ],
    initializers: [
      tensor('scores', FLOAT, [last + 1, CHUNK, width], padded),
      tensor('one', INT64, [1], BigInt64Array.of(1n)),
      tensor('last', INT64, [1], BigInt64Array.of(BigInt(last))),
      tensor('chunk', INT64, [1], BigInt64Array.of(BigInt(CHUNK))),
    ],
    inputs: [
      value('audio_signal', FLOAT, [1, 80, 'T']),
      value('length', INT64, [1]),
      value('cache_last_channel', FLOAT, [1, 1, 1, 1]),
      value('cache_last_time', FLOAT, [1, 1, 1, 1]),
      value('cache_last_channel_len', INT64, [1]),
    ],
    outputs: [
      value('logprobs', FLOAT, [1, CHUNK, width]),
      value('encoded_lengths', INT64, [1]),
      value('cache_last_channel_next', FLOAT, [1, 1, 1, 1]),
      value('cache_last_time_next', FLOAT, [1, 1, 1, 1]),
      value('cache_last_channel_len_next', INT64, [1]),
    ],
    metadata: {
      model_type: 'EncDecCTCModelBPE',
      window_size: String(WINDOW),
      chunk_shift: String(WINDOW),
      subsampling_factor: String(WINDOW / CHUNK),
      vocab_size: String(width - 1),
      normalize_type: '',
      ...Object.fromEntries(['channel', 'time'].flatMap((k) => [1, 2, 3].map((d) => [`cache_last_${k}_dim${d}`, '1']))),
    },
  });
}

/** A graph that takes any frames: what a run with it costs is not the search. */
export function replayGraph(): Uint8Array {
  return writeOpenFst({ fst: compileFst('0 0 1 0 0\n0\n') });
}

/** Run sherpa-onnx in a process of its own: bad input ends it. HEARKEN_PEERS names the directory where the package is installed. */
export function runSherpa(
  directory: string,
  {
    scores,
    width,
    graph,
    maxActive,
    runs,
  }: { scores: Float32Array; width: number; graph: string; maxActive: number; runs: number },
): SherpaRun {
  const model = resolve(directory, 'replay.onnx');
  const tokens = resolve(directory, 'tokens.txt');
  writeFileSync(model, replayModel(scores, width));
  writeFileSync(tokens, Array.from({ length: width }, (_, i) => `${i === 0 ? '<blk>' : `t${i}`} ${i}\n`).join(''));
  const seconds = (Math.ceil(scores.length / width / CHUNK) * WINDOW + 1) / 100;
  const job = JSON.stringify({ model, tokens, graph, maxActive, seconds, runs });
  const child = spawnSync(process.execPath, [resolve(import.meta.dirname, 'sherpa-child.js'), job], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const line = child.stdout.trim().split('\n').at(-1) ?? '';
  if (child.status !== 0 || !line.startsWith('{')) throw new Error(`sherpa-onnx: ${child.stderr.slice(-2000)}`);
  return JSON.parse(line) as SherpaRun;
}
