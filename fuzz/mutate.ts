/** Numbers that parsers trip over: zero, signs, powers of two and their neighbours. */
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Changed copies of inputs. */
export class Mutator {
  constructor(private readonly random: () => number) {}

  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** One to eight changes to one of `corpus`, at most `most` bytes. */
  mutate(corpus: readonly Uint8Array[], most: number): Uint8Array {
    let bytes = Uint8Array.from(this.pick(corpus));
    for (let n = 1 + this.below(8); n > 0; n--) bytes = this.#once(bytes, corpus);
    return bytes.subarray(0, most);
  }

  #once(bytes: Uint8Array<ArrayBuffer>, corpus: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const at = this.below(bytes.length + 1);
    const length = Math.min(bytes.length - at, 1 + this.below(16));
    const put = (middle: Uint8Array, behind = at): Uint8Array<ArrayBuffer> =>
      Uint8Array.from([...bytes.subarray(0, at), ...middle, ...bytes.subarray(behind)]);
    switch (this.below(8)) {
      case 0: // a bit
        if (at < bytes.length) bytes[at] ^= 1 << this.below(8);
        return bytes;
      case 1: // a byte
        if (at < bytes.length) bytes[at] = this.below(256);
        return bytes;
      case 2: {
        // a number, either way round
        const size = this.pick([1, 2, 4]);
        if (at + size > bytes.length) return bytes;
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const value = this.pick(NUMBERS) + this.below(3) - 1;
        if (size === 1) view.setUint8(at, value);
        else if (size === 2) view.setUint16(at, value, this.random() < 0.5);
        else view.setUint32(at, value, this.random() < 0.5);
        return bytes;
      }
      case 3: // cut out
        return put(new Uint8Array(0), at + length);
      case 4: // repeated
        return put(bytes.subarray(at, at + length));
      case 5: // many times
        return put(Uint8Array.from({ length: 1 + this.below(200) }, () => bytes[at % Math.max(1, bytes.length)] ?? 0));
      case 6: {
        // the rest of another
        const other = this.pick(corpus);
        return put(other.subarray(this.below(other.length)), bytes.length);
      }
      default: // ended
        return bytes.slice(0, at);
    }
  }
}
