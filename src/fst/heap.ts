/** A binary heap, the item of the lowest key on top. */
export class Heap<T> {
  #items: T[] = [];
  #key: (item: T) => number;

  constructor(key: (item: T) => number) {
    this.#key = key;
  }

  push(item: T): void {
    const items = this.#items;
    const key = this.#key(item);
    let i = items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#key(items[parent]) <= key) break;
      items[i] = items[parent];
      i = parent;
    }
    items[i] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    const key = this.#key(last);
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#key(items[child + 1]) < this.#key(items[child])) child++;
      if (this.#key(items[child]) >= key) break;
      items[i] = items[child];
      i = child;
    }
    items[i] = last;
    return top;
  }
}
