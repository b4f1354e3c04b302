import { spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { type LoadReport, load } from '../src/cli/load.js';
import { pieces } from '../src/cli/remote.js';
import { manifest, withClips } from './scores.js';

const ROOT = resolve(import.meta.dirname, '../..');
const CLIPS = 40;
const SECONDS = 25;
/** Looked for: the most streams a worker with final results within this for 95 of 100. */
const FINAL_MS = 500;

/** Live streams of real speech at the pace of speech against `hearken serve` with one worker: latencies by how many there are. */
export async function serverBench(args: string[]): Promise<void> {
  const counts = args.length > 0 ? args.map(Number) : [5, 10, 15, 20, 30, 40];
  console.log(
    `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}; one worker, load from another process`,
  );
  console.log(
    '| streams | final results: median | 95 % | partial results: median | 95 % | loop delay of the socket thread, 99 % | memory |',
  );
  console.log('|---|---|---|---|---|---|---|');
  await withClips('librispeech', 'dev', async (directory) => {
    const clips = manifest('librispeech', 'dev').slice(0, CLIPS);
    const recordings = await Promise.all(clips.map(({ id }) => pieces(resolve(directory, `${id}.opus`), 0.1)));
    for (const streams of counts) {
      const server = await serve();
      try {
        const report = await load(`ws://127.0.0.1:${server.port}/v1/stream`, recordings, { streams, seconds: SECONDS });
        const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
        print(report, metrics);
        if (report.final.p95 > 2 * FINAL_MS) break;
      } finally {
        await server.stop();
      }
    }
  });
}

function print({ streams, final, partial, failures }: LoadReport, metrics: string): void {
  const metric = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1]);
  const ms = (x: number): string => `${x.toFixed(0)} ms`;
  console.log(
    `| ${streams} | ${ms(final.median)} | ${ms(final.p95)} | ${ms(partial.median)} | ${ms(partial.p95)} | ${ms(1000 * metric('nodejs_eventloop_lag_p99_seconds'))} | ${(metric('process_resident_memory_bytes') / 2 ** 20).toFixed(0)} MB |${failures.length > 0 ? ` ${failures.length} failed: ${failures[0]}` : ''}`,
  );
}

async function serve(): Promise<{ port: number; stop: () => Promise<void> }> {
  const flags = [
    'serve',
    '-p',
    '0',
    '-j',
    '1',
    '--log-level',
    'error',
    '--limit',
    'maxSessions=1000',
    '--limit',
    'maxSessionsPerClient=1000',
  ];
  const more = ['--limit', 'maxLoad=100', '--limit', 'requestsPerMinute=100000'];
  const child = spawn(process.execPath, [resolve(ROOT, 'dist/src/cli/main.js'), ...flags, ...more]);
  const port = await new Promise<number>((done, reject) => {
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      const match = /listening on .*:(\d+)/.exec(err);
      if (match) done(Number(match[1]));
    });
    child.on('exit', () => reject(new Error(err)));
  });
  return {
    port,
    stop: () =>
      new Promise((done) => {
        child.on('exit', () => done());
        child.kill('SIGTERM');
      }),
  };
}
