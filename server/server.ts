import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type Logger, pino } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Engine } from '../src/index.js';
import { HearkenError } from '../src/index.js';
import { Access, isLoopback } from './access.js';
import { addressOf } from './address.js';
import { Admission } from './admission.js';
import { recordError, type ServerContext } from './context.js';
import { serveDeepgram } from './deepgram-protocol.js';
import { defaultLimits, type Limits } from './limits.js';
import { LiveSessions } from './live-sessions.js';
import { Metrics } from './metrics.js';
import { models, refuse, transcriptions } from './openai.js';
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
  /** Origins of web pages that may connect, besides the server's own address. */
  origins?: string[];
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
const REQUEST_MS = 10 * 60_000;
/** Clients that have all their answers have this long to close. */
const CLOSE_MS = 1000;

const DEMO = resolve(import.meta.dirname, '../../server/demo');
const CLIENT = resolve(import.meta.dirname, '../client');

/** Serve `engine` until closed. The engine stays the caller's. @throws OPTION_INVALID */
export async function startServer(engine: Engine, options: ServerOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 2700, tokens = [], origins = [], open = false, tls } = options;
  if (!isLoopback(host) && tokens.length === 0 && !open)
    throw new HearkenError(
      'OPTION_INVALID',
      `${host} can be reached from other machines: give tokens, or allow it to be open`,
    );
  const limits = limitsOf(engine.workers, options);
  const admission = new Admission(limits, engine.workers);
  const live = new LiveSessions();
  const closing = new AbortController();
  const context: ServerContext = {
    engine,
    limits,
    admission,
    live,
    closing: closing.signal,
    metrics: new Metrics(admission),
    log: options.log ?? pino({ level: 'silent' }),
    logTranscripts: options.logTranscripts ?? false,
  };
  const access = new Access({ tokens, origins });
  const streams = new StreamSessions(context);
  const app = application(context, access);
  const http = tls ? createHttps(tls, app) : createHttp(app);
  http.headersTimeout = HEADERS_MS;
  http.requestTimeout = REQUEST_MS;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    maxFragments: 1024,
    maxBufferedChunks: 4096,
    perMessageDeflate: false,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  /** What is spoken on which path: vosk-server's clients connect to the root. */
  const protocols = new Map<string, (socket: WebSocket, client: string, request: IncomingMessage) => void>([
    ['/v1/stream', (socket, client) => streams.serve(socket, client)],
    ['/v1/listen', (socket, client, request) => serveDeepgram(socket, context, client, addressOf(request).query)],
    ['/', (socket, client) => serveVosk(socket, context, client)],
  ]);
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const serve = protocols.get(addressOf(request).path);
    const status = access.refusal(request) ?? (serve ? undefined : 404);
    if (!serve || status !== undefined || admission.closing) {
      socket.end(`HTTP/1.1 ${status ?? 503} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const client = request.socket.remoteAddress ?? '';
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (error) => context.log.debug({ error: error.message }, 'socket error'));
      serve(ws, client, request);
    });
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

/** @throws OPTION_INVALID */
function limitsOf(workers: number, options: ServerOptions): Limits {
  const limits = defaultLimits(workers);
  for (const name of Object.keys(limits) as (keyof Limits)[]) {
    const value = options[name] ?? limits[name];
    if (!(Number.isFinite(value) && value >= 0))
      throw new HearkenError('OPTION_INVALID', `${name}: ${value} is not a number from 0 up`);
    limits[name] = value;
  }
  return limits;
}

function application(context: ServerContext, access: Access): Express {
  const { engine, admission, metrics } = context;
  const app = express().disable('x-powered-by');
  app.use((_, response, next) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader(
      'content-security-policy',
      "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    );
    next();
  });
  app.get('/healthz', (_, response) => void response.json({ status: 'ok', model: engine.card.name }));
  app.get('/readyz', (_, response) => {
    const ready = !admission.closing && admission.sessions < admission.capacity;
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : admission.closing ? 'closing' : 'busy' });
  });
  app.use(['/v1', '/metrics'], (request, response, next) => {
    const status = access.refusal(request);
    if (status === undefined) next();
    else {
      const what = status === 403 ? 'this origin is not allowed' : 'a bearer token is needed';
      refuse(response, recordError(context, new HearkenError('SERVER_UNAUTHORIZED', what), 'http'), status);
    }
  });
  app.get('/metrics', (_, response, next) => {
    metrics.registry.metrics().then((text) => response.type(metrics.registry.contentType).send(text), next);
  });
  app.get('/v1/models', models(engine));
  app.post('/v1/audio/transcriptions', transcriptions(context));
  app.use('/client', express.static(CLIENT, { index: false, dotfiles: 'ignore' }));
  app.use(express.static(DEMO, { dotfiles: 'ignore' }));
  // What express cannot read, a path with a broken escape for instance: its own answer holds a stack.
  app.use((error: Error & { status?: number }, _: Request, response: Response, _next: NextFunction) => {
    const status = error.status ?? 500;
    const known = new HearkenError('SERVER_MESSAGE', status < 500 ? 'the request cannot be read' : 'internal error');
    refuse(response, recordError(context, known, 'http'), status);
  });
  return app;
}
