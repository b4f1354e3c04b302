import { resolve } from 'node:path';
import { type LoadReport, load } from '../src/cli/load.js';
import { pieces } from '../src/cli/remote.js';
import { Engine } from '../src/index.js';
import { draw, keep, machine, table } from './results.js';
import { manifest, withClips } from './scores.js';
import { metricsOf, serve } from './served.js';

const CLIPS = 40;
const SECONDS = 25;
/** Looked for: the most streams a worker with final results within this for 95 of 100. */
const FINAL_MS = 500;

/** Live streams of real speech at the pace of speech against `hearken serve` with one worker: latencies by how many there are. */
export async function serverBench(args: string[]): Promise<void> {
  const counts = args.length > 0 ? args.map(Number) : [5, 10, 15, 20, 30, 40];
  console.log(`${machine()}; one worker, load from another process`);
  const row = table(
    ...['streams', 'final results: median', '95 %', 'partial results: median', '95 %'],
    ...['loop delay of the socket thread, 99 %', 'memory', 'transcripts as offline'],
  );
  await withClips('librispeech', 'dev', async (directory) => {
    const clips = manifest('librispeech', 'dev').slice(0, CLIPS);
    const recordings = await Promise.all(clips.map(({ id }) => pieces(resolve(directory, `${id}.opus`), 0.1)));
    const offline = await transcripts(recordings);
    const measured: LoadReport[] = [];
    for (const streams of counts) {
      let same = 0;
      let heard = 0;
      const onTranscript = (recording: number, text: string): void => {
        heard++;
        if (text === offline[recording]) same++;
      };
      const server = await serve();
      try {
        const report = await load(`ws://127.0.0.1:${server.port}/v1/stream`, recordings, {
          streams,
          seconds: SECONDS,
          onTranscript,
        });
        row(...cells(report, await metricsOf(server.port)), `${same} of ${heard}`);
        if (report.failures.length > 0) console.log(`${report.failures.length} failed: ${report.failures[0]}`);
        measured.push(report);
        if (report.final.p95 > 2 * FINAL_MS) break;
      } finally {
        await server.stop();
      }
    }
    keep('server', measured);
    const points = (of: (r: LoadReport) => number): { x: number; y: number }[] =>
      measured.map((r) => ({ x: r.streams, y: Math.max(1, of(r)) }));
    draw(
      'server',
      'Latency by streams on one worker',
      { label: 'streams', min: 0, max: Math.max(...counts), ticks: counts },
      { label: 'ms', min: 1, max: 10_000, logarithmic: true, ticks: [1, 10, 100, 1000, 10_000] },
      [
        { name: 'final, 95 %', points: points((r) => r.final.p95) },
        { name: 'final, median', points: points((r) => r.final.median) },
        { name: 'partial, 95 %', points: points((r) => r.partial.p95) },
      ],
    );
  });
}

/** What is heard in the same samples without a server or any other stream. */
async function transcripts(recordings: readonly Awaited<ReturnType<typeof pieces>>[]): Promise<string[]> {
  await using engine = await Engine.load({ workers: 1 });
  const out: string[] = [];
  for (const { sampleRate, pieces: parts } of recordings) {
    const raw = { sampleRate, encoding: 's16le', channels: 1 } as const;
    const texts: string[] = [];
    for await (const r of engine.transcribe(Buffer.concat(parts), { raw })) if (r.type === 'final') texts.push(r.text);
    out.push(texts.join(' '));
  }
  return out;
}

function cells({ streams, final, partial }: LoadReport, metric: (name: string) => number): (string | number)[] {
  const ms = (x: number): string => `${x.toFixed(0)} ms`;
  return [
    streams,
    ...[final.median, final.p95, partial.median, partial.p95, 1000 * metric('nodejs_eventloop_lag_p99_seconds')].map(
      ms,
    ),
    `${(metric('process_resident_memory_bytes') / 2 ** 20).toFixed(0)} MB`,
  ];
}
