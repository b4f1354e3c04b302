import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HearkenError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import type { AudioSource } from './source.js';
import { openWav } from './wav.js';

const MAX_STDERR = 4096;
/** Bytes of the temporary file. */
const MAX_FILE = 2 ** 31;
const INPUT = '-nostdin -v error -protocol_whitelist file,pipe -i'.split(' ');
const OUTPUT = '-map 0:a:0 -c:a pcm_f32le -f wav pipe:1'.split(' ');

/**
 * Containers without a maintained WASM decoder (AAC in MP4, and what else ffmpeg knows): the user's own `ffmpeg` turns
 * them into WAV. MP4 may keep its index at the end, so the input first goes into a temporary file of our own naming.
 */
export async function openWithFfmpeg(reader: ByteReader, container: string, instead?: string): Promise<AudioSource> {
  const directory = await mkdtemp(join(tmpdir(), 'hearken-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const path = join(directory, 'input');
    await pipeline(atMost(reader.rest(), MAX_FILE), createWriteStream(path));
    return await decode(path, container, remove, instead);
  } catch (error) {
    await remove();
    throw error;
  }
}

/** @throws AUDIO_LIMIT */
async function* atMost(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) throw new HearkenError('AUDIO_LIMIT', `an input for ffmpeg may have ${most} bytes`);
    yield chunk;
  }
}

async function decode(
  path: string,
  container: string,
  remove: () => Promise<void>,
  instead: string | undefined,
): Promise<AudioSource> {
  const child = spawn('ffmpeg', [...INPUT, path, ...OUTPUT], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (d: Buffer) => {
    if (stderr.length < MAX_STDERR) stderr += d.toString();
  });
  await once(child, 'spawn').catch((cause) => {
    throw new HearkenError(
      'AUDIO_UNSUPPORTED',
      `${container} needs "ffmpeg" on the PATH${instead === undefined ? '' : `, or the npm package ${instead}`}; install it or convert the file to WAV, FLAC or Ogg Opus`,
      { cause },
    );
  });
  const closed = once(child, 'close');
  let source: AudioSource;
  try {
    source = await openWav(new ByteReader(child.stdout));
  } catch (cause) {
    child.kill();
    await closed;
    const said = stderr.trim().split('\n')[0] || 'no sound came out';
    throw new HearkenError('AUDIO_CODEC', `ffmpeg could not decode the ${container} input: ${said}`, { cause });
  }
  async function* chunks(): AsyncGenerator<Float32Array[]> {
    try {
      yield* source.chunks;
      await closed;
      if (stderr) source.warnings.push(`ffmpeg: ${stderr.trim().split('\n')[0]}`);
    } finally {
      child.kill();
      await remove();
    }
  }
  return { ...source, container, chunks: chunks() };
}
