import { SpillFile } from './spill-file.js';

/** Keys held in memory before they are sorted, counted and put on disk: 64 MB. */
const CAPACITY = 1 << 23;
/** Keys of a run read at once. */
const BUFFER = 1 << 14;

/** Distinct keys in ascending order, and how often each came. */
export interface CountedKeys {
  keys: Float64Array;
  counts: Float64Array;
}

/** Counts any number of keys in bounded memory: sorted runs go to temporary files and are merged in the end. */
export class KeyCounter {
  #held: Float64Array;
  #size = 0;
  #runs: { file: SpillFile; length: number }[] = [];

  constructor(capacity = CAPACITY) {
    this.#held = new Float64Array(capacity);
  }

  add(key: number): void {
    if (this.#size === this.#held.length) this.#spill();
    this.#held[this.#size++] = key;
  }

  #counted(): CountedKeys {
    const sorted = this.#held.subarray(0, this.#size).sort();
    let distinct = 0;
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
    const keys = new Float64Array(distinct);
    const counts = new Float64Array(distinct);
    let at = -1;
    for (let i = 0; i < sorted.length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) keys[++at] = sorted[i];
      counts[at]++;
    }
    return { keys, counts };
  }

  /** A run is keys and counts in turn. */
  #spill(): void {
    const { keys, counts } = this.#counted();
    const run = new Float64Array(2 * keys.length);
    for (let i = 0; i < keys.length; i++) {
      run[2 * i] = keys[i];
      run[2 * i + 1] = counts[i];
    }
    const file = new SpillFile();
    this.#runs.push({ file, length: keys.length });
    file.append(run);
    this.#size = 0;
  }

  /** The end of the keys. */
  finish(): CountedKeys {
    if (this.#runs.length === 0) return this.#counted();
    this.#spill();
    this.#held = new Float64Array(0);
    // Distinct keys are counted first, so that the result is made at its size.
    let distinct = 0;
    for (const _ of this.#merged()) distinct++;
    const keys = new Float64Array(distinct);
    const counts = new Float64Array(distinct);
    let at = 0;
    for (const { key, count } of this.#merged()) {
      keys[at] = key;
      counts[at++] = count;
    }
    for (const { file } of this.#runs) file.close();
    return { keys, counts };
  }

  /** Every distinct key in order. The same object each time. */
  *#merged(): Generator<{ key: number; count: number }> {
    const readers = this.#runs.map(({ file }) => new RunReader(file));
    const out = { key: 0, count: 0 };
    for (;;) {
      out.key = Number.POSITIVE_INFINITY;
      for (const r of readers) if (r.key < out.key) out.key = r.key;
      if (out.key === Number.POSITIVE_INFINITY) return;
      out.count = 0;
      for (const r of readers) {
        if (r.key !== out.key) continue;
        out.count += r.count;
        r.advance();
      }
      yield out;
    }
  }
}

/** One run from its beginning; key is Infinity behind its end. */
class RunReader {
  key = 0;
  count = 0;
  #file: SpillFile;
  #buffer = new Float64Array(2 * BUFFER);
  #filled = 0;
  #at = 0;
  #offset = 0;

  constructor(file: SpillFile) {
    this.#file = file;
    this.advance();
  }

  advance(): void {
    if (this.#at === this.#filled) {
      this.#filled = this.#file.read(this.#buffer, this.#offset);
      this.#offset += this.#filled * 8;
      this.#at = 0;
    }
    if (this.#filled === 0) this.key = Number.POSITIVE_INFINITY;
    else {
      this.key = this.#buffer[this.#at++];
      this.count = this.#buffer[this.#at++];
    }
  }
}
