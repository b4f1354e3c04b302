import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { load } from '../src/cli/load.js';
import { pieces } from '../src/cli/remote.js';
import { keptTable } from './results.js';
import { manifest, withClips } from './scores.js';
import { metricsOf, serve } from './served.js';

const CLIPS = 60;
const ROWS = 6;

/**
 * A server at half its load for a long time: memory, descriptors and latencies, a row every sixth of it.
 * @param args minutes (30), streams (10)
 */
export async function soakBench(args: string[]): Promise<void> {
  const [minutes = 30, streams = 10] = args.map(Number);
  console.log(`${streams} streams, ${minutes} minutes, one worker`);
  const row = keptTable('soak', [
    'minutes',
    'sessions served',
    'resident',
    'heap used',
    'descriptors',
    'final results: 95 %',
    'failed',
  ]);
  await withClips('librispeech', 'dev', async (directory) => {
    const clips = manifest('librispeech', 'dev').slice(0, CLIPS);
    const recordings = await Promise.all(clips.map(({ id }) => pieces(resolve(directory, `${id}.opus`), 0.1)));
    const server = await serve();
    try {
      for (let part = 1; part <= ROWS; part++) {
        const seconds = (60 * minutes) / ROWS;
        const report = await load(`ws://127.0.0.1:${server.port}/v1/stream`, recordings, { streams, seconds });
        const metric = await metricsOf(server.port);
        const mb = (name: string): string => `${(metric(name) / 2 ** 20).toFixed(0)} MB`;
        row(
          ((part * minutes) / ROWS).toFixed(0),
          metric('hearken_sessions_total{protocol="stream"}'),
          mb('process_resident_memory_bytes'),
          mb('nodejs_heap_size_used_bytes'),
          readdirSync(`/proc/${server.pid}/fd`).length,
          `${report.final.p95.toFixed(0)} ms`,
          report.failures.length,
        );
      }
    } finally {
      await server.stop();
    }
  });
}
