import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { type ClientOptions, HearkenClient } from '../../client/index.js';
import { mixDown, openAudio } from '../audio/index.js';
import { HearkenError } from '../errors.js';
import { Engine } from '../recognizer/engine.js';

/** What commands that speak to a server have in common. */
export interface RemoteFlags {
  url?: string;
  tokenFile?: string;
}

export const urlOption = (): Option =>
  new Option('--url <ws-url>', 'server to speak to, e.g. ws://127.0.0.1:2700/v1/stream (default: one of its own)');
export const clientTokenOption = (): Option =>
  new Option('--token-file <file>', 'bearer token for the server (or HEARKEN_TOKEN)');

function tokenOf({ tokenFile }: RemoteFlags): string | undefined {
  try {
    return tokenFile === undefined ? process.env.HEARKEN_TOKEN : readFileSync(tokenFile, 'utf8').trim();
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read the token: ${(cause as Error).message}`, { cause });
  }
}

/** Call `use` with the address of the server that was named, or of one started for it alone. */
export async function withServer(flags: RemoteFlags, use: (url: string) => Promise<void>): Promise<void> {
  if (flags.url !== undefined) return use(flags.url);
  const { startServer } = await import('../../server/index.js');
  await using engine = await Engine.load();
  const server = await startServer(engine, { port: 0 });
  try {
    await use(`ws://127.0.0.1:${server.port}/v1/stream`);
  } finally {
    await server.close();
  }
}

/** @throws HearkenError SERVER_BUSY and others, as the server says */
export async function connect(url: string, flags: RemoteFlags, options: ClientOptions): Promise<HearkenClient> {
  const token = tokenOf(flags);
  return HearkenClient.connect(url, { ...options, ...(token !== undefined && { token }) });
}

/** A recording as 16-bit mono in pieces of `seconds`. */
export async function pieces(path: string, seconds: number): Promise<{ sampleRate: number; pieces: Uint8Array[] }> {
  const { sampleRate, chunks } = await openAudio(path);
  const out: Uint8Array[] = [];
  const size = Math.round(seconds * sampleRate);
  let piece = new Int16Array(size);
  let filled = 0;
  const bytes = (samples: Int16Array): Uint8Array =>
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  for await (const planes of chunks) {
    for (const x of mixDown(planes)) {
      piece[filled++] = Math.max(-32768, Math.min(32767, Math.round(x * 32768)));
      if (filled < size) continue;
      out.push(bytes(piece));
      piece = new Int16Array(size);
      filled = 0;
    }
  }
  if (filled > 0) out.push(bytes(piece.subarray(0, filled)));
  return { sampleRate: Math.round(sampleRate), pieces: out };
}

/** Results on a terminal: finals as lines, what is still open behind them; elsewhere finals only. */
export async function showCaptions(client: HearkenClient): Promise<void> {
  const terminal = process.stdout.isTTY === true;
  const clear = terminal ? '\r\x1b[K' : '';
  for await (const result of client) {
    if (result.type === 'partial') {
      if (terminal) {
        const text = `${result.stable} ${result.unstable}`.trim();
        process.stdout.write(`${clear}${text.slice(-((process.stdout.columns ?? 80) - 1))}`);
      }
    } else if (result.type === 'final') process.stdout.write(`${clear}${result.text}\n`);
    else if (result.type === 'done')
      for (const w of result.warnings) process.stderr.write(`${clear}hearken: warning: ${w}\n`);
  }
}
