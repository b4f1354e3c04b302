import { BitReader } from './bit-reader.js';

/** Something in a frame that the format does not allow. */
export class BadFrame extends Error {}

export interface FlacFormat {
  sampleRate: number;
  channels: number;
  bits: number;
}

export interface FlacFrame {
  /** Samples of each channel, as whole numbers. */
  planes: Float64Array[];
  bits: number;
  sampleRate: number;
  /** Of the frame in the input. */
  bytes: number;
}

const RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
const BITS = [0, 8, 12, 0, 16, 20, 24, 32];
/** How samples are predicted from the 0 to 4 before. */
const FIXED = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

const CRC8 = table(8, 0x07);
const CRC16 = table(16, 0x8005);

function table(width: 8 | 16, polynomial: number): Uint16Array {
  const top = 1 << (width - 1);
  const mask = 2 ** width - 1;
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let c = byte << (width - 8);
    for (let i = 0; i < 8; i++) c = (c & top ? (c << 1) ^ polynomial : c << 1) & mask;
    return c;
  });
}

function crc8(bytes: Uint8Array): number {
  return bytes.reduce((c, byte) => CRC8[c ^ byte], 0);
}

function crc16(bytes: Uint8Array): number {
  let c = 0;
  for (const byte of bytes) c = ((c << 8) & 0xffff) ^ CRC16[(c >> 8) ^ byte];
  return c;
}

/**
 * Decode the frame at the beginning of `bytes` (RFC 9639, section 9).
 * @throws OutOfBits where its end is not there; BadFrame
 */
export function decodeFrame(bytes: Uint8Array, format: FlacFormat): FlacFrame {
  const reader = new BitReader(bytes);
  if (reader.read(15) !== 0x7ffc) throw new BadFrame('no frame begins here');
  reader.read(1); // Whether blocks differ in size; each says its own.
  const sizeCode = reader.read(4);
  const rateCode = reader.read(4);
  const channelCode = reader.read(4);
  const bits = BITS[reader.read(3)] || format.bits;
  if (reader.read(1) !== 0 || channelCode > 10 || sizeCode === 0 || rateCode === 15)
    throw new BadFrame('reserved bits');
  skipNumber(reader);
  const size = blockSize(sizeCode, reader);
  const sampleRate = frameRate(rateCode, reader) || format.sampleRate;
  const headerEnd = reader.byte;
  if (reader.read(8) !== crc8(bytes.subarray(0, headerEnd))) throw new BadFrame('a header with a wrong checksum');
  const channels = channelCode < 8 ? channelCode + 1 : 2;
  if (channels !== format.channels) throw new BadFrame(`${channels} channels in a stream of ${format.channels}`);
  const planes: Float64Array[] = [];
  for (let c = 0; c < channels; c++) {
    // The difference of two channels has one bit more.
    const side = (channelCode === 8 && c === 1) || (channelCode === 9 && c === 0) || (channelCode === 10 && c === 1);
    planes.push(subframe(reader, size, side ? bits + 1 : bits));
  }
  reader.align();
  const end = reader.byte;
  if (reader.read(16) !== crc16(bytes.subarray(0, end))) throw new BadFrame('a wrong checksum');
  correlate(planes, channelCode);
  return { planes, bits, sampleRate, bytes: end + 2 };
}

/** The number of the frame or sample, coded like UTF-8; nothing depends on it. */
function skipNumber(reader: BitReader): void {
  const lead = reader.read(8);
  const ones = Math.clz32(~(lead << 24));
  if (ones === 1 || ones > 7) throw new BadFrame('a number that is none');
  for (let i = 1; i < ones; i++) if (reader.read(8) >> 6 !== 2) throw new BadFrame('a number that is none');
}

function blockSize(code: number, reader: BitReader): number {
  if (code === 1) return 192;
  if (code < 6) return 576 << (code - 2);
  if (code === 6) return reader.read(8) + 1;
  if (code === 7) return reader.read(16) + 1;
  return 256 << (code - 8);
}

function frameRate(code: number, reader: BitReader): number {
  if (code === 12) return reader.read(8) * 1000;
  if (code === 13) return reader.read(16);
  if (code === 14) return reader.read(16) * 10;
  return RATES[code];
}

function subframe(reader: BitReader, size: number, bits: number): Float64Array {
  if (reader.read(1) !== 0) throw new BadFrame('reserved bits');
  const type = reader.read(6);
  const wasted = reader.read(1) === 1 ? reader.readUnary() + 1 : 0;
  const width = bits - wasted;
  if (width < 1) throw new BadFrame('more bits left out than there are');
  const out = new Float64Array(size);
  if (type === 0) out.fill(reader.readSigned(width));
  else if (type === 1) for (let i = 0; i < size; i++) out[i] = reader.readSigned(width);
  else if (type >= 8 && type <= 12) {
    warmUp(reader, out, type - 8, width);
    predicted(reader, out, FIXED[type - 8], 0);
  } else if (type >= 32) {
    const order = type - 31;
    warmUp(reader, out, order, width);
    const precision = reader.read(4) + 1;
    const shift = reader.readSigned(5);
    if (precision === 16 || shift < 0) throw new BadFrame('a predictor that is not allowed');
    predicted(
      reader,
      out,
      Array.from({ length: order }, () => reader.readSigned(precision)),
      shift,
    );
  } else throw new BadFrame('a subframe of no known kind');
  if (wasted > 0) for (let i = 0; i < size; i++) out[i] *= 2 ** wasted;
  return out;
}

function warmUp(reader: BitReader, out: Float64Array, order: number, width: number): void {
  if (order > out.length) throw new BadFrame('a predictor longer than its block');
  for (let i = 0; i < order; i++) out[i] = reader.readSigned(width);
}

/** Residuals, and the samples they and the predictor make; sums of products stay below 2⁵³. */
function predicted(reader: BitReader, out: Float64Array, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  residuals(reader, out, order);
  const divisor = 2 ** shift;
  for (let i = order; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < order; k++) sum += coefficients[k] * out[i - 1 - k];
    out[i] += Math.floor(sum / divisor);
  }
}

/** Rice codes, a parameter a partition (RFC 9639, section 9.2.7). */
function residuals(reader: BitReader, out: Float64Array, order: number): void {
  const method = reader.read(2);
  if (method > 1) throw new BadFrame('residuals of no known kind');
  const width = method === 0 ? 4 : 5;
  const partitions = 1 << reader.read(4);
  const each = out.length / partitions;
  if (!Number.isInteger(each) || each < order) throw new BadFrame('partitions that do not fit their block');
  for (let p = 0, i = order; p < partitions; p++) {
    const end = (p + 1) * each;
    const parameter = reader.read(width);
    if (parameter === (1 << width) - 1) {
      const bits = reader.read(5);
      for (; i < end; i++) out[i] = bits > 0 ? reader.readSigned(bits) : 0;
    } else
      for (; i < end; i++) {
        const value = reader.readUnary() * 2 ** parameter + reader.read(parameter);
        out[i] = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
  }
}

/** Left and right of one and their difference, or of their middle and difference. */
function correlate(planes: Float64Array[], code: number): void {
  if (code < 8) return;
  const [a, b] = planes;
  for (let i = 0; i < a.length; i++) {
    if (code === 8) b[i] = a[i] - b[i];
    else if (code === 9) a[i] += b[i];
    else {
      const middle = 2 * a[i] + (Math.abs(b[i]) % 2);
      [a[i], b[i]] = [(middle + b[i]) / 2, (middle - b[i]) / 2];
    }
  }
}
