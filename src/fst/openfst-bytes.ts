import { HearkenError } from '../errors.js';

/** Little-endian values of an OpenFst file, each checked against what is left. */
export class FstReader {
  #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#at;
  }

  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  #take(bytes: number, what: string): number {
    if (bytes < 0 || bytes > this.left)
      throw new HearkenError('FST_FORMAT', `${what} at byte ${this.#at} needs ${bytes} bytes; ${this.left} are left`);
    this.#at += bytes;
    return this.#at - bytes;
  }

  int32(what: string): number {
    return this.#view.getInt32(this.#take(4, what), true);
  }

  uint32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  float(what: string): number {
    return this.#view.getFloat32(this.#take(4, what), true);
  }

  bits(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), true);
  }

  /** A count or index of 64 bits. */
  int64(what: string): number {
    return Number(this.#view.getBigInt64(this.#take(8, what), true));
  }

  key(what: string): bigint {
    return this.#view.getBigInt64(this.#take(8, what), true);
  }

  text(what: string): string {
    const length = this.int32(what);
    const at = this.#take(length, what);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length));
  }

  align(): void {
    this.#take(-this.#at & 15, 'alignment');
  }
}

/** Grows by doubling. */
export class FstWriter {
  #bytes = Buffer.alloc(1 << 16);
  #size = 0;

  #take(bytes: number): number {
    while (this.#size + bytes > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#size += bytes;
    return this.#size - bytes;
  }

  int32(value: number): void {
    const at = this.#take(4);
    this.#bytes.writeInt32LE(value, at);
  }

  int64(value: bigint | number): void {
    const at = this.#take(8);
    this.#bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)), at);
  }

  float(value: number): void {
    const at = this.#take(4);
    this.#bytes.writeFloatLE(value, at);
  }

  text(value: string): void {
    this.int32(Buffer.byteLength(value));
    const at = this.#take(Buffer.byteLength(value));
    this.#bytes.write(value, at);
  }

  align(): void {
    this.#take(-this.#size & 15);
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}
