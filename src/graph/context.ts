import { HearkenError } from '../errors.js';

/**
 * Which output unit of the acoustic model a phone has behind each left phone. A unit has two pdfs: entry `unit`, self-loop
 * `unit + units`. Left-biphone models tie rare contexts; in a monophone model every row is the same.
 */
export class ContextTable {
  readonly phones: number;
  readonly units: number;
  #table: Int32Array;
  #phoneOf: Int32Array;

  /** @param rows [left phone][phone] → unit; silence is phone 0. @throws MODEL_FILE where it is no table of units */
  constructor(rows: readonly (readonly number[])[]) {
    const n = rows.length;
    this.phones = n;
    if (n === 0 || rows.some((row) => row.length !== n))
      throw new HearkenError('MODEL_FILE', 'the context table is not square');
    this.#table = Int32Array.from(rows.flat());
    this.units = this.#table.reduce((most, unit) => Math.max(most, unit), 0) + 1;
    if (rows.flat().some((unit) => !Number.isInteger(unit) || unit < 0) || this.units > n * n)
      throw new HearkenError('MODEL_FILE', 'the context table holds numbers that are no units');
    this.#phoneOf = new Int32Array(this.units).fill(-1);
    for (const [i, unit] of this.#table.entries()) {
      if (this.#phoneOf[unit] >= 0 && this.#phoneOf[unit] !== i % n)
        throw new HearkenError('MODEL_FILE', `unit ${unit} of the context table stands for two phones`);
      this.#phoneOf[unit] = i % n;
    }
  }

  static monophone(phones: number): ContextTable {
    const row = Array.from({ length: phones }, (_, phone) => phone);
    return new ContextTable(Array.from({ length: phones }, () => row));
  }

  /** Lines of numbers, as `training/` writes them. @throws MODEL_FILE */
  static parse(text: string): ContextTable {
    return new ContextTable(
      text
        .trim()
        .split('\n')
        .map((line) =>
          line
            .trim()
            .split(/\s+/)
            .map((field) => (/^\d+$/.test(field) ? Number(field) : Number.NaN)),
        ),
    );
  }

  unit(left: number, phone: number): number {
    return this.#table[left * this.phones + phone];
  }

  phoneOf(unit: number): number {
    return this.#phoneOf[unit];
  }
}
