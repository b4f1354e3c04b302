import type { ServerMessage } from './stream-messages.js';

/** Answers kept for a client that may come back and has not seen them. */
const MAX_KEPT = 1000;

export type Numbered = Extract<ServerMessage, { seq: number }>;
type Unnumbered<M> = M extends { seq: number } ? Omit<M, 'seq'> : never;

/** A session's answers, numbered from 1, and those that a client which comes back may have missed. */
export class Answers {
  #kept: Numbered[] = [];
  #seq = 0;

  add(message: Unnumbered<Numbered>): Numbered {
    const numbered = { ...message, seq: ++this.#seq } as Numbered;
    // A newer partial or acknowledgement stands for the older ones.
    if (message.type !== 'final' && message.type !== 'keyword')
      this.#kept = this.#kept.filter((m) => m.type !== message.type);
    this.#kept.push(numbered);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    return numbered;
  }

  /** @param seq of the last that was seen */
  after(seq: number): Numbered[] {
    return this.#kept.filter((m) => m.seq > seq);
  }
}

export type Answer = Unnumbered<Numbered>;
