/** Messages that have come for other streams of the thread get their turn. */
export const yieldToOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `work` for each item, in order; others get their turn after every `size` items, so that a long list holds nobody up. */
export async function inTurns<T, R>(items: Iterable<T>, size: number, work: (item: T) => R): Promise<R[]> {
  const out: R[] = [];
  for (const item of items) {
    out.push(work(item));
    if (out.length % size === 0) await yieldToOthers();
  }
  return out;
}
