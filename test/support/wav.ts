/** A WAV file around encoded samples; `dataSize` may lie. */
export function wav(options: {
  data: Uint8Array;
  code?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  dataSize?: number;
  extensible?: boolean;
  before?: { name: string; bytes: Uint8Array }[];
  /** Put the data chunk before the format chunk. */
  dataFirst?: boolean;
}): Uint8Array {
  const { data, code = 1, channels = 1, rate = 16000, bits = 16, extensible = false } = options;
  const align = (channels * bits) / 8;
  const fmt = Buffer.alloc(extensible ? 40 : 16);
  fmt.writeUInt16LE(extensible ? 0xfffe : code, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt32LE((rate * align) >>> 0, 8);
  fmt.writeUInt16LE(align & 0xffff, 12);
  fmt.writeUInt16LE(bits, 14);
  if (extensible) {
    fmt.writeUInt16LE(22, 16);
    fmt.writeUInt16LE(bits, 18);
    fmt.writeUInt16LE(code, 24);
  }
  const chunk = (name: string, bytes: Uint8Array, size = bytes.length): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'latin1');
    head.writeUInt32LE(size >>> 0, 4);
    return Buffer.concat([head, bytes, Buffer.alloc(bytes.length & 1)]);
  };
  const main = [chunk('fmt ', fmt), chunk('data', data, options.dataSize)];
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    ...(options.before ?? []).map((c) => chunk(c.name, c.bytes)),
    ...(options.dataFirst ? main.reverse() : main),
  ]);
  return chunk('RIFF', body);
}

export function s16(samples: ArrayLike<number>): Uint8Array {
  const out = Buffer.alloc(samples.length * 2);
  for (let i = 0; i < samples.length; i++)
    out.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32768))), i * 2);
  return out;
}
