import { HearkenError } from '../errors.js';

/** Label that reads or writes nothing. */
export const EPSILON = 0;

/** Symbols and their labels; label 0 is always `<eps>`. */
export class SymbolTable {
  #names: string[] = [];
  #ids = new Map<string, number>();

  constructor(names: Iterable<string> = ['<eps>']) {
    for (const n of names) this.add(n);
    if (this.#names[0] !== '<eps>') throw new HearkenError('FST_INVALID', 'a symbol table begins with <eps>');
  }

  get size(): number {
    return this.#names.length;
  }

  /** Label of `name`, given the next free one where it is new. */
  add(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#ids.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  id(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /** @throws FST_INVALID for a label the table lacks */
  name(id: number): string {
    const name = this.#names[id];
    if (name === undefined) throw new HearkenError('FST_INVALID', `label ${id} is not in the symbol table`);
    return name;
  }

  names(): readonly string[] {
    return this.#names;
  }
}
