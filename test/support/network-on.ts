import { difference, runNetwork } from '../../bench/network.js';
import { DEFAULT_MODEL, readPackage } from '../../src/package/index.js';
import { openNetwork, type Provider } from '../../src/runtime/index.js';

/**
 * `node network-on.js PROVIDER SECONDS STREAMS`: largest differences of the shipped network's log-likelihoods, on a provider from those on the
 * processor, and there of a stream among others from the stream alone. A process of its own, as drivers are loaded for life.
 */
const [provider, seconds, streams] = process.argv.slice(2);
const { card, acoustic } = readPackage(DEFAULT_MODEL);

async function scoresOn(name: Provider, batch: number): Promise<Float32Array[]> {
  const { network } = await openNetwork(acoustic, [name]);
  return (await runNetwork(network, card, batch, Number(seconds))).scores;
}

const alone = await scoresOn(provider as Provider, 1);
const fromProcessor = difference(alone, await scoresOn('cpu', 1));
const amongOthers = difference(await scoresOn(provider as Provider, Number(streams)), alone);
console.log(JSON.stringify({ chunks: alone.length, fromProcessor, amongOthers }));
