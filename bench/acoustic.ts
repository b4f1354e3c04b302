import { DEFAULT_MODEL, readPackage } from '../src/package/index.js';
import { checkProviders, type Network, openNetwork, type Tensor } from '../src/runtime/index.js';
import { median } from './median.js';
import { chunksOf, difference, runNetwork, SECONDS } from './network.js';
import { INT8, node, onnxModel, tensor, UINT8, value } from './peers/onnx-writer.js';
import { keptTable, machine } from './results.js';

const RUNS = 7;
/** Rows of the product it is compared with: those of a chunk of the shipped model. */
const ROWS = 10;
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
  const { network } = await openNetwork(acoustic, checkProviders([provider]));
  const alone = (await runNetwork(network, card, 1, seconds)).scores;
  const onProcessor = async (): Promise<Float32Array[]> => {
    const { network: own } = await openNetwork(acoustic, ['cpu']);
    return (await runNetwork(own, card, 1, seconds)).scores;
  };
  const reference = provider === 'cpu' ? alone : await onProcessor();
  const chunks = chunksOf(card, seconds);
  const multiplyAdds = card.acoustic.multiplyAdds ?? card.acoustic.parameters ?? 0;
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
      const { ms, scores } = await runNetwork(network, card, batch, seconds);
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
    inputs: [value('a', UINT8, [ROWS, k])],
    outputs: [value('y', 6, [ROWS, k])],
    metadata: {},
  });
  const { network } = await openNetwork(model, ['cpu']);
  const a: Tensor = { type: 'uint8', data: new Uint8Array(ROWS * k).fill(7), dims: [ROWS, k] };
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await timed(network, { a }, chunks));
  return (median(times) * multiplyAdds) / (k * k);
}

async function timed(network: Network, feeds: Record<string, Tensor>, times: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await network.run(feeds);
  return performance.now() - began;
}
