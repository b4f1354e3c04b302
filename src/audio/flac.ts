import { HearkenError } from '../errors.js';
import { yieldToOthers } from '../turns.js';
import { OutOfBits } from './bit-reader.js';
import type { ByteReader } from './byte-reader.js';
import { BadFrame, decodeFrame, type FlacFormat, type FlacFrame } from './flac-frame.js';
import { type AudioSource, checkFormat } from './source.js';

/** Bytes looked at first for a frame, doubled until its end is among them. */
const FIRST_LOOK = 4096;
/** Beyond 65,535 samples of 8 channels and 32 bits no frame has bytes. */
const MAX_FRAME = 4 << 20;
const STREAMINFO_BYTES = 34;
/** Damaged places in a stream that are passed over. */
const MAX_BAD = 1000;

/** FLAC (RFC 9639), frame by frame. */
export async function openFlac(reader: ByteReader): Promise<AudioSource> {
  await reader.exactly(4, 'the FLAC marker');
  const format = await readMetadata(reader);
  const { sampleRate, channels } = format;
  checkFormat(sampleRate, channels, 'the FLAC header');
  const warnings: string[] = [];
  return { container: 'flac', sampleRate, channels, warnings, chunks: frames(reader, format, warnings) };
}

/** @throws AUDIO_HEADER, AUDIO_TRUNCATED */
async function readMetadata(reader: ByteReader): Promise<FlacFormat> {
  let format: FlacFormat | undefined;
  for (let last = false; !last; ) {
    const head = (await reader.exactly(4, 'a FLAC metadata header')).getUint32(0);
    last = head >>> 31 === 1;
    const type = (head >>> 24) & 127;
    const size = head & 0xff_ffff;
    if (type === 0 && !format) {
      if (size < STREAMINFO_BYTES) throw new HearkenError('AUDIO_HEADER', `FLAC STREAMINFO of ${size} bytes`);
      const info = await reader.exactly(STREAMINFO_BYTES, 'the FLAC STREAMINFO');
      const packed = info.getUint32(10);
      format = {
        sampleRate: packed >>> 12,
        channels: ((packed >>> 9) & 7) + 1,
        bits: ((packed >>> 4) & 31) + 1,
      };
      await reader.skip(size - STREAMINFO_BYTES);
    } else if ((await reader.skip(size)) < size)
      throw new HearkenError('AUDIO_TRUNCATED', 'the FLAC file ends inside its metadata');
  }
  if (!format) throw new HearkenError('AUDIO_HEADER', 'the FLAC file has no STREAMINFO');
  return format;
}

async function* frames(reader: ByteReader, format: FlacFormat, warnings: string[]): AsyncGenerator<Float32Array[]> {
  let any = false;
  let bad = 0;
  for (;;) {
    const frame = await nextFrame(reader, format);
    if (frame === undefined) {
      if (!any) throw new HearkenError('AUDIO_CODEC', 'the FLAC stream holds no frame');
      return;
    }
    if (typeof frame === 'string') {
      if (warnings.length < 10) warnings.push(`flac: ${frame}`);
      // Bytes made to look like beginnings of frames take long to be looked through.
      if (++bad > MAX_BAD) throw new HearkenError('AUDIO_CODEC', `the FLAC stream is damaged in ${MAX_BAD} places`);
      await yieldToOthers();
      continue;
    }
    any = true;
    if (frame.sampleRate !== format.sampleRate)
      throw new HearkenError('AUDIO_UNSUPPORTED', 'the FLAC stream changes its sample rate on the way');
    const scale = 2 ** -(frame.bits - 1);
    yield frame.planes.map((plane) => Float32Array.from(plane, (x) => x * scale));
  }
}

/** A frame; what was passed over that is none; undefined at the end. */
async function nextFrame(reader: ByteReader, format: FlacFormat): Promise<FlacFrame | string | undefined> {
  for (let look = FIRST_LOOK; ; look *= 2) {
    const bytes = await reader.peek(look);
    if (bytes.length === 0) return undefined;
    try {
      const frame = decodeFrame(bytes, format);
      await reader.skip(frame.bytes);
      return frame;
    } catch (error) {
      const ended = bytes.length < look || look >= MAX_FRAME;
      if (error instanceof OutOfBits && !ended) continue;
      if (!(error instanceof OutOfBits || error instanceof BadFrame)) throw error;
      const skipped = await reader.skip(1 + nextSync(bytes.subarray(1)));
      return `${skipped} bytes passed over: ${error instanceof BadFrame ? error.message : 'a frame that is cut off'}`;
    }
  }
}

/** Where the next frame may begin. */
function nextSync(bytes: Uint8Array): number {
  for (let i = 0; i + 1 < bytes.length; i++) if (bytes[i] === 0xff && (bytes[i + 1] & 0xfe) === 0xf8) return i;
  return Math.max(0, bytes.length - 1);
}
