/** Sample encodings of uncompressed audio, and their conversion to Float32 in [-1, 1). */
export type PcmEncoding =
  | 'u8'
  | 's8'
  | 's16le'
  | 's16be'
  | 's24le'
  | 's24be'
  | 's32le'
  | 's32be'
  | 'f32le'
  | 'f32be'
  | 'f64le'
  | 'f64be'
  | 'alaw'
  | 'mulaw';

export const BYTES_PER_SAMPLE: Record<PcmEncoding, number> = {
  u8: 1,
  s8: 1,
  s16le: 2,
  s16be: 2,
  s24le: 3,
  s24be: 3,
  s32le: 4,
  s32be: 4,
  f32le: 4,
  f32be: 4,
  f64le: 8,
  f64be: 8,
  alaw: 1,
  mulaw: 1,
};

/** ITU-T G.711 A-law to 16-bit linear, scaled to [-1, 1). */
const ALAW = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (code & 0x80 ? magnitude : -magnitude) / 32768;
});

/** ITU-T G.711 mu-law to 16-bit linear, scaled to [-1, 1). */
const MULAW = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return (code & 0x80 ? -magnitude : magnitude) / 32768;
});

type Reader = (view: DataView, at: number) => number;

const READERS: Record<PcmEncoding, Reader> = {
  u8: (v, i) => (v.getUint8(i) - 128) / 128,
  s8: (v, i) => v.getInt8(i) / 128,
  s16le: (v, i) => v.getInt16(i, true) / 32768,
  s16be: (v, i) => v.getInt16(i, false) / 32768,
  s24le: (v, i) => (v.getUint16(i, true) + v.getInt8(i + 2) * 65536) / 8388608,
  s24be: (v, i) => (v.getInt8(i) * 65536 + v.getUint16(i + 1, false)) / 8388608,
  s32le: (v, i) => v.getInt32(i, true) / 2147483648,
  s32be: (v, i) => v.getInt32(i, false) / 2147483648,
  f32le: (v, i) => v.getFloat32(i, true),
  f32be: (v, i) => v.getFloat32(i, false),
  f64le: (v, i) => v.getFloat64(i, true),
  f64be: (v, i) => v.getFloat64(i, false),
  alaw: (v, i) => ALAW[v.getUint8(i)],
  mulaw: (v, i) => MULAW[v.getUint8(i)],
};

/**
 * Turns interleaved PCM bytes, cut anywhere, into planar samples. A part of a frame waits for the next call.
 * NaN and infinite samples of float encodings become 0, so that nothing behind has to expect them.
 */
export class PcmDecoder {
  readonly frameBytes: number;
  #read: Reader;
  #step: number;
  #channels: number;
  #carry: Uint8Array = new Uint8Array(0);

  constructor(encoding: PcmEncoding, channels: number) {
    this.#read = READERS[encoding];
    this.#step = BYTES_PER_SAMPLE[encoding];
    this.#channels = channels;
    this.frameBytes = this.#step * channels;
  }

  /** Planar samples: one array a channel, all of one length (possibly 0). */
  decode(bytes: Uint8Array): Float32Array[] {
    const data = this.#carry.length > 0 ? Buffer.concat([this.#carry, bytes]) : bytes;
    const frames = Math.floor(data.length / this.frameBytes);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const out: Float32Array[] = [];
    for (let c = 0; c < this.#channels; c++) {
      const channel = new Float32Array(frames);
      for (let f = 0, at = c * this.#step; f < frames; f++, at += this.frameBytes) {
        const sample = this.#read(view, at);
        channel[f] = Number.isFinite(sample) ? sample : 0;
      }
      out.push(channel);
    }
    this.#carry = Uint8Array.prototype.slice.call(data, frames * this.frameBytes);
    return out;
  }

  /** Bytes of an unfinished frame left at the end of the stream. */
  get leftover(): number {
    return this.#carry.length;
  }
}
