import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Clients for tests of security: sockets alone, so that they can send what no client library would. */

/** Send bytes; what came back until the server closed, or after `ms` of waiting. */
export function exchange(
  port: number,
  bytes: string | Uint8Array,
  { ms = 2000, localAddress = '127.0.0.1' } = {},
): Promise<string> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const parts: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.on('data', (d: Buffer) => parts.push(d));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearTimeout(timer);
      done(Buffer.concat(parts).toString('latin1'));
    });
    socket.write(bytes);
  });
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);

/** A request that asks for a WebSocket. */
export function upgrade(target: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;

/** A WebSocket frame as a client sends it. */
export function frame(opcode: number, content: string | Uint8Array = ''): Buffer {
  const payload = Buffer.from(content as string);
  const n = payload.length;
  const size = n < 126 ? [n] : n < 65_536 ? [126, n >> 8, n & 255] : [127, 0, 0, 0, 0, n >>> 24, n >> 16, n >> 8, n];
  const key = randomBytes(4);
  for (let i = 0; i < n; i++) payload[i] ^= key[i & 3];
  return Buffer.concat([
    Buffer.from([0x80 | opcode, 0x80 | size[0], ...size.slice(1).map((b) => b & 255)]),
    key,
    payload,
  ]);
}

// biome-ignore lint/suspicious/noExplicitAny: messages of every protocol.
export type Message = any;

/** A WebSocket client over a bare socket: answers pings and the closing handshake, and nothing else. */
export class RawSocket {
  readonly socket: Socket;
  readonly messages: Message[] = [];
  /** HTTP status of the handshake; 0 where the connection ended before one came. */
  readonly opened: Promise<number>;
  /** Code and reason of the closing frame; 0 where there was none. */
  readonly closed: Promise<{ code: number; reason: string }>;
  onMessage: ((message: Message) => void) | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #status: number | undefined;
  #opened!: (status: number) => void;
  #end = { code: 0, reason: '' };
  #waiting: (() => void)[] = [];
  ended = false;
  /** Of the answer to the handshake. */
  head = '';

  constructor(
    port: number,
    path: string,
    { headers = {}, localAddress = '127.0.0.1' }: { headers?: Record<string, string>; localAddress?: string } = {},
  ) {
    this.opened = new Promise((resolve) => {
      this.#opened = resolve;
    });
    this.socket = connect({ port, host: '127.0.0.1', localAddress });
    this.socket.setNoDelay(true);
    this.socket.write(upgrade(path, { Host: `127.0.0.1:${port}`, ...headers }));
    this.socket.on('data', (d: Buffer) => this.#data(d));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.ended = true;
        this.#opened(this.#status ?? 0);
        this.#wake();
        resolve(this.#end);
      });
    });
  }

  #data(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    if (this.#status === undefined) {
      const at = this.#buffer.indexOf('\r\n\r\n');
      if (at < 0) return;
      this.head = this.#buffer.toString('latin1', 0, at);
      this.#status = statusOf(this.head);
      this.#buffer = this.#buffer.subarray(at + 4);
      this.#opened(this.#status);
    }
    if (this.#status === 101) while (this.#frame());
  }

  /** Work off one frame; false where the rest of it is still to come. */
  #frame(): boolean {
    const b = this.#buffer;
    if (b.length < 2) return false;
    const short = b[1] & 127;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (b.length < at) return false;
    const size = short === 126 ? b.readUInt16BE(2) : short === 127 ? Number(b.readBigUInt64BE(2)) : short;
    if (b.length < at + size) return false;
    const payload = b.subarray(at, at + size);
    this.#buffer = b.subarray(at + size);
    const opcode = b[0] & 15;
    if (opcode === CLOSE) {
      if (size >= 2) this.#end = { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
      this.socket.end(frame(CLOSE, payload.subarray(0, 2)));
    } else if (opcode === 9) this.socket.write(frame(10, payload));
    else if (opcode === TEXT) {
      const message: Message = JSON.parse(payload.toString());
      this.messages.push(message);
      this.onMessage?.(message);
      this.#wake();
    }
    return true;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  json(message: object): boolean {
    return this.socket.write(frame(TEXT, JSON.stringify(message)));
  }

  audio(bytes: Uint8Array): boolean {
    return this.socket.write(frame(BINARY, bytes));
  }

  /** The first message that `wanted` accepts; undefined where the connection ended without one. */
  async until(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(wanted);
      if (found !== undefined || this.ended) return found;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  of(type: string): Message[] {
    return this.messages.filter((m) => m.type === type);
  }

  /** Break the connection off, as a network does. */
  cut(): void {
    // A connection that is closing already cannot be reset: Node would never tell that it ended.
    if (this.socket.writableEnded) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }
}
