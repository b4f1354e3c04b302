import { HearkenError } from '../src/errors.js';

/** Places that addresses have taken. */
export class Places {
  #taken = new Map<string, number>();

  /** @param client undefined: it has all it wants. @throws SERVER_LIMIT */
  enter(client: string | undefined, most: number, what: string): void {
    if (client === undefined) return;
    const own = this.#taken.get(client) ?? 0;
    if (own >= most) throw new HearkenError('SERVER_LIMIT', `${own} ${what} from this address`);
    this.#taken.set(client, own + 1);
  }

  leave(client: string | undefined): void {
    if (client === undefined) return;
    const own = (this.#taken.get(client) ?? 1) - 1;
    if (own > 0) this.#taken.set(client, own);
    else this.#taken.delete(client);
  }
}
