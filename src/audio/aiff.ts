import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import type { PcmEncoding } from './pcm.js';
import { type AudioSource, checkFormat, pcmChunks } from './source.js';

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));

/** 80-bit IEEE 754 extended, as AIFF writes its sample rate. */
function extended(view: DataView, at: number): number {
  const exponent = (view.getUint16(at) & 0x7fff) - 16383;
  return view.getUint32(at + 2) * 2 ** (exponent - 31) + view.getUint32(at + 6) * 2 ** (exponent - 63);
}

function encodingOf(compression: string, bits: number): PcmEncoding {
  if (compression === 'NONE' || compression === 'twos') {
    const width = Math.ceil(bits / 8);
    const plain: PcmEncoding[] = ['s8', 's16be', 's24be', 's32be'];
    if (width >= 1 && width <= 4) return plain[width - 1];
  }
  const named: Record<string, PcmEncoding> = {
    sowt: 's16le',
    fl32: 'f32be',
    FL32: 'f32be',
    fl64: 'f64be',
    FL64: 'f64be',
    alaw: 'alaw',
    ALAW: 'alaw',
    ulaw: 'mulaw',
    ULAW: 'mulaw',
  };
  const encoding = named[compression];
  if (!encoding)
    throw new HearkenError('AUDIO_UNSUPPORTED', `AIFF compression "${compression}" (${bits} bits) is not supported`);
  return encoding;
}

/** AIFF and AIFF-C (big-endian IFF). */
export async function openAiff(reader: ByteReader): Promise<AudioSource> {
  const head = await reader.exactly(12, 'the AIFF header');
  const type = text(head, 8);
  if (type !== 'AIFF' && type !== 'AIFC')
    throw new HearkenError('AUDIO_HEADER', `IFF file of type "${type}", not AIFF`);
  let format: { encoding: PcmEncoding; channels: number; sampleRate: number } | undefined;
  while ((await reader.peek(8)).length === 8) {
    const chunk = await reader.exactly(8, 'an AIFF chunk header');
    const name = text(chunk, 0);
    const size = chunk.getUint32(4);
    if (name === 'COMM') {
      const view = await reader.exactly(size + (size & 1), 'the AIFF "COMM" chunk');
      if (size < (type === 'AIFC' ? 22 : 18))
        throw new HearkenError('AUDIO_HEADER', `AIFF "COMM" chunk of ${size} bytes is too short`);
      const compression = type === 'AIFC' ? text(view, 18) : 'NONE';
      const channels = view.getUint16(0);
      const sampleRate = extended(view, 8);
      checkFormat(sampleRate, channels, 'the AIFF header');
      format = {
        encoding: encodingOf(compression, view.getUint16(6)),
        channels,
        sampleRate,
      };
    } else if (name === 'SSND') {
      if (!format) throw new HearkenError('AUDIO_UNSUPPORTED', 'AIFF sound comes before its "COMM" chunk');
      const offset = (await reader.exactly(8, 'the AIFF "SSND" chunk')).getUint32(0);
      await reader.skip(offset);
      const { encoding, channels, sampleRate } = format;
      const warnings: string[] = [];
      const bytes = size > 8 + offset ? size - 8 - offset : undefined;
      return {
        container: 'aiff',
        sampleRate,
        channels,
        warnings,
        chunks: pcmChunks(reader, encoding, channels, bytes, warnings),
      };
    } else {
      await reader.skip(size + (size & 1));
    }
  }
  throw new HearkenError('AUDIO_TRUNCATED', 'the AIFF file has no sound chunk');
}
