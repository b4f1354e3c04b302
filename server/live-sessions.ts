import type { HearkenError } from '../src/errors.js';

/** A session of any protocol, as the end of the server sees it. */
export interface LiveSession {
  /** No more audio is taken, though it may still come; what has been said is given, then the protocol's own end, then 1001. */
  drain(): void;
  /** The time for that is over. */
  giveUp(error: HearkenError): void;
}

/** All sessions that have results to come, whatever their protocol. */
export class LiveSessions {
  #sessions = new Set<LiveSession>();
  #empty: (() => void)[] = [];

  /** @returns what takes it out again */
  add(session: LiveSession): () => void {
    this.#sessions.add(session);
    return () => {
      this.#sessions.delete(session);
      if (this.#sessions.size === 0) for (const done of this.#empty.splice(0)) done();
    };
  }

  /** Resolves when none has results to come. */
  async drain(): Promise<void> {
    for (const session of [...this.#sessions]) session.drain();
    if (this.#sessions.size > 0) await new Promise<void>((done) => this.#empty.push(done));
  }

  giveUp(error: HearkenError): void {
    for (const session of [...this.#sessions]) session.giveUp(error);
  }
}
