import { setMaxListeners } from 'node:events';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Logger, pino } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Engine } from '../src/index.js';
import { HearkenError } from '../src/index.js';
import { Access, isLoopback, type Refusal } from './access.js';
import { addressOf } from './address.js';
import { Admission } from './admission.js';
import { application } from './application.js';
import { clientOf } from './client-address.js';
import { recordError, type ServerContext } from './context.js';
import { serveDeepgram } from './deepgram-protocol.js';
import { Hosts } from './hosts.js';
import { type Limits, limitsOf } from './limits.js';
import { LiveSessions } from './live-sessions.js';
import { Metrics } from './metrics.js';
import { StreamSessions } from './stream-protocol.js';
import { serveVosk } from './vosk-protocol.js';

export interface ServerOptions extends Partial<Limits> {
  /** Default 127.0.0.1; another machine's reach needs `tokens`, or `open`. */
  host?: string;
  /** Default 2700; 0 takes a free one. */
  port?: number;
  /** Bearer tokens, any of which is needed; default none. */
  tokens?: string[];
  /** Listen beyond this machine without tokens. */
  open?: boolean;
  /** Origins of web pages that may connect and read answers, besides the server's own. */
  origins?: string[];
  /** Names the server goes by in a Host header, besides `localhost`, the machine's own, `host` and addresses; `*`: any. */
  allowedHosts?: string[];
  /** Clients are who the last entry of X-Forwarded-For says: a proxy in front sets it. Default false. */
  trustProxy?: boolean;
  /** PEM certificate and key: HTTPS and wss. */
  tls?: { cert: string | Buffer; key: string | Buffer };
  /** Default: silent. */
  log?: Logger;
  /** Log what was said; default false. */
  logTranscripts?: boolean;
}

export interface RunningServer {
  host: string;
  port: number;
  /** Take no more sessions, let those open end within `drainSeconds`, then close. */
  close(): Promise<void>;
}

/** Subprotocols of browsers that send their token as another one: `new WebSocket(url, ['hearken', 'token.SECRET'])`, or `['token', 'SECRET']`. */
const SUBPROTOCOLS = ['hearken', 'token'];
/** A header block and a whole request must come within these, against clients that send a byte now and then. */
const HEADERS_MS = 10_000;
/** Node looks for those that are late only so often. */
const CHECK_MS = 1000;
const REQUEST_MS = 10 * 60_000;
/** Clients that have all their answers have this long to close. */
const CLOSE_MS = 1000;

/** Serve `engine` until closed. The engine stays the caller's. @throws OPTION_INVALID */
export async function startServer(engine: Engine, options: ServerOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 2700, tokens = [], origins = [], open = false, tls } = options;
  const { allowedHosts = [], trustProxy = false } = options;
  if (!isLoopback(host) && tokens.length === 0 && !open)
    throw new HearkenError(
      'OPTION_INVALID',
      `${host} can be reached from other machines: give tokens, or allow it to be open`,
    );
  const limits = limitsOf(engine.workers, options);
  const admission = new Admission(limits, engine.workers);
  const live = new LiveSessions();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // One an upload.
  const context: ServerContext = {
    engine,
    limits,
    admission,
    live,
    closing: closing.signal,
    metrics: new Metrics(admission),
    log: options.log ?? pino({ level: 'silent' }),
    trustProxy,
    logTranscripts: options.logTranscripts ?? false,
  };
  const hosts = new Hosts([host, ...allowedHosts], { tls: tls !== undefined, trustProxy });
  const access = new Access({ tokens, origins, hosts });
  const streams = new StreamSessions(context);
  const app = application(context, access);
  const timeouts = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  const http = tls ? createHttps({ ...tls, ...timeouts }, app) : createHttp(timeouts, app);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    maxFragments: 1024,
    maxBufferedChunks: 4096,
    perMessageDeflate: false,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  /** What is spoken on which path: vosk-server's clients connect to the root. */
  const protocols = new Map<string, (socket: WebSocket, client: string | undefined, request: IncomingMessage) => void>([
    ['/v1/stream', (socket, client) => streams.serve(socket, client)],
    ['/v1/listen', (socket, client, request) => serveDeepgram(socket, context, client, addressOf(request).query)],
    ['/', (socket, client) => serveVosk(socket, context, client)],
  ]);
  async function welcome(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const client = clientOf(request, trustProxy);
    const refuse = (status: number): void =>
      void socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    try {
      await access.check(request, client);
    } catch (error) {
      recordError(context, error, 'socket', client);
      refuse((error as Refusal).status);
      return;
    }
    const serve = protocols.get(addressOf(request).path);
    if (!serve || admission.closing) refuse(serve ? 503 : 404);
    else
      sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on('error', (error) => context.log.debug({ error: error.message }, 'socket error'));
        serve(ws, client, request);
      });
  }
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    void welcome(request, socket, head);
  });
  await new Promise<void>((done, reject) => {
    http.once('error', (cause) =>
      reject(new HearkenError('OPTION_INVALID', `cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
    );
    http.listen(port, host, done);
  });
  return {
    host,
    port: (http.address() as AddressInfo).port,
    async close() {
      admission.closing = true;
      const deadline = performance.now() + 1000 * limits.drainSeconds;
      await soon(Promise.all([live.drain(), admission.uploadsDone()]), deadline);
      const late = new HearkenError(
        'SERVER_CLOSING',
        `the server is shutting down, and its ${limits.drainSeconds} s are over`,
      );
      live.giveUp(late);
      closing.abort(late);
      for (const socket of sockets.clients) socket.close(1001, 'SERVER_CLOSING');
      // A connection that is cut off while its client still talks loses what was last said to it: the client closes.
      const closed = new Promise((done) => http.close(done));
      await soon(closed, performance.now() + CLOSE_MS);
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Until it is done, or the time is come. */
async function soon(work: Promise<unknown>, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((done) => {
    timer = setTimeout(done, deadline - performance.now());
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
