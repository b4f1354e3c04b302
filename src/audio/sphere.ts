import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import type { PcmEncoding } from './pcm.js';
import { type AudioSource, checkFormat, pcmChunks } from './source.js';

/** NIST SPHERE files (`.sph`), uncompressed: PCM of 1 to 4 bytes, mu-law, A-law. */
export async function openSphere(reader: ByteReader): Promise<AudioSource> {
  const first = await reader.exactly(16, 'the SPHERE header');
  const size = Number.parseInt(Buffer.from(first.buffer, first.byteOffset + 8, 8).toString('latin1'), 10);
  if (!(size >= 16 && size <= 1 << 16))
    throw new HearkenError('AUDIO_HEADER', `SPHERE header states a size of ${size} bytes`);
  const view = await reader.exactly(size - 16, 'the SPHERE header');
  const fields = new Map<string, string>();
  for (const line of Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1').split('\n')) {
    if (line.startsWith('end_head')) break;
    const [name, , ...value] = line.trim().split(/\s+/);
    if (name) fields.set(name, value.join(' '));
  }
  const number = (name: string, fallback: number): number => Number(fields.get(name) ?? fallback);
  const sampleRate = number('sample_rate', Number.NaN);
  const channels = number('channel_count', 1);
  checkFormat(sampleRate, channels, 'the SPHERE header');
  const encoding = encodingOf(
    fields.get('sample_coding') ?? 'pcm',
    number('sample_n_bytes', 2),
    fields.get('sample_byte_format'),
  );
  const frames = number('sample_count', 0);
  const warnings: string[] = [];
  const bytes = frames > 0 ? frames * channels * number('sample_n_bytes', 2) : undefined;
  return {
    container: 'sphere',
    sampleRate,
    channels,
    warnings,
    chunks: pcmChunks(reader, encoding, channels, bytes, warnings),
  };
}

function encodingOf(coding: string, width: number, order: string | undefined): PcmEncoding {
  if (coding === 'ulaw' || coding === 'mu-law') return 'mulaw';
  if (coding === 'alaw') return 'alaw';
  const end = order?.startsWith('01') ? 'le' : 'be';
  if (coding === 'pcm' && width === 1) return 's8';
  if (coding === 'pcm' && width >= 2 && width <= 4) return `s${(width * 8) as 16 | 24 | 32}${end}`;
  throw new HearkenError(
    'AUDIO_UNSUPPORTED',
    `SPHERE coding "${coding}" with ${width} bytes a sample is not supported`,
  );
}
