import { acousticBench } from './acoustic.js';
import { alignBench } from './align.js';
import { beamsBench } from './beams.js';
import { conditionsBench } from './conditions.js';
import { decoderBench } from './decoder.js';
import { decoderPeersBench } from './decoder-peers.js';
import { frontendBench } from './frontend.js';
import { grammarBench } from './grammar.js';
import { hashesBench } from './hashes.js';
import { installBench } from './install.js';
import { longBench } from './long.js';
import { modelsBench } from './models.js';
import { noisesBench } from './noises.js';
import { peersBench } from './peers.js';
import { phrasesBench } from './phrases.js';
import { pocketsphinxBench } from './pocketsphinx.js';
import { rowsBench } from './rows.js';
import { serverBench } from './server.js';
import { soakBench } from './soak.js';
import { spotBench } from './spot.js';
import { werBench } from './wer.js';

/** `npm run bench -- NAME`. */
const BENCHES: Record<string, (args: string[]) => Promise<void>> = {
  acoustic: acousticBench,
  align: alignBench,
  beams: beamsBench,
  conditions: conditionsBench,
  decoder: decoderBench,
  'decoder-peers': decoderPeersBench,
  frontend: frontendBench,
  grammar: grammarBench,
  hashes: hashesBench,
  install: installBench,
  long: longBench,
  models: modelsBench,
  noises: noisesBench,
  peers: peersBench,
  phrases: phrasesBench,
  pocketsphinx: pocketsphinxBench,
  rows: rowsBench,
  server: serverBench,
  soak: soakBench,
  spot: spotBench,
  wer: werBench,
};

const [name, ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench) await bench(args);
else {
  console.error(`npm run bench -- NAME, with NAME one of ${Object.keys(BENCHES).join(', ')}`);
  process.exitCode = 2;
}
