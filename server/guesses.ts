import { setTimeout as pause } from 'node:timers/promises';

/** Wrong tokens that an address may send before it is slowed. */
const FREE = 5;
const FORGET_MS = 60_000;
const STEP_MS = 500;
/** Requests of one address that may wait for their turn; more are refused unread. */
const MAX_WAITING = 16;
const MAX_ADDRESSES = 10_000;

interface Guesser {
  wrong: number;
  last: number;
  waiting: number;
  turn: Promise<unknown>;
}

/** Wrong tokens by address. One that has sent several is slowed: its requests are looked at one after another, half a second apart. */
export class Guesses {
  #guessers = new Map<string, Guesser>();

  /** Resolves when a request may be looked at: true, or false where too many of its address wait already. */
  async turn(client: string | undefined): Promise<boolean> {
    const guesser = client === undefined ? undefined : this.#guessers.get(client);
    if (!guesser) return true;
    if (performance.now() - guesser.last > FORGET_MS) {
      this.#guessers.delete(client as string);
      return true;
    }
    if (guesser.wrong < FREE) return true;
    if (guesser.waiting >= MAX_WAITING) return false;
    guesser.waiting++;
    guesser.turn = guesser.turn.then(() => pause(STEP_MS, undefined, { ref: false }));
    await guesser.turn;
    guesser.waiting--;
    return true;
  }

  wrong(client: string | undefined): void {
    if (client === undefined) return;
    const guesser = this.#guessers.get(client) ?? { wrong: 0, last: 0, waiting: 0, turn: Promise.resolve() };
    guesser.wrong++;
    guesser.last = performance.now();
    // The latest is last: those at the front are forgotten first.
    this.#guessers.delete(client);
    this.#guessers.set(client, guesser);
    const [oldest] = this.#guessers.keys();
    if (this.#guessers.size > MAX_ADDRESSES) this.#guessers.delete(oldest);
  }
}
