import { OpusDecoder } from 'opus-decoder';
import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import { elements, framesOf, type MatroskaTrack, readTracks } from './matroska.js';
import { decodeOpus } from './ogg-opus.js';
import { release } from './release.js';
import { type AudioSource, checkFormat } from './source.js';

/** WebM (Matroska) with Opus, as browsers' MediaRecorder writes it, packet by packet as it comes. */
export async function openWebm(reader: ByteReader): Promise<AudioSource> {
  const tracks = await readTracks(reader);
  const sound = tracks.filter((t) => t.type === 'audio');
  const track = sound.find((t) => t.codec === 'A_OPUS');
  if (!track) {
    const what = sound.length > 0 ? `sound coded as ${sound[0].codec}, not Opus` : 'no sound track';
    throw new HearkenError('AUDIO_UNSUPPORTED', `the WebM stream has ${what}`);
  }
  checkFormat(48000, track.channels, 'the WebM header');
  if (track.channels > 2)
    throw new HearkenError('AUDIO_UNSUPPORTED', `WebM Opus with ${track.channels} channels; 1 or 2 are supported`);
  const warnings: string[] = [];
  const chunks = packets(reader, track, warnings);
  return { container: 'webm', sampleRate: 48000, channels: track.channels, warnings, chunks };
}

async function* packets(reader: ByteReader, track: MatroskaTrack, warnings: string[]): AsyncGenerator<Float32Array[]> {
  const decoder = new OpusDecoder({ channels: track.channels });
  await decoder.ready;
  const warn = (message: string): void => {
    if (warnings.length < 10) warnings.push(`webm: ${message}`);
  };
  try {
    for await (const { name, data } of elements(reader)) {
      if (name !== 'block') continue;
      for (const frame of framesOf(data, track.number)) {
        const planes = decodeOpus(decoder, frame, warn);
        if (planes.length > 0) yield planes;
      }
    }
  } catch (error) {
    // What has come is worth having: a recording that was cut off ends inside a block.
    if (error instanceof HearkenError && error.code === 'AUDIO_TRUNCATED') warn(error.message);
    else if (error instanceof HearkenError) throw error;
    else
      throw new HearkenError('AUDIO_CODEC', `the WebM stream is damaged: ${(error as Error).message}`, {
        cause: error,
      });
  } finally {
    release(decoder);
  }
}
