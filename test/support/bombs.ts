/** Files that are small and would become hours of sound. */

function crc(bytes: Uint8Array, width: 8 | 16 | 32, polynomial: number): number {
  const top = 2 ** (width - 1);
  let c = 0;
  for (const byte of bytes) {
    c = (c ^ (byte << (width - 8))) >>> 0;
    for (let i = 0; i < 8; i++) c = ((c & top) !== 0 ? (c << 1) ^ polynomial : c << 1) >>> 0;
    if (width < 32) c &= 2 ** width - 1;
  }
  return c;
}

/** Frames of 65,535 samples that are all zero, a few bytes each. */
export function flacBomb({ bytes, channels, rate }: { bytes: number; channels: number; rate: number }): Buffer {
  const block = 65_535;
  const info = Buffer.alloc(34);
  info.writeUInt16BE(block, 0);
  info.writeUInt16BE(block, 2);
  info.writeBigUInt64BE((BigInt(rate) << 44n) | (BigInt(channels - 1) << 41n) | (15n << 36n), 10);
  const parts = [Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, 34]), info];
  for (let size = 42, n = 0; size < bytes; n++) {
    const head = [0xff, 0xf8, 0x70, ((channels - 1) << 4) | 8, ...coded(n), (block - 1) >> 8, (block - 1) & 255];
    const body = [...head, crc(Uint8Array.from(head), 8, 7), ...Array.from({ length: 3 * channels }, () => 0)];
    const check = crc(Uint8Array.from(body), 16, 0x8005);
    const frame = Buffer.from([...body, check >> 8, check & 255]);
    parts.push(frame);
    size += frame.length;
  }
  return Buffer.concat(parts);
}

/** As UTF-8 has it. */
function coded(n: number): number[] {
  if (n < 128) return [n];
  if (n < 2048) return [0xc0 | (n >> 6), 0x80 | (n & 63)];
  return [0xe0 | (n >> 12), 0x80 | ((n >> 6) & 63), 0x80 | (n & 63)];
}

function oggPage(packets: Uint8Array[], sequence: number, flags: number, granule: number): Buffer {
  const head = Buffer.alloc(27);
  head.write('OggS');
  head[5] = flags;
  head.writeBigUInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(7, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = packets.length;
  const page = Buffer.concat([head, Buffer.from(packets.map((p) => p.length)), ...packets]);
  page.writeUInt32LE(crc(page, 32, 0x04c1_1db7), 22);
  return page;
}

/** Packets of two bytes that are 120 ms each. */
export function opusBomb({ pages, channels }: { pages: number; channels: number }): Buffer {
  // One stream that all channels are taken from.
  const mapped = channels > 2 ? [1, 1, 0, ...Array.from({ length: channels }, () => 0)] : [0];
  const head = Buffer.from([...Buffer.from('OpusHead'), 1, channels, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, ...mapped]);
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const parts = [oggPage([head], 0, 2, 0), oggPage([tags], 1, 0, 0)];
  // SILK of 60 ms, twice, without a byte of content.
  const packet = Buffer.from([0x1b, 0x02]);
  for (let i = 0; i < pages; i++)
    parts.push(
      oggPage(
        Array.from({ length: 255 }, () => packet),
        i + 2,
        0,
        (i + 1) * 255 * 5760,
      ),
    );
  return Buffer.concat(parts);
}
