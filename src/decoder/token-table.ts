/**
 * Tokens of one frame, found by (graph state, language model state). Open addressing on typed arrays; clearing touches
 * only the slots in use, and nothing is allocated once the arrays have grown to the beam's size.
 */
export class TokenTable {
  size = 0;
  state = new Int32Array(1 << 12);
  lmState = new Int32Array(1 << 12);
  cost = new Float64Array(1 << 12);
  link = new Int32Array(1 << 12);
  #slots = new Int32Array(1 << 14).fill(-1);
  #slotOf = new Int32Array(1 << 12);

  clear(): void {
    for (let i = 0; i < this.size; i++) this.#slots[this.#slotOf[i]] = -1;
    this.size = 0;
  }

  /** Index of the token of a pair of states, made with infinite cost where it is new. */
  findOrAdd(state: number, lmState: number): number {
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(state, 0x9e3779b1) ^ Math.imul(lmState, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (let t = this.#slots[slot]; t >= 0; t = this.#slots[slot]) {
      if (this.state[t] === state && this.lmState[t] === lmState) return t;
      slot = (slot + 1) & mask;
    }
    const token = this.size++;
    if (token === this.state.length) this.#grow();
    this.state[token] = state;
    this.lmState[token] = lmState;
    this.cost[token] = Number.POSITIVE_INFINITY;
    this.#slots[slot] = token;
    this.#slotOf[token] = slot;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return token;
  }

  #grow(): void {
    const ints = (a: Int32Array) => {
      const b = new Int32Array(2 * a.length);
      b.set(a);
      return b;
    };
    this.state = ints(this.state);
    this.lmState = ints(this.lmState);
    this.link = ints(this.link);
    this.#slotOf = ints(this.#slotOf);
    const cost = new Float64Array(2 * this.cost.length);
    cost.set(this.cost);
    this.cost = cost;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = this.#slots.length - 1;
    for (let t = 0; t < this.size; t++) {
      let slot = (Math.imul(this.state[t], 0x9e3779b1) ^ Math.imul(this.lmState[t], 0x85ebca6b)) >>> 0;
      slot = (slot ^ (slot >>> 15)) & mask;
      while (this.#slots[slot] >= 0) slot = (slot + 1) & mask;
      this.#slots[slot] = t;
      this.#slotOf[t] = slot;
    }
  }
}
