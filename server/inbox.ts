import type { RawData, WebSocket } from 'ws';

/** Messages worked off in one turn of the event loop. */
const TURN = 64;
/** Bytes of audio that came in many small messages and are worked off as one. */
const JOINED_BYTES = 1 << 16;

export interface InboxOptions {
  /** A socket that sends more is read more slowly, and nothing is lost. */
  maxMessagesPerSecond: number;
  /** Work off a text message, or audio that came in `count` messages. What it throws goes to `fail`. */
  handle(data: Buffer, binary: boolean, count: number): Promise<void>;
  /** Ends the connection. */
  fail(error: unknown): void;
}

/**
 * A socket's messages, worked off one after another, so that answers keep their order. Nothing more is read from the socket while any
 * wait: those of one read, 64 KB, are the most there can be of them, however small they are.
 */
export class Inbox {
  #socket: WebSocket;
  #options: InboxOptions;
  #waiting: { data: Buffer; binary: boolean }[] = [];
  #working = false;
  /** Messages that may still be read at once; filled by the clock. */
  #budget: number;
  #filled = performance.now();
  #rest: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, options: InboxOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#budget = options.maxMessagesPerSecond;
    socket.on('message', (data: RawData, binary) => {
      this.#waiting.push({ data: data as Buffer, binary });
      if (!this.#working) void this.#work();
    });
    socket.on('close', () => clearTimeout(this.#rest));
    socket.on('error', () => socket.terminate());
  }

  async #work(): Promise<void> {
    this.#working = true;
    this.#socket.pause();
    for (let at = 0, turn = 0; at < this.#waiting.length; turn++) {
      // What is left of a connection that is closing is not looked at.
      if (this.#socket.readyState !== this.#socket.OPEN) break;
      const end = this.#joinedUntil(at);
      const some = this.#waiting.slice(at, end);
      at = end;
      const data = some.length === 1 ? some[0].data : Buffer.concat(some.map((m) => m.data));
      try {
        await this.#options.handle(data, some[0].binary, some.length);
      } catch (error) {
        this.#options.fail(error);
      }
      if (turn % TURN === TURN - 1) await new Promise((next) => setImmediate(next));
    }
    this.#spend(this.#waiting.length);
    this.#waiting = [];
    this.#working = false;
    const { maxMessagesPerSecond } = this.#options;
    const wait = this.#socket.readyState === this.#socket.OPEN ? (-1000 * this.#budget) / maxMessagesPerSecond : 0;
    if (wait > 0) this.#rest = setTimeout(() => this.#socket.resume(), wait).unref();
    else this.#socket.resume();
  }

  /** Audio that waits is taken together, as far as it goes; a text message is alone. */
  #joinedUntil(at: number): number {
    let end = at + 1;
    if (!this.#waiting[at].binary) return end;
    let bytes = this.#waiting[at].data.length;
    for (; end < this.#waiting.length && this.#waiting[end].binary; end++) {
      bytes += this.#waiting[end].data.length;
      if (bytes > JOINED_BYTES) break;
    }
    return end;
  }

  #spend(messages: number): void {
    const now = performance.now();
    const { maxMessagesPerSecond } = this.#options;
    const earned = ((now - this.#filled) / 1000) * maxMessagesPerSecond;
    this.#budget = Math.min(maxMessagesPerSecond, this.#budget + earned) - messages;
    this.#filled = now;
  }
}
