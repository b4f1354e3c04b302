import { HearkenError } from '../errors.js';

/** Largest span a parser may ask for at once; headers are small, so more than this is a hostile size field. */
const MAX_SPAN = 1 << 20;

/** Pull-style reading over chunks of bytes; holds only what has been read ahead. */
export class ByteReader {
  #source: AsyncIterator<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** Bytes consumed so far: the position reported in errors. */
  position = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #fill(size: number): Promise<void> {
    if (this.#buffer.length >= size || this.#ended) return;
    const parts = [this.#buffer];
    let total = this.#buffer.length;
    while (total < size && !this.#ended) {
      const next = await this.#source.next();
      if (next.done) this.#ended = true;
      else if (next.value.length > 0) {
        parts.push(next.value);
        total += next.value.length;
      }
    }
    if (parts.length === 2 && parts[0].length === 0) this.#buffer = parts[1];
    else if (parts.length > 1) this.#buffer = Buffer.concat(parts);
  }

  /** Up to `size` bytes without consuming them; fewer only at the end of the source. */
  async peek(size: number): Promise<Uint8Array> {
    await this.#fill(size);
    return this.#buffer.subarray(0, size);
  }

  /** Up to `size` bytes, at least one unless the source has ended (then empty). */
  async some(size: number): Promise<Uint8Array> {
    await this.#fill(1);
    const out = this.#buffer.subarray(0, size);
    this.#buffer = this.#buffer.subarray(out.length);
    this.position += out.length;
    return out;
  }

  /** Exactly `size` bytes as a DataView. @throws AUDIO_TRUNCATED naming `what`. */
  async exactly(size: number, what: string): Promise<DataView> {
    if (size > MAX_SPAN)
      throw new HearkenError('AUDIO_HEADER', `${what} claims ${size} bytes at byte ${this.position}`);
    await this.#fill(size);
    if (this.#buffer.length < size) {
      throw new HearkenError(
        'AUDIO_TRUNCATED',
        `input ends inside ${what}: ${this.#buffer.length} of ${size} bytes at byte ${this.position}`,
      );
    }
    const out = this.#buffer.subarray(0, size);
    this.#buffer = this.#buffer.subarray(size);
    this.position += size;
    return new DataView(out.buffer, out.byteOffset, size);
  }

  /** Consume `size` bytes, or what is left; returns how many were skipped. */
  async skip(size: number): Promise<number> {
    let left = size;
    while (left > 0) {
      const got = await this.some(left);
      if (got.length === 0) break;
      left -= got.length;
    }
    return size - left;
  }

  /** The rest of the source, chunk by chunk. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = await this.some(1 << 16);
      if (chunk.length === 0) return;
      yield chunk;
    }
  }

  /** Let the source free what it holds. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }
}
