import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import { openWithFfmpeg } from './ffmpeg.js';
import { release } from './release.js';
import { type AudioSource, checkFormat } from './source.js';

interface Decoded {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
  errors: { message: string }[];
}

/** What the WASM decoders of the wasm-audio-decoders family have in common. */
interface WasmDecoder {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Decoded | Promise<Decoded>;
  free(): void;
}

/**
 * Decoders that a user may install: they hold code under the LGPL, which this package does not ship (`mpg123-decoder` the library
 * libmpg123, `@wasm-audio-decoders/ogg-vorbis` the package codec-parser).
 */
const DECODERS = {
  mp3: { name: 'mpg123-decoder', make: async () => new (await import('mpg123-decoder')).MPEGDecoder() },
  'ogg-vorbis': {
    name: '@wasm-audio-decoders/ogg-vorbis',
    make: async () => new (await import('@wasm-audio-decoders/ogg-vorbis')).OggVorbisDecoder(),
  },
} satisfies Record<string, { name: string; make: () => Promise<WasmDecoder> }>;

export type CompressedContainer = keyof typeof DECODERS;

/** Undefined where it is not installed. */
async function decoderOf(container: CompressedContainer): Promise<WasmDecoder | undefined> {
  try {
    return await DECODERS[container].make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Bytes decoded in one call: a decoder gives all their sound at once, which may be thousands of times their size.
 */
const PIECE = 256;

/** MP3 and Ogg Vorbis by the decoder that is installed, piece by piece; else by ffmpeg, once all has come. */
export async function openCompressed(reader: ByteReader, container: CompressedContainer): Promise<AudioSource> {
  const decoder = await decoderOf(container);
  if (!decoder) return openWithFfmpeg(reader, container, DECODERS[container].name);
  await decoder.ready;
  const warnings: string[] = [];
  const pieces = decodePieces(reader, decoder, container, warnings);
  const first = await pieces.next();
  if (first.done)
    throw new HearkenError('AUDIO_CODEC', `no sound could be decoded from the ${container} stream${reason(warnings)}`);
  const { sampleRate, channelData } = first.value;
  checkFormat(sampleRate, channelData.length, `the ${container} stream`);
  async function* chunks(): AsyncGenerator<Float32Array[]> {
    yield channelData;
    for await (const piece of pieces) {
      if (piece.sampleRate !== sampleRate || piece.channelData.length !== channelData.length) {
        throw new HearkenError(
          'AUDIO_UNSUPPORTED',
          `the ${container} stream changes its rate or channel count on the way`,
        );
      }
      yield piece.channelData;
    }
  }
  return { container, sampleRate, channels: channelData.length, warnings, chunks: chunks() };
}

const reason = (warnings: string[]): string => (warnings.length > 0 ? ` (${warnings[0]})` : '');

async function* decodePieces(
  reader: ByteReader,
  decoder: WasmDecoder,
  container: string,
  warnings: string[],
): AsyncGenerator<Decoded> {
  const note = (decoded: Decoded): Decoded => {
    for (const e of decoded.errors) if (warnings.length < 10) warnings.push(`${container}: ${e.message}`);
    return decoded;
  };
  try {
    for (let bytes = await reader.some(PIECE); bytes.length > 0; bytes = await reader.some(PIECE)) {
      const decoded = note(await decoder.decode(bytes));
      if (decoded.samplesDecoded > 0) yield decoded;
    }
    const last = decoder.flush ? note(await decoder.flush()) : undefined;
    if (last && last.samplesDecoded > 0) yield last;
  } catch (error) {
    if (error instanceof HearkenError) throw error;
    throw new HearkenError('AUDIO_CODEC', `the ${container} stream is damaged: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    release(decoder);
  }
}
