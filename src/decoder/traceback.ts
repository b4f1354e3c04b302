/**
 * The history of all tokens as a tree of links: each link is one output label, with the frame at which it was written and
 * the link before it. Links no token can reach any more are dropped by `compact`, so memory follows the beam and the
 * length of the undecided part, not the length of the stream.
 */
export class Traceback {
  static readonly NONE = -1;
  #previous = new Int32Array(1 << 14);
  #label = new Int32Array(1 << 14);
  #frame = new Int32Array(1 << 14);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
  }

  add(previous: number, label: number, frame: number): number {
    if (this.#size === this.#label.length) this.#grow();
    this.#previous[this.#size] = previous;
    this.#label[this.#size] = label;
    this.#frame[this.#size] = frame;
    return this.#size++;
  }

  #grow(): void {
    const wider = (a: Int32Array) => {
      const b = new Int32Array(2 * a.length);
      b.set(a);
      return b;
    };
    this.#previous = wider(this.#previous);
    this.#label = wider(this.#label);
    this.#frame = wider(this.#frame);
  }

  label(link: number): number {
    return this.#label[link];
  }

  frame(link: number): number {
    return this.#frame[link];
  }

  previous(link: number): number {
    return this.#previous[link];
  }

  /** Links from the first to `link`. */
  path(link: number): number[] {
    const out: number[] = [];
    for (let l = link; l !== Traceback.NONE; l = this.#previous[l]) out.push(l);
    return out.reverse();
  }

  /** Keep only what `heads[0…count)` lead back to; heads are renumbered in place. */
  compact(heads: Int32Array, count: number): void {
    const number = new Int32Array(this.#size).fill(-2);
    for (let i = 0; i < count; i++) {
      for (let l = heads[i]; l !== Traceback.NONE && number[l] === -2; l = this.#previous[l]) number[l] = -3;
    }
    let kept = 0;
    for (let l = 0; l < this.#size; l++) {
      if (number[l] !== -3) continue;
      number[l] = kept;
      this.#previous[kept] = this.#previous[l] === Traceback.NONE ? Traceback.NONE : number[this.#previous[l]];
      this.#label[kept] = this.#label[l];
      this.#frame[kept] = this.#frame[l];
      kept++;
    }
    for (let i = 0; i < count; i++) if (heads[i] !== Traceback.NONE) heads[i] = number[heads[i]];
    this.#size = kept;
  }

  /** The last link that every head leads back to: what lies before it can no longer change. */
  commonAncestor(heads: Int32Array, count: number): number {
    const open = new Set<number>();
    for (let i = 0; i < count; i++) {
      if (heads[i] === Traceback.NONE) return Traceback.NONE;
      open.add(heads[i]);
    }
    // A link's previous has a lower number: always step back from the highest until one is left.
    const sorted = Int32Array.from(open).sort();
    const pending = new Set(sorted);
    let top = sorted.length - 1;
    const stack: number[] = [];
    while (pending.size > 1) {
      // Highest of the untouched heads and of the links stepped back to (kept sorted by insertion).
      const link =
        stack.length > 0 && (top < 0 || stack[stack.length - 1] >= sorted[top])
          ? (stack.pop() as number)
          : sorted[top--];
      if (!pending.delete(link)) continue;
      const before = this.#previous[link];
      if (before === Traceback.NONE) return Traceback.NONE;
      if (!pending.has(before)) {
        pending.add(before);
        let at = stack.length;
        stack.push(before);
        for (; at > 0 && stack[at - 1] > before; at--) stack[at] = stack[at - 1];
        stack[at] = before;
      }
    }
    return pending.values().next().value ?? Traceback.NONE;
  }
}
