/** The bytes end inside what was being read. */
export class OutOfBits extends Error {}

/** Bits of bytes, the highest first. */
export class BitReader {
  #at: number;
  #end: number;

  constructor(
    private readonly bytes: Uint8Array,
    from = 0,
  ) {
    this.#at = from * 8;
    this.#end = bytes.length * 8;
  }

  /** Of the next bit. */
  get byte(): number {
    return Math.ceil(this.#at / 8);
  }

  /** An unsigned number of 0 to 32 bits. */
  read(bits: number): number {
    if (this.#at + bits > this.#end) throw new OutOfBits();
    let value = 0;
    let left = bits;
    while (left > 0) {
      const inByte = this.#at & 7;
      const take = Math.min(8 - inByte, left);
      const some = (this.bytes[this.#at >>> 3] >>> (8 - inByte - take)) & ((1 << take) - 1);
      // Not a shift: 32 bits are more than it keeps unsigned.
      value = value * (1 << take) + some;
      this.#at += take;
      left -= take;
    }
    return value;
  }

  /** A two's complement number of 1 to 33 bits. */
  readSigned(bits: number): number {
    const high = bits > 32 ? this.read(bits - 32) : 0;
    const value = high * 2 ** 32 + this.read(Math.min(32, bits));
    const half = 2 ** (bits - 1);
    return value >= half ? value - 2 * half : value;
  }

  /** Zeros before the next one, which is read too. */
  readUnary(): number {
    let zeros = 0;
    for (;;) {
      if (this.#at >= this.#end) throw new OutOfBits();
      const inByte = this.#at & 7;
      const rest = (this.bytes[this.#at >>> 3] << (24 + inByte)) >>> 0;
      if (rest !== 0) {
        const more = Math.clz32(rest);
        this.#at += more + 1;
        return zeros + more;
      }
      zeros += 8 - inByte;
      this.#at += 8 - inByte;
    }
  }

  /** Go to the next whole byte. */
  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }
}
