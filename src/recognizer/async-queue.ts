/** Values handed from a producer to one async consumer, in order; ends or fails once. */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  #values: T[] = [];
  #waiting: { resolve: (r: IteratorResult<T>) => void; reject: (e: unknown) => void } | undefined;
  #closed = false;
  #error: unknown;
  /** Called as a value is taken, and with undefined when the consumer stops early. */
  onTake: ((value: T | undefined) => void) | undefined;

  push(value: T): void {
    if (this.#closed) return;
    if (this.#waiting) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      this.onTake?.(value);
      resolve({ value, done: false });
    } else this.#values.push(value);
  }

  end(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting && error !== undefined) {
      this.#error = undefined;
      waiting.reject(error);
    } else waiting?.resolve({ value: undefined, done: true });
  }

  async next(): Promise<IteratorResult<T>> {
    const value = this.#values.shift();
    if (value !== undefined) {
      this.onTake?.(value);
      return { value, done: false };
    }
    if (this.#closed) {
      const error = this.#error;
      this.#error = undefined;
      if (error !== undefined) throw error;
      return { value: undefined, done: true };
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<T>> {
    this.#values = [];
    if (!this.#closed) {
      this.end();
      this.onTake?.(undefined);
    }
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
