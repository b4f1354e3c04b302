import type { ClientMessage, ServerMessage } from '../server/stream-messages.js';

type Start = Omit<Extract<ClientMessage, { type: 'start' }>, 'type'>;
/** What comes of a stream: partial and final results, and `done` at its end. */
export type ClientResult = Extract<ServerMessage, { type: 'partial' | 'keyword' | 'final' | 'done' }>;

/** As much of a WebSocket as is used; that of browsers, of Node 22 and of `ws` have it. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: never) => void): void;
}

export interface ClientOptions extends Start {
  /** Bearer token, sent as a subprotocol. */
  token?: string;
  /** Times a broken connection is tried again in a row; default 8, from a quarter of a second apart to 4 s. */
  retries?: number;
  /** Bytes of audio kept for sending again; default 32 MiB. Past it a broken connection ends the stream. */
  maxKeptBytes?: number;
  /** Makes the socket; default `new WebSocket(url, protocols)`, or that of the package `ws` where there is none. */
  socket?: (url: string, protocols: string[]) => SocketLike | Promise<SocketLike>;
  /** Told when the connection breaks and when it stands again. */
  onConnection?: (state: 'open' | 'retrying') => void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
/** Bytes waiting in the socket at which send() makes its caller wait. */
const MAX_BUFFERED = 1 << 20;
const POLL_MS = 20;

/** What the server said was wrong, with its stable code. */
export class ServerError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function defaultSocket(url: string, protocols: string[]): Promise<SocketLike> {
  const { WebSocket: own } = globalThis as { WebSocket?: new (url: string, protocols: string[]) => SocketLike };
  if (own) return new own(url, protocols);
  const name = 'ws'; // Not for bundlers: browsers have a WebSocket.
  const { WebSocket } = (await import(name)) as { WebSocket: new (url: string, protocols: string[]) => SocketLike };
  return new WebSocket(url, protocols);
}

/**
 * A live stream to a server: push audio, iterate over results. A connection that breaks is made anew and goes on where the
 * server has got to: nothing is lost or doubled.
 */
export class HearkenClient implements AsyncIterable<ClientResult> {
  #url: string;
  #options: ClientOptions;
  #socket: SocketLike | undefined;
  #session: string | undefined;
  #seq = 0;
  /** Audio the server has not acknowledged, and the number of its first byte. */
  #kept: Uint8Array[] = [];
  #keptFrom = 0;
  #sent = 0;
  /** Control messages by the number of the byte they come behind; sent again with the audio around them. */
  #controls: { at: number; message: ClientMessage }[] = [];
  #ready = false;
  #over = false;
  #failures = 0;
  #results: ClientResult[] = [];
  #waiting: { resolve: (r: IteratorResult<ClientResult>) => void; reject: (e: Error) => void } | undefined;
  #error: Error | undefined;
  #opened: { resolve: () => void; reject: (e: Error) => void } | undefined;

  private constructor(url: string, options: ClientOptions) {
    this.#url = url;
    this.#options = options;
  }

  /** @param url ws:// or wss://, with the path /v1/stream. @throws ServerError where the server refuses */
  static async connect(url: string, options: ClientOptions = {}): Promise<HearkenClient> {
    const client = new HearkenClient(url, options);
    await new Promise<void>((resolve, reject) => {
      client.#opened = { resolve, reject };
      void client.#connect();
    });
    return client;
  }

  async #connect(): Promise<void> {
    const { token, socket: make = defaultSocket } = this.#options;
    try {
      const socket = await make(this.#url, token === undefined ? ['hearken'] : ['hearken', `token.${token}`]);
      socket.binaryType = 'arraybuffer';
      let told: ServerError | undefined;
      socket.addEventListener('open', () => this.#greet(socket));
      socket.addEventListener('message', ({ data }: { data: unknown }) => {
        const message = JSON.parse(String(data)) as ServerMessage;
        if (message.type === 'error') told = new ServerError(message.code, message.message);
        else this.#take(socket, message);
      });
      socket.addEventListener('error', () => undefined);
      socket.addEventListener('close', ({ code }: { code: number }) => {
        if (this.#socket !== socket && this.#ready) return;
        this.#broken(told, code);
      });
      this.#socket = socket;
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #greet(socket: SocketLike): void {
    const { token: _, retries: _r, maxKeptBytes: _m, socket: _s, onConnection: _c, ...start } = this.#options;
    const hello: ClientMessage =
      this.#session === undefined
        ? { type: 'start', ...start }
        : { type: 'resume', session: this.#session, seq: this.#seq };
    socket.send(JSON.stringify(hello));
  }

  #take(socket: SocketLike, message: Exclude<ServerMessage, { type: 'error' }>): void {
    if (message.type === 'pong') return;
    if (message.type !== 'ready') {
      if (message.seq <= this.#seq) return;
      this.#seq = message.seq;
    }
    switch (message.type) {
      case 'ready':
        this.#session = message.session;
        this.#failures = 0;
        this.#ready = true;
        this.#forget(message.received);
        this.#sendKept(socket);
        this.#options.onConnection?.('open');
        this.#opened?.resolve();
        this.#opened = undefined;
        break;
      case 'ack':
        this.#forget(message.received);
        break;
      default:
        if (message.type === 'done') this.#over = true;
        if (this.#waiting) {
          this.#waiting.resolve({ value: message, done: false });
          this.#waiting = undefined;
        } else this.#results.push(message);
    }
  }

  /** The server has all audio before this byte. */
  #forget(received: number): void {
    while (this.#kept.length > 0 && this.#keptFrom + this.#kept[0].length <= received) {
      this.#keptFrom += (this.#kept.shift() as Uint8Array).length;
    }
    const into = received - this.#keptFrom;
    if (into > 0 && this.#kept.length > 0) {
      this.#kept[0] = this.#kept[0].subarray(into);
      this.#keptFrom = received;
    }
    // One at this very byte may not have arrived; said twice it does no harm.
    this.#controls = this.#controls.filter((c) => c.at >= received);
  }

  /** After a break: what the server has not taken, in order. */
  #sendKept(socket: SocketLike): void {
    let at = this.#keptFrom;
    const controls = [...this.#controls];
    const due = (): void => {
      while (controls.length > 0 && controls[0].at <= at)
        socket.send(JSON.stringify((controls.shift() as { message: ClientMessage }).message));
    };
    due();
    for (const bytes of this.#kept) {
      socket.send(bytes);
      at += bytes.length;
      due();
    }
  }

  #broken(told: ServerError | undefined, code: number): void {
    this.#ready = false;
    if (this.#over) {
      this.#end();
      return;
    }
    const retryable = told === undefined || told.code === 'SERVER_BUSY';
    if (!retryable || this.#failures >= (this.#options.retries ?? 8)) {
      this.#fail(told ?? new ServerError('CONNECTION_LOST', `the connection broke (${code})`));
      return;
    }
    this.#options.onConnection?.('retrying');
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    setTimeout(() => void this.#connect(), wait);
  }

  #fail(error: Error): void {
    this.#error = error;
    this.#opened?.reject(error);
    this.#opened = undefined;
    this.#end();
  }

  #end(): void {
    this.#over = true;
    if (!this.#waiting) return;
    if (this.#error) this.#waiting.reject(this.#error);
    else this.#waiting.resolve({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  /** Push audio in the stream's encoding, cut anywhere; resolves when there is room for more. @throws what ended the stream */
  async send(audio: Uint8Array | ArrayBuffer): Promise<void> {
    if (this.#error) throw this.#error;
    const bytes = new Uint8Array(audio).slice();
    this.#kept.push(bytes);
    this.#sent += bytes.length;
    if (this.#sent - this.#keptFrom > (this.#options.maxKeptBytes ?? 32 << 20))
      throw new ServerError('CONNECTION_LOST', 'more audio than is kept waits for the connection');
    if (this.#ready) this.#socket?.send(bytes);
    while (this.#ready && (this.#socket?.bufferedAmount ?? 0) > MAX_BUFFERED)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  /** What has been said is a segment at once (push-to-talk). */
  finalize(): void {
    this.#control({ type: 'finalize' });
  }

  /** Forget what has been said since the last segment. */
  reset(): void {
    this.#control({ type: 'reset' });
  }

  /** No more audio; `done` follows the last results. */
  finish(): void {
    this.#control({ type: 'finish' });
  }

  #control(message: ClientMessage): void {
    this.#controls.push({ at: this.#sent, message });
    if (this.#ready) this.#socket?.send(JSON.stringify(message));
  }

  /** Give up. */
  close(): void {
    this.#over = true;
    this.#socket?.close(1000);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ClientResult> {
    for (;;) {
      const result = this.#results.shift();
      if (result) yield result;
      else if (this.#error) throw this.#error;
      else if (this.#over) return;
      else {
        const next = await new Promise<IteratorResult<ClientResult>>((resolve, reject) => {
          this.#waiting = { resolve, reject };
        });
        if (next.done) return;
        yield next.value;
      }
    }
  }
}
