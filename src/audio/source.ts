import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import { PcmDecoder, type PcmEncoding } from './pcm.js';

/** Lowest rate a stream may have, in Hz. */
export const MIN_SAMPLE_RATE = 6000;
/** Highest rate a stream may have, in Hz. */
export const MAX_SAMPLE_RATE = 192000;
export const MAX_CHANNELS = 64;

/** An opened recording. */
export interface AudioSource {
  /** What the bytes are: `wav`, `flac`, `ogg-opus`, … */
  readonly container: string;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Planar samples in [-1, 1], one array a channel. May be read once. */
  readonly chunks: AsyncGenerator<Float32Array[]>;
  /** Things worth telling the user, found while reading (a truncated data chunk, say). */
  readonly warnings: string[];
}

/** @throws AUDIO_HEADER where the rate or channel count cannot be. */
export function checkFormat(sampleRate: number, channels: number, where: string): void {
  if (!(sampleRate >= MIN_SAMPLE_RATE && sampleRate <= MAX_SAMPLE_RATE)) {
    throw new HearkenError(
      'AUDIO_HEADER',
      `${where} states a sample rate of ${sampleRate} Hz; ${MIN_SAMPLE_RATE} to ${MAX_SAMPLE_RATE} are possible`,
    );
  }
  if (!(Number.isInteger(channels) && channels >= 1 && channels <= MAX_CHANNELS)) {
    throw new HearkenError('AUDIO_HEADER', `${where} states ${channels} channels; 1 to ${MAX_CHANNELS} are possible`);
  }
}

/** Read `size` bytes of PCM (all the rest where undefined), warning where fewer come. */
export async function* pcmChunks(
  reader: ByteReader,
  encoding: PcmEncoding,
  channels: number,
  size: number | undefined,
  warnings: string[],
): AsyncGenerator<Float32Array[]> {
  const decoder = new PcmDecoder(encoding, channels);
  let left = size ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const bytes = await reader.some(Math.min(left, 1 << 16));
    if (bytes.length === 0) break;
    left -= bytes.length;
    const planes = decoder.decode(bytes);
    if (planes[0].length > 0) yield planes;
  }
  if (size !== undefined && left > 0)
    warnings.push(`the header states ${size} bytes of sound; ${size - left} are there`);
  if (decoder.leftover > 0) warnings.push(`${decoder.leftover} stray bytes behind the last whole sample`);
}
