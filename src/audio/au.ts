import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import type { PcmEncoding } from './pcm.js';
import { type AudioSource, checkFormat, pcmChunks } from './source.js';

const ENCODINGS: Record<number, PcmEncoding> = {
  1: 'mulaw',
  2: 's8',
  3: 's16be',
  4: 's24be',
  5: 's32be',
  6: 'f32be',
  7: 'f64be',
  27: 'alaw',
};

/** Sun/NeXT `.au` files. */
export async function openAu(reader: ByteReader): Promise<AudioSource> {
  const head = await reader.exactly(24, 'the AU header');
  const offset = head.getUint32(4);
  const size = head.getUint32(8);
  const code = head.getUint32(12);
  const sampleRate = head.getUint32(16);
  const channels = head.getUint32(20);
  if (offset < 24) throw new HearkenError('AUDIO_HEADER', `the AU header states that sound begins at byte ${offset}`);
  const encoding = ENCODINGS[code];
  if (!encoding) throw new HearkenError('AUDIO_UNSUPPORTED', `AU encoding ${code} is not supported`);
  checkFormat(sampleRate, channels, 'the AU header');
  await reader.skip(offset - 24);
  const warnings: string[] = [];
  const bytes = size === 0xffffffff || size === 0 ? undefined : size;
  return {
    container: 'au',
    sampleRate,
    channels,
    warnings,
    chunks: pcmChunks(reader, encoding, channels, bytes, warnings),
  };
}
