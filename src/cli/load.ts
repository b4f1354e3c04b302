import { Command } from 'commander';
import { expandInputs } from './inputs.js';
import { wholeNumber } from './options.js';
import { clientTokenOption, connect, pieces, type RemoteFlags, urlOption, withServer } from './remote.js';

interface Flags extends RemoteFlags {
  streams: number;
  seconds: number;
  json?: boolean;
}

const PIECE_SECONDS = 0.1;
/** Streams begin this far apart, as speakers would. */
const SPREAD_SECONDS = 0.05;

/** What a load of streams met with; latencies in milliseconds. */
export interface LoadReport {
  streams: number;
  audioSeconds: number;
  failures: string[];
  /** From the end of what was said to the final result of a stream. */
  final: { median: number; p95: number; worst: number };
  /** From a piece of audio to a partial result that follows it. */
  partial: { median: number; p95: number; worst: number };
}

export function loadCommand(): Command {
  return new Command('load')
    .description('load a server with recordings sent at the pace of speech, and tell its latencies')
    .argument('<input...>', 'recordings or directories of them, sent in turn')
    .option('-n, --streams <n>', 'at a time', wholeNumber(1, 10_000), 10)
    .option('-s, --seconds <n>', 'how long streams go on being begun', wholeNumber(1, 1_000_000), 30)
    .option('--json', 'the report as JSON')
    .addOption(urlOption())
    .addOption(clientTokenOption())
    .addHelpText('after', '\nExample:\n  hearken load recordings/ -n 40 --url ws://127.0.0.1:2700/v1/stream')
    .action(async (inputs: string[], flags: Flags) => {
      const files = await Promise.all((await expandInputs(inputs)).map(({ path }) => pieces(path, PIECE_SECONDS)));
      await withServer(flags, async (url) => {
        const report = await load(url, files, flags);
        process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describe(report));
        if (report.failures.length > 0) process.exitCode = 1;
      });
    });
}

function describe({ streams, audioSeconds, failures, final, partial }: LoadReport): string {
  const line = (name: string, l: LoadReport['final']): string =>
    `${name}: median ${l.median.toFixed(0)} ms, 95 % within ${l.p95.toFixed(0)} ms, worst ${l.worst.toFixed(0)} ms\n`;
  const told = failures.slice(0, 5).map((f) => `  ${f}\n`);
  return `${streams} streams at a time, ${audioSeconds.toFixed(0)} s of audio, ${failures.length} failed\n${told.join('')}${line('final results', final)}${line('partial results', partial)}`;
}

type Recording = Awaited<ReturnType<typeof pieces>>;

export interface LoadOptions extends RemoteFlags {
  /** At a time. */
  streams: number;
  /** How long streams go on being begun. */
  seconds: number;
  /** Told what was heard in a recording, by its position. */
  onTranscript?: (recording: number, text: string) => void;
}

/** Run `streams` at a time over the recordings for `seconds`. */
export async function load(
  url: string,
  recordings: readonly Recording[],
  { streams, seconds, onTranscript, ...flags }: LoadOptions,
): Promise<LoadReport> {
  const finals: number[] = [];
  const partials: number[] = [];
  const failures: string[] = [];
  let audioSeconds = 0;
  let next = 0;
  const until = performance.now() + 1000 * seconds;
  const speaker = async (number: number): Promise<void> => {
    await new Promise((done) => setTimeout(done, 1000 * SPREAD_SECONDS * number));
    while (performance.now() < until) {
      const recording = next++ % recordings.length;
      const { sampleRate, pieces: parts } = recordings[recording];
      try {
        const client = await connect(url, flags, { sampleRate, retries: 0 });
        let sent = performance.now();
        let finished = false;
        const texts: string[] = [];
        const reading = (async () => {
          for await (const result of client) {
            const late = performance.now() - sent;
            if (result.type === 'partial') partials.push(late);
            else if (result.type === 'final') texts.push(result.text);
            else if (result.type === 'done') finals.push(finished ? late : 0);
          }
        })();
        const began = performance.now();
        for (const [i, piece] of parts.entries()) {
          const early = began + 1000 * PIECE_SECONDS * (i + 1) - performance.now();
          if (early > 0) await new Promise((done) => setTimeout(done, early));
          sent = performance.now();
          await client.send(piece);
          audioSeconds += PIECE_SECONDS;
        }
        sent = performance.now();
        finished = true;
        client.finish();
        await reading;
        onTranscript?.(recording, texts.join(' '));
      } catch (error) {
        failures.push((error as Error).message);
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  };
  await Promise.all(Array.from({ length: streams }, (_, i) => speaker(i)));
  return { streams, audioSeconds, failures, final: summary(finals), partial: summary(partials) };
}

function summary(values: number[]): LoadReport['final'] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95), worst: sorted.at(-1) ?? 0 };
}
