import { BufferSource, EncodedPacketSink, Input, type InputAudioTrack, WEBM } from 'mediabunny';
import { OpusDecoder } from 'opus-decoder';
import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import { type AudioSource, checkFormat } from './source.js';

/** WebM is indexed from within, so it is read whole; a browser's recording of hours stays far below this. */
const MAX_BYTES = 512 << 20;

async function readWhole(reader: ByteReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of reader.rest()) {
    size += bytes.length;
    if (size > MAX_BYTES) throw new HearkenError('AUDIO_UNSUPPORTED', `WebM input of more than ${MAX_BYTES} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** WebM (Matroska) with Opus, as browsers' MediaRecorder writes it. */
export async function openWebm(reader: ByteReader): Promise<AudioSource> {
  const bytes = await readWhole(reader);
  const source = new BufferSource(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
  );
  let track: InputAudioTrack | null;
  try {
    track = await new Input({ source, formats: [WEBM] }).getPrimaryAudioTrack();
  } catch (error) {
    throw new HearkenError('AUDIO_HEADER', `the WebM header is wrong: ${(error as Error).message}`, { cause: error });
  }
  if (!track) throw new HearkenError('AUDIO_UNSUPPORTED', 'the WebM file has no sound track');
  if (track.codec !== 'opus')
    throw new HearkenError('AUDIO_UNSUPPORTED', `WebM sound coded as ${track.codec}, not Opus`);
  const channels = track.numberOfChannels;
  checkFormat(48000, channels, 'the WebM header');
  if (channels > 2)
    throw new HearkenError('AUDIO_UNSUPPORTED', `WebM Opus with ${channels} channels; 1 or 2 are supported`);
  const warnings: string[] = [];
  return { container: 'webm', sampleRate: 48000, channels, warnings, chunks: packets(track, channels, warnings) };
}

async function* packets(track: InputAudioTrack, channels: number, warnings: string[]): AsyncGenerator<Float32Array[]> {
  const decoder = new OpusDecoder({ channels });
  await decoder.ready;
  try {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const { channelData, samplesDecoded, errors } = decoder.decodeFrame(packet.data);
      for (const e of errors) if (warnings.length < 10) warnings.push(`webm: ${e.message}`);
      if (samplesDecoded > 0) yield channelData;
    }
  } catch (error) {
    throw new HearkenError('AUDIO_CODEC', `the WebM stream is damaged: ${(error as Error).message}`, { cause: error });
  } finally {
    decoder.free();
  }
}
