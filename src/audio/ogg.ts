import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';

/** Longest packet that is put together from pages: those of the codecs' setup are the longest. */
const MAX_PACKET = 1 << 20;
const HEADER = 27;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;
/** Granule position of a page on which no packet ends. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

/** CRC-32 with the polynomial 0x04c11db7, not reflected, as RFC 3533 has it. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte << 24;
  for (let i = 0; i < 8; i++) c = c & 0x8000_0000 ? (c << 1) ^ 0x04c1_1db7 : c << 1;
  return c >>> 0;
});

function checksum(page: Uint8Array): number {
  let c = 0;
  // The checksum's own bytes count as zeros.
  for (let i = 0; i < page.length; i++) c = ((c << 8) ^ CRC[(c >>> 24) ^ (i >= 22 && i < 26 ? 0 : page[i])]) >>> 0;
  return c;
}

/** A packet of the sound, as its container cut it. */
export interface OggPacket {
  data: Uint8Array;
  /** The first of a logical stream: a file may hold several, one after another. */
  first: boolean;
  /** Samples of the logical stream up to the end of this packet; known of the last one of a page. */
  position?: number;
  /** The last of a logical stream. */
  last: boolean;
}

/**
 * Packets of an Ogg stream (RFC 3533), those of its first logical stream and of streams chained behind it. Pages that are damaged
 * are passed over. @param warn called for each of them
 */
export async function* oggPackets(reader: ByteReader, warn: (message: string) => void): AsyncGenerator<OggPacket> {
  let serial: number | undefined;
  let begun: Uint8Array[] = [];
  let size = 0;
  let fresh = true;
  for (;;) {
    const page = await nextPage(reader, warn);
    if (!page) return;
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const flags = page[5];
    const own = view.getUint32(14, true);
    if (serial === undefined && (flags & FIRST) !== 0) {
      serial = own;
      fresh = true;
      begun = [];
      size = 0;
    }
    if (own !== serial) continue;
    if ((flags & CONTINUED) === 0 && size > 0) {
      begun = [];
      size = 0;
    }
    const granule = view.getBigUint64(6, true);
    const lacing = page.subarray(HEADER, HEADER + page[26]);
    let at = HEADER + lacing.length;
    const ends = lacing.findLastIndex((n) => n < 255);
    // The end of a packet whose beginning was lost.
    let orphan = (flags & CONTINUED) !== 0 && size === 0;
    for (const [i, length] of lacing.entries()) {
      begun.push(page.subarray(at, at + length));
      at += length;
      size += length;
      if (size > MAX_PACKET) throw new HearkenError('AUDIO_HEADER', `an Ogg packet has more than ${MAX_PACKET} bytes`);
      if (length === 255) continue;
      const data = begun.length === 1 ? begun[0] : Buffer.concat(begun);
      begun = [];
      size = 0;
      if (!orphan) {
        const position = i === ends && granule !== NO_POSITION ? Number(granule) : undefined;
        const last = i === ends && (flags & LAST) !== 0;
        yield { data, first: fresh, last, ...(position !== undefined && { position }) };
        fresh = false;
      }
      orphan = false;
    }
    // Another may begin behind it.
    if ((flags & LAST) !== 0) serial = undefined;
  }
}

/** The next whole page; undefined at the end. */
async function nextPage(reader: ByteReader, warn: (message: string) => void): Promise<Uint8Array | undefined> {
  for (let skipped = 0; ; ) {
    const head = await reader.peek(HEADER);
    if (head.length < HEADER) {
      if (head.length + skipped > 0) warn('the stream ends inside a page');
      return undefined;
    }
    if (head[0] === 0x4f && head[1] === 0x67 && head[2] === 0x67 && head[3] === 0x53 && head[4] === 0) {
      const table = await reader.peek(HEADER + head[26]);
      const size = table.subarray(HEADER).reduce((sum, n) => sum + n, HEADER + head[26]);
      const page = await reader.peek(size);
      if (page.length < size) {
        warn('the stream ends inside a page');
        return undefined;
      }
      const stated = (page[22] | (page[23] << 8) | (page[24] << 16) | (page[25] << 24)) >>> 0;
      if (checksum(page) === stated) {
        if (skipped > 0) warn(`${skipped} bytes between pages are passed over`);
        await reader.skip(size);
        return page;
      }
    }
    await reader.skip(1);
    skipped++;
    // So that a look for the next page among damaged bytes goes on in steps of what is there.
    const ahead = await reader.peek(1 << 12);
    const at = Buffer.from(ahead.buffer, ahead.byteOffset, ahead.length).indexOf('OggS');
    const step = at >= 0 ? at : Math.max(0, ahead.length - 3);
    await reader.skip(step);
    skipped += step;
  }
}
