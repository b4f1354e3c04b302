import { HearkenError } from '../errors.js';

/** How a field is written: a number of variable length, 8 bytes, a length and bytes, 4 bytes. */
type Wire = 0 | 1 | 2 | 5;

const decoder = new TextDecoder();

/**
 * One message of a Protocol Buffers file (protobuf.dev, "Encoding"), field after field. Nothing is copied: bytes are views,
 * and every length is checked against what is left before it is used.
 * Call `next()`; while it is true, `field` is the number of the field, and exactly one of the readers or `skip()` takes its value.
 */
export class ProtobufReader {
  /** Number of the current field. */
  field = 0;
  #wire: Wire = 0;
  #bytes: Uint8Array;
  #where: string;
  #at = 0;

  /** @param where names the message in errors */
  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#where = where;
  }

  /** Go to the next field; false at the end of the message. @throws MODEL_FILE */
  next(): boolean {
    if (this.#at === this.#bytes.length) return false;
    const tag = this.#varint();
    const wire = tag % 8;
    this.field = Math.floor(tag / 8);
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) this.#fail(`a field of the unknown kind ${wire}`);
    if (this.field < 1 || this.field > 0x1fffffff) this.#fail(`a field of the impossible number ${this.field}`);
    this.#wire = wire as Wire;
    return true;
  }

  /** A whole number, negative ones in two's complement; exact to 53 bits. @throws MODEL_FILE */
  integer(): number {
    this.#want(0);
    return this.#varint();
  }

  /** A number of 4 bytes. @throws MODEL_FILE */
  float(): number {
    this.#want(5);
    const at = this.#take(4);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 4).getFloat32(0, true);
  }

  /** A view of the field's bytes. @throws MODEL_FILE */
  bytes(): Uint8Array {
    this.#want(2);
    const length = this.#varint();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** @throws MODEL_FILE */
  text(): string {
    return decoder.decode(this.bytes());
  }

  /** The field as a message of its own. @throws MODEL_FILE */
  message(where: string): ProtobufReader {
    return new ProtobufReader(this.bytes(), `${this.#where}: ${where}`);
  }

  /** Pass over the field. @throws MODEL_FILE */
  skip(): void {
    if (this.#wire === 0) this.#varint();
    else this.#take(this.#wire === 2 ? this.#varint() : this.#wire === 1 ? 8 : 4);
  }

  #want(wire: Wire): void {
    if (this.#wire !== wire) this.#fail(`field ${this.field} is of kind ${this.#wire}, not ${wire}`);
  }

  #take(length: number): number {
    const left = this.#bytes.length - this.#at;
    if (!(length >= 0 && length <= left)) this.#fail(`field ${this.field} needs ${length} bytes, ${left} are left`);
    this.#at += length;
    return this.#at - length;
  }

  #varint(): number {
    let value = 0;
    for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
      if (this.#at === this.#bytes.length) this.#fail('a number is cut off');
      const byte = this.#bytes[this.#at++];
      value += (byte & 127) * scale;
      // Ten bytes hold a negative number modulo 2^64; only small ones come out of a double exactly.
      if (byte < 128) return i === 9 ? this.#negative() : value;
    }
    return this.#fail('a number has more than 10 bytes');
  }

  /** The number of the last 10 bytes, which is below 0. */
  #negative(): number {
    let value = 0n;
    for (let i = 0; i < 10; i++) value |= BigInt(this.#bytes[this.#at - 10 + i] & 127) << BigInt(7 * i);
    return Number(BigInt.asIntN(64, value));
  }

  #fail(what: string): never {
    throw new HearkenError('MODEL_FILE', `${this.#where}: ${what} (byte ${this.#at} of ${this.#bytes.length})`);
  }
}
