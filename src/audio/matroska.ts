import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';

/** A track of a Matroska file (RFC 9559), as far as its sound is concerned. */
export interface MatroskaTrack {
  number: number;
  type: 'audio' | 'other';
  codec: string;
  channels: number;
}

/** Elements that hold others. They are entered and never closed: what is inside tells itself apart, and live streams do not know their sizes. */
const ENTERED = new Map([
  [0x18538067, 'segment'],
  [0x1654ae6b, 'tracks'],
  [0xae, 'track'],
  [0xe1, 'audio'],
  [0x1f43b675, 'cluster'],
  [0xa0, 'block group'],
]);
/** Elements that are read; all others are passed over. */
const READ = new Map([
  [0xd7, 'number'],
  [0x83, 'type'],
  [0x86, 'codec'],
  [0x9f, 'channels'],
  [0xa3, 'block'],
  [0xa1, 'block'],
]);
const AUDIO = 2;
/** Elements before the first cluster; more are no header. */
const MAX_HEADER = 10_000;

export interface Element {
  name: string;
  data: Uint8Array;
}

/** Length in bytes of a number whose first byte is `byte`, 1 to 8; 9 where it is none. */
const vintLength = (byte: number): number => Math.clz32(byte) - 23;

/** A number in as many bytes as its first says; undefined at the end of the source. @param marked keep the length marker, as in an id */
async function vint(reader: ByteReader, marked: boolean, what: string): Promise<number | undefined> {
  const [first] = await reader.peek(1);
  if (first === undefined) return undefined;
  const length = vintLength(first);
  if (length > (marked ? 4 : 8))
    throw new HearkenError('AUDIO_HEADER', `the WebM stream has no ${what} at byte ${reader.position}`);
  const view = await reader.exactly(length, `a WebM ${what}`);
  let value = marked ? first : first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + view.getUint8(i);
    unknown &&= view.getUint8(i) === 0xff;
  }
  return !marked && unknown ? Number.POSITIVE_INFINITY : value;
}

/** The elements from here on that matter, those that hold others before what they hold. @throws AUDIO_HEADER, AUDIO_TRUNCATED */
export async function* elements(reader: ByteReader): AsyncGenerator<Element> {
  for (;;) {
    const id = await vint(reader, true, 'element id');
    if (id === undefined) return;
    const size = await vint(reader, false, 'element size');
    if (size === undefined)
      throw new HearkenError('AUDIO_TRUNCATED', `input ends inside a WebM element at byte ${reader.position}`);
    const entered = ENTERED.get(id);
    if (entered !== undefined) {
      yield { name: entered, data: new Uint8Array(0) };
      continue;
    }
    if (size === Number.POSITIVE_INFINITY)
      throw new HearkenError('AUDIO_HEADER', `a WebM element without a size at byte ${reader.position}`);
    const name = READ.get(id);
    if (name === undefined) await reader.skip(size);
    else {
      const view = await reader.exactly(size, `a WebM ${name}`);
      yield { name, data: new Uint8Array(view.buffer, view.byteOffset, view.byteLength) };
    }
  }
}

/** Read up to the first cluster. @throws AUDIO_HEADER where there is none */
export async function readTracks(reader: ByteReader): Promise<MatroskaTrack[]> {
  const tracks: MatroskaTrack[] = [];
  let count = 0;
  for await (const { name, data } of elements(reader)) {
    if (name === 'cluster') return tracks;
    if (++count > MAX_HEADER) break;
    if (name === 'track') tracks.push({ number: 0, type: 'other', codec: 'unknown', channels: 1 });
    const track = tracks.at(-1);
    if (!track) continue;
    const value = data.reduce((n, byte) => n * 256 + byte, 0);
    if (name === 'number') track.number = value;
    else if (name === 'type') track.type = value === AUDIO ? 'audio' : 'other';
    else if (name === 'codec')
      track.codec = Buffer.from(data)
        .toString('latin1')
        .replace(/[^\x21-\x7e]/g, '')
        .slice(0, 40);
    else if (name === 'channels') track.channels = value;
  }
  throw new HearkenError('AUDIO_HEADER', 'the WebM stream holds no cluster of sound');
}

/** Frames of a block where it is of `track`, else none. @throws AUDIO_HEADER for a block that is none */
export function framesOf(block: Uint8Array, track: number): Uint8Array[] {
  const wrong = (): never => {
    throw new HearkenError('AUDIO_HEADER', 'the WebM stream has a damaged block');
  };
  const cursor = { at: 0 };
  const number = (): number => {
    const length = vintLength(block[cursor.at] ?? 0);
    if (length > 4 || cursor.at + length > block.length) return wrong();
    let value = block[cursor.at] & (0xff >> length);
    for (let i = 1; i < length; i++) value = value * 256 + block[cursor.at + i];
    cursor.at += length;
    return value;
  };
  if (number() !== track) return [];
  const flags = block[cursor.at + 2] ?? wrong(); // two bytes of time before them
  cursor.at += 3;
  const lacing = (flags >> 1) & 3;
  if (lacing === 0) return [block.subarray(cursor.at)];
  const frames = (block[cursor.at++] ?? wrong()) + 1;
  const sizes: number[] = [];
  if (lacing === 2) sizes.push(...Array<number>(frames - 1).fill(Math.floor((block.length - cursor.at) / frames)));
  else
    for (let f = 1; f < frames; f++) {
      if (lacing === 1) {
        let size = 0;
        let byte = 255;
        while (byte === 255) size += byte = block[cursor.at++] ?? wrong();
        sizes.push(size);
      } else if (f === 1) sizes.push(number());
      else {
        // A difference from the size before, around the middle of what its bytes can hold.
        const bias = 2 ** (7 * vintLength(block[cursor.at] ?? 0) - 1) - 1;
        sizes.push(sizes[f - 2] + number() - bias);
      }
    }
  const out: Uint8Array[] = [];
  for (const size of sizes) {
    if (size < 0 || cursor.at + size > block.length) return wrong();
    out.push(block.subarray(cursor.at, (cursor.at += size)));
  }
  out.push(block.subarray(cursor.at));
  return out;
}
