import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HearkenError } from '../errors.js';

const open = new Set<SpillFile>();
process.on('exit', () => {
  for (const file of open) file.close();
});

/** A temporary file for what memory shall not hold; gone when closed, or when the process ends. */
export class SpillFile {
  #directory = mkdtempSync(join(tmpdir(), 'hearken-spill-'));
  #fd = openSync(join(this.#directory, 'data'), 'wx+', 0o600);
  /** Bytes written. */
  size = 0;

  constructor() {
    open.add(this);
  }

  /** @throws OUTPUT_WRITE, where the disk is full for instance */
  append(array: Uint32Array | Float64Array): void {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.size + at);
    } catch (cause) {
      throw new HearkenError('OUTPUT_WRITE', `cannot write a temporary file: ${(cause as Error).message}`, { cause });
    }
    this.size += bytes.length;
  }

  /** Fill `array` from byte `at` on; returns the elements there were. */
  read(array: Uint32Array | Float64Array, at: number): number {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    let filled = 0;
    for (let got = 1; got > 0 && filled < bytes.length; filled += got)
      got = readSync(this.#fd, bytes, filled, bytes.length - filled, at + filled);
    return filled / array.BYTES_PER_ELEMENT;
  }

  close(): void {
    if (!open.delete(this)) return;
    closeSync(this.#fd);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
