import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { HearkenError } from '../errors.js';
import { cannotRead } from '../input-file.js';
import { yieldToOthers } from '../turns.js';
import { openAiff } from './aiff.js';
import { openAu } from './au.js';
import { ByteReader } from './byte-reader.js';
import { type CompressedContainer, openCompressed } from './compressed.js';
import { openWithFfmpeg } from './ffmpeg.js';
import { openFlac } from './flac.js';
import { openOggOpus } from './ogg-opus.js';
import type { PcmEncoding } from './pcm.js';
import { SoundLimit, type SoundLimits } from './sound-limit.js';
import { type AudioSource, checkFormat, pcmChunks } from './source.js';
import { openSphere } from './sphere.js';
import { openWav } from './wav.js';
import { openWebm } from './webm.js';

/** A path, bytes, a Node stream, or any async sequence of byte chunks. */
export type AudioInput = string | Uint8Array | Readable | AsyncIterable<Uint8Array>;

/** Headerless PCM: nothing can be sniffed, so the caller says what it is. */
export interface RawFormat {
  encoding: PcmEncoding;
  sampleRate: number;
  channels?: number;
}

const SNIFF_BYTES = 64;

/** Length of an ID3v2 tag at the start of MP3 (or FLAC) data, 0 without one. */
function id3Size(head: Uint8Array): number {
  if (head.length < 10 || head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33) return 0;
  return 10 + ((head[6] & 127) << 21) + ((head[7] & 127) << 14) + ((head[8] & 127) << 7) + (head[9] & 127);
}

/** Name of the container the first bytes belong to; undefined where none is known. */
export function sniff(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, SNIFF_BYTES)).toString('latin1');
  if (text.startsWith('RIFF') || text.startsWith('RF64')) return 'wav';
  if (text.startsWith('FORM')) return 'aiff';
  if (text.startsWith('.snd')) return 'au';
  if (text.startsWith('NIST_1A')) return 'sphere';
  if (text.startsWith('fLaC')) return 'flac';
  if (text.startsWith('OggS'))
    return text.includes('OpusHead') ? 'ogg-opus' : text.includes('vorbis') ? 'ogg-vorbis' : 'ogg';
  if (text.startsWith('\x1aE\xdf\xa3')) return 'webm';
  if (text.slice(4, 8) === 'ftyp') return 'mp4';
  if (id3Size(head) > 0) return 'mp3';
  // MPEG frame sync with a valid version, layer III and bit rate; ADTS AAC has layer 0.
  if (head.length >= 4 && head[0] === 0xff && (head[1] & 0xe0) === 0xe0) {
    if ((head[1] & 0x06) === 0 && (head[1] & 0xf0) === 0xf0) return 'aac';
    if ((head[1] & 0x18) !== 0x08 && (head[1] & 0x06) === 0x02 && head[2] >> 4 !== 15 && (head[2] & 0x0c) !== 0x0c)
      return 'mp3';
  }
  return undefined;
}

async function openByName(reader: ByteReader, container: string | undefined): Promise<AudioSource> {
  switch (container) {
    case 'wav':
      return openWav(reader);
    case 'aiff':
      return openAiff(reader);
    case 'au':
      return openAu(reader);
    case 'sphere':
      return openSphere(reader);
    case 'webm':
      return openWebm(reader);
    case 'flac':
      return openFlac(reader);
    case 'ogg-opus':
      return openOggOpus(reader);
    case 'mp3':
    case 'ogg-vorbis':
      return openCompressed(reader, container as CompressedContainer);
    case 'mp4':
    case 'aac':
    case 'ogg':
      return openWithFfmpeg(reader, container);
    default:
      throw new HearkenError(
        'AUDIO_FORMAT',
        'not audio in a known container (WAV, AIFF, AU, SPHERE, FLAC, MP3, Ogg, WebM, MP4); headerless PCM needs its rate and encoding stated',
      );
  }
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function bytesOf(input: AudioInput): Promise<AsyncIterable<Uint8Array>> {
  if (input instanceof Uint8Array) return single(input);
  if (typeof input !== 'string') return input as AsyncIterable<Uint8Array>;
  const info = await stat(input).catch((cause) => {
    throw cannotRead(input, cause);
  });
  if (info.isDirectory()) throw new HearkenError('INPUT_NOT_FOUND', `${input} is a directory, not a recording`);
  return createReadStream(input, { highWaterMark: 1 << 16 });
}

/** The input behind a container can be much more sound than it has bytes. */
const COMPRESSED = new Set(['flac', 'mp3', 'ogg-opus', 'ogg-vorbis', 'ogg', 'webm', 'mp4', 'aac']);

/** Every block counts as it comes, and others of the thread get their turn between two. */
async function* limited(source: AudioSource, reader: ByteReader, limits: SoundLimits): AsyncGenerator<Float32Array[]> {
  const limit = new SoundLimit(limits);
  const compressed = COMPRESSED.has(source.container);
  try {
    for await (const planes of source.chunks) {
      limit.add(planes[0].length, source.sampleRate, compressed ? reader.position : undefined);
      yield planes;
      await yieldToOthers();
    }
  } finally {
    // A file that is not read to its end stays open otherwise.
    await reader.close();
  }
}

/**
 * Open a recording: find out its container, read its header, and hand out its samples as they are read.
 * @throws AUDIO_EMPTY, AUDIO_FORMAT, AUDIO_HEADER, AUDIO_TRUNCATED, AUDIO_UNSUPPORTED, AUDIO_CODEC, INPUT_NOT_FOUND; AUDIO_LIMIT as samples
 * are read
 */
export async function openAudio(input: AudioInput, raw?: RawFormat, limits: SoundLimits = {}): Promise<AudioSource> {
  const reader = new ByteReader(await bytesOf(input));
  try {
    const source = await openReader(reader, raw);
    return { ...source, chunks: limited(source, reader, limits) };
  } catch (error) {
    await reader.close().catch(() => undefined);
    throw (error as NodeJS.ErrnoException).code && !(error instanceof HearkenError)
      ? new HearkenError('INPUT_NOT_FOUND', `cannot read the input: ${(error as Error).message}`, { cause: error })
      : error;
  }
}

async function openReader(reader: ByteReader, raw: RawFormat | undefined): Promise<AudioSource> {
  const head = await reader.peek(SNIFF_BYTES);
  if (head.length === 0) throw new HearkenError('AUDIO_EMPTY', 'the input is empty');
  if (!raw) return openByName(reader, sniff(head));
  const channels = raw.channels ?? 1;
  checkFormat(raw.sampleRate, channels, 'the raw format');
  const warnings: string[] = [];
  const chunks = pcmChunks(reader, raw.encoding, channels, undefined, warnings);
  return { container: 'raw', sampleRate: raw.sampleRate, channels, warnings, chunks };
}
