import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HearkenClient } from '../client/index.js';
import { startServer } from '../server/index.js';
import { pieces } from '../src/cli/remote.js';
import { Engine } from '../src/index.js';
import { keep } from './results.js';
import { manifest, SETS, withClips } from './scores.js';

/** Every how many clips one is also streamed through a server. */
const STREAMED = 5;
/** Seconds of audio in a message. */
const PIECE = 0.1;

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

async function fileResults(engine: Engine, path: string): Promise<unknown[]> {
  const results: unknown[] = [];
  for await (const result of engine.transcribe(path, { alternatives: 3 })) results.push(result);
  return results;
}

async function streamResults(url: string, path: string): Promise<unknown[]> {
  const { sampleRate, pieces: messages } = await pieces(path, PIECE);
  const client = await HearkenClient.connect(url, { encoding: 's16le', sampleRate, partials: true });
  const results: unknown[] = [];
  const listening = (async () => {
    // Partial results and latencies depend on when audio arrives; words, times and confidences must not.
    for await (const result of client) {
      if (result.type !== 'final') continue;
      const { text, words, start, end, reason, complete } = result;
      results.push({ text, words, start, end, reason, complete });
    }
  })();
  for (const message of messages) await client.send(message);
  client.finish();
  await listening;
  return results;
}

/**
 * A hash of the words, times, confidences and alternatives of every clip of the measured sets, from the file and (every fifth
 * clip) through a server. Two versions of the engine that print the same table give bit-identical results.
 * @param args where the hashes by clip go, one per line; then the corpora, by default all that are measured
 */
export async function hashesBench([out, ...corpora]: string[]): Promise<void> {
  await using engine = await Engine.load();
  const server = await startServer(engine, { port: 0, requestsPerMinute: 100_000 });
  const lines: string[] = [];
  const sums: Record<string, string> = {};
  try {
    for (const [corpus, split] of SETS.filter(([name]) => corpora.length === 0 || corpora.includes(name))) {
      const first = lines.length;
      await withClips(corpus, split, async (directory) => {
        const clips = manifest(corpus, split);
        for (let at = 0; at < clips.length; at += STREAMED) {
          const group = clips
            .slice(at, at + STREAMED)
            .map(({ id }) => ({ id, path: resolve(directory, `${id}.opus`) }));
          const own = await Promise.all(group.map(({ path }) => fileResults(engine, path)));
          for (const [i, { id }] of group.entries()) lines.push(`${corpus}/${id}\tfile\t${hash(own[i])}`);
          const streamed = await streamResults(`ws://127.0.0.1:${server.port}/v1/stream`, group[0].path);
          lines.push(`${corpus}/${group[0].id}\tstream\t${hash(streamed)}`);
        }
      });
      sums[`${corpus} ${split}`] = hash(lines.slice(first));
      console.log(`${corpus} ${split}: ${lines.length - first} hashes, together ${sums[`${corpus} ${split}`]}`);
    }
  } finally {
    await server.close();
  }
  if (out) writeFileSync(out, `${lines.join('\n')}\n`);
  if (corpora.length === 0) keep('hashes', { engine: engine.card.name, sums });
}
