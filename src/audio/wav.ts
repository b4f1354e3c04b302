import { HearkenError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import type { PcmEncoding } from './pcm.js';
import { type AudioSource, checkFormat, pcmChunks } from './source.js';

const PCM = 1;
const FLOAT = 3;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;
/** Data size of a file written to a pipe: unknown. */
const UNKNOWN_SIZE = 0xffffffff;
/** No real file has this many chunks before its data. */
const MAX_CHUNKS = 1000;
/** Sound held in memory until a format chunk behind it says what it is. */
const MAX_HELD = 32 << 20;

interface Format {
  encoding: PcmEncoding;
  channels: number;
  sampleRate: number;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function encodingOf(code: number, bits: number): PcmEncoding {
  if (code === PCM) {
    if (bits > 0 && bits <= 8) return 'u8';
    if (bits > 8 && bits <= 16) return 's16le';
    if (bits > 16 && bits <= 24) return 's24le';
    if (bits > 24 && bits <= 32) return 's32le';
  }
  if (code === FLOAT && bits === 32) return 'f32le';
  if (code === FLOAT && bits === 64) return 'f64le';
  if (code === ALAW && bits === 8) return 'alaw';
  if (code === MULAW && bits === 8) return 'mulaw';
  throw new HearkenError('AUDIO_UNSUPPORTED', `WAV format code ${code} with ${bits} bits a sample is not supported`);
}

async function readFormat(reader: ByteReader, size: number): Promise<Format> {
  if (size < 16) throw new HearkenError('AUDIO_HEADER', `WAV "fmt " chunk of ${size} bytes is shorter than 16`);
  if (size > 4096) throw new HearkenError('AUDIO_HEADER', `WAV "fmt " chunk claims ${size} bytes`);
  const view = await reader.exactly(size, 'the WAV "fmt " chunk');
  let code = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const blockAlign = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  // The real code is the first two bytes of the sub-format GUID.
  if (code === EXTENSIBLE && size >= 26) code = view.getUint16(24, true);
  checkFormat(sampleRate, channels, 'the WAV header');
  // The container size of a sample (block align) wins over the valid bits: 20-bit samples sit in 24.
  const container = blockAlign > 0 && blockAlign % channels === 0 ? (blockAlign / channels) * 8 : bits;
  return { encoding: encodingOf(code, Math.max(container, bits)), channels, sampleRate };
}

/** RIFF and RF64 WAVE files: chunks in any order, sizes of streams (0, 0xFFFFFFFF) read to the end. */
export async function openWav(reader: ByteReader): Promise<AudioSource> {
  const head = await reader.exactly(12, 'the RIFF header');
  if (tag(head, 8) !== 'WAVE')
    throw new HearkenError('AUDIO_HEADER', `RIFF file of type "${tag(head, 8)}", not "WAVE"`);
  const rf64 = tag(head, 0) === 'RF64';
  let format: Format | undefined;
  let wideSize: number | undefined;
  let held: Uint8Array | undefined;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks++) {
    if ((await reader.peek(8)).length < 8) break;
    const chunk = await reader.exactly(8, 'a WAV chunk header');
    const name = tag(chunk, 0);
    const size = chunk.getUint32(4, true);
    if (name === 'fmt ') {
      format = await readFormat(reader, size);
      await reader.skip(size & 1);
      if (held) return dataSource(new ByteReader(once(held)), format, held.length);
    } else if (name === 'ds64' && size >= 16) {
      const view = await reader.exactly(16, 'the RF64 "ds64" chunk');
      wideSize = Number(view.getBigUint64(8, true));
      await reader.skip(size - 16 + (size & 1));
    } else if (name === 'data') {
      const length = dataSize(size, rf64 ? wideSize : undefined);
      if (format) return dataSource(reader, format, length);
      held = await hold(reader, length);
      await reader.skip(held.length & 1);
    } else {
      await reader.skip(size + (size & 1));
    }
  }
  throw new HearkenError(
    'AUDIO_TRUNCATED',
    format ? 'the WAV file has no "data" chunk' : 'the WAV file has no "fmt " chunk',
  );
}

/** The data chunk of a file whose format comes later. */
async function hold(reader: ByteReader, length: number | undefined): Promise<Uint8Array> {
  if (length === undefined || length > MAX_HELD) {
    throw new HearkenError(
      'AUDIO_UNSUPPORTED',
      `WAV data of ${length ?? 'unknown'} bytes comes before its "fmt " chunk; at most ${MAX_HELD} are held until it comes`,
    );
  }
  const parts: Uint8Array[] = [];
  let left = length;
  while (left > 0) {
    const part = await reader.some(left);
    if (part.length === 0) throw new HearkenError('AUDIO_TRUNCATED', 'the WAV file ends before its "fmt " chunk');
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function dataSize(size: number, wide: number | undefined): number | undefined {
  if (wide !== undefined && size === UNKNOWN_SIZE) return wide > 0 ? wide : undefined;
  return size === UNKNOWN_SIZE || size === 0 ? undefined : size;
}

function dataSource(reader: ByteReader, format: Format, size: number | undefined): AudioSource {
  const warnings: string[] = [];
  const { encoding, channels, sampleRate } = format;
  return {
    container: 'wav',
    sampleRate,
    channels,
    warnings,
    chunks: pcmChunks(reader, encoding, channels, size, warnings),
  };
}
