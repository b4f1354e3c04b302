import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { CHUNK_OUTPUTS, checkProviders, openSession } from '../src/acoustic/index.js';
import { DEFAULT_MODEL, readPackage } from '../src/recognizer/model-package.js';
import { median } from './median.js';
import { chunksOf, difference, runNetwork, SECONDS } from './network.js';
import { INT8, node, onnxModel, tensor, UINT8, value } from './peers/onnx-writer.js';
import { keptTable, machine } from './results.js';

const RUNS = 7;
const BATCHES = [1, 2, 4, 8, 16];

/**
 * The network alone, one thread, streams in chunks of 300 ms: real-time factor of a stream by how many are batched, largest
 * difference from the stream alone, and the ratio to as many multiply-adds as one int8 matrix product.
 * @param args an execution provider (cpu), a model package (the shipped one), and seconds of features a run (30)
 */
export async function acousticBench(args: string[]): Promise<void> {
  const [provider = 'cpu', model = DEFAULT_MODEL, length = String(SECONDS)] = args;
  const seconds = Number(length);
  const { card, acoustic } = readPackage(model);
  const { session } = await openSession(acoustic, checkProviders([provider]));
  const alone = (await runNetwork(session, card, 1, seconds)).scores;
  const onProcessor = async (): Promise<Float32Array[]> => {
    const { session: own } = await openSession(acoustic, ['cpu']);
    return (await runNetwork(own, card, 1, seconds)).scores;
  };
  const reference = provider === 'cpu' ? alone : await onProcessor();
  const chunks = chunksOf(card, seconds);
  const multiplyAdds = card.acoustic.multiplyAdds ?? card.acoustic.parameters;
  const floor = await matrixProductMs(multiplyAdds, chunks);
  console.log(`${(multiplyAdds / 1e6).toFixed(2)} M multiply-adds an output frame, provider ${provider}, ${machine()}`);
  console.log(`as one int8 matrix product: real-time factor ${(floor / 1000 / seconds).toFixed(5)}`);
  const row = keptTable(provider === 'cpu' ? 'acoustic' : `acoustic-${provider}`, [
    'streams batched',
    'real-time factor a stream',
    'over the product',
    'largest difference',
    'from the processor',
  ]);
  for (const batch of BATCHES) {
    const times: number[] = [];
    let [fromAlone, fromProcessor] = [0, 0];
    for (let i = 0; i < RUNS; i++) {
      const { ms, scores } = await runNetwork(session, card, batch, seconds);
      times.push(ms / batch);
      fromAlone = Math.max(fromAlone, difference(scores, alone));
      fromProcessor = Math.max(fromProcessor, difference(scores, reference));
    }
    const ms = median(times);
    row(
      batch,
      (ms / 1000 / seconds).toFixed(5),
      (ms / floor).toFixed(2),
      fromAlone.toExponential(1),
      fromProcessor.toExponential(1),
    );
  }
}

/** Time of `chunks` products [10 × k] × [k × k], scaled to the wanted multiply-adds a row. */
async function matrixProductMs(multiplyAdds: number, chunks: number): Promise<number> {
  const k = Math.round(Math.sqrt(multiplyAdds) / 64) * 64;
  const model = onnxModel({
    nodes: [node('MatMulInteger', ['a', 'b'], ['y'])],
    initializers: [tensor('b', INT8, [k, k], new Int8Array(k * k).fill(3))],
    inputs: [value('a', UINT8, [CHUNK_OUTPUTS, k])],
    outputs: [value('y', 6, [CHUNK_OUTPUTS, k])],
    metadata: {},
  });
  const { session } = await openSession(model, ['cpu']);
  const a = new Tensor('uint8', new Uint8Array(CHUNK_OUTPUTS * k).fill(7), [CHUNK_OUTPUTS, k]);
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await timed(session, { a }, chunks));
  return (median(times) * multiplyAdds) / (k * k);
}

async function timed(session: InferenceSession, feeds: Record<string, Tensor>, times: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await session.run(feeds);
  return performance.now() - began;
}
