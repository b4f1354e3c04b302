/** A message under construction, for files that tests write themselves. */
export class ProtobufWriter {
  #parts: Uint8Array[] = [];

  /** @param value negative ones are written in two's complement */
  integer(field: number, value: number | bigint): this {
    this.#parts.push(varint(BigInt(field) << 3n), varint(BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#parts.push(varint((BigInt(field) << 3n) | 5n), new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  bytes(field: number, value: Uint8Array | ProtobufWriter | string): this {
    const bytes =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof ProtobufWriter
          ? value.done()
          : value;
    this.#parts.push(varint((BigInt(field) << 3n) | 2n), varint(BigInt(bytes.length)), bytes);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#parts));
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
