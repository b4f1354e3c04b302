import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HearkenError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { type AudioSource, pcmChunks } from './source.js';

const RATE = 16000;
const MAX_STDERR = 4096;

/**
 * Containers without a maintained WASM decoder (AAC in MP4, and whatever else ffmpeg knows): the user's own `ffmpeg`
 * decodes them to 16 kHz mono, fed through pipes so that no path or URL reaches it.
 */
export async function openWithFfmpeg(reader: ByteReader, container: string): Promise<AudioSource> {
  const args = ['-nostdin', '-v', 'error', '-protocol_whitelist', 'pipe,file', '-i', 'pipe:0', '-map', '0:a:0'];
  const child = spawn('ffmpeg', [...args, '-ac', '1', '-ar', String(RATE), '-f', 'f32le', 'pipe:1']);
  await once(child, 'spawn').catch((cause) => {
    throw new HearkenError(
      'AUDIO_UNSUPPORTED',
      `${container} needs "ffmpeg" on the PATH, which is not there; install it or convert the file to WAV, FLAC, MP3 or Ogg`,
      { cause },
    );
  });
  let stderr = '';
  child.stderr.on('data', (d: Buffer) => {
    if (stderr.length < MAX_STDERR) stderr += d.toString();
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  child.stdin.on('error', () => undefined); // ffmpeg may stop reading early
  const feeding = (async () => {
    for await (const bytes of reader.rest()) {
      if (!child.stdin.writable) break;
      if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, 'drain'), closed]);
    }
    child.stdin.end();
  })();
  feeding.catch(() => child.kill());
  const warnings: string[] = [];
  async function* chunks(): AsyncGenerator<Float32Array[]> {
    let samples = 0;
    try {
      for await (const planes of pcmChunks(new ByteReader(child.stdout), 'f32le', 1, undefined, warnings)) {
        samples += planes[0].length;
        yield planes;
      }
      await feeding;
      const [code] = await closed;
      const said = stderr.trim().split('\n')[0];
      if (code !== 0 && samples === 0) throw new HearkenError('AUDIO_CODEC', `ffmpeg could not decode the ${container} input: ${said}`);
      if (stderr) warnings.push(`ffmpeg: ${said}`);
    } finally {
      child.kill();
    }
  }
  return { container, sampleRate: RATE, channels: 1, warnings, chunks: chunks() };
}
