import { decoderPeersBench } from './decoder-peers.js';
import { installBench } from './install.js';
import { pocketsphinxBench } from './pocketsphinx.js';
import { serverBench } from './server.js';

/**
 * Everything that is measured beside peers, in one run: installation, PocketSphinx, our server's streams and latencies, and, given its two
 * packages, Kaldi's decoder.
 */
export async function peersBench(packages: string[]): Promise<void> {
  await installBench();
  await pocketsphinxBench();
  await serverBench([]);
  if (packages.length > 0) await decoderPeersBench(packages);
}
