import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Engine } from '../src/index.js';
import { HearkenError } from '../src/index.js';
import { Access, isLoopback } from './access.js';
import { transcriptions } from './openai.js';
import { serveStream } from './stream-protocol.js';
import { serveVosk } from './vosk-protocol.js';

export interface ServerOptions {
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
  /** Most WebSocket sessions at a time; default 4 a worker. */
  maxSessions?: number;
  /** Largest upload in bytes; default 100 MiB. */
  maxUploadBytes?: number;
}

export interface RunningServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

/** Largest WebSocket message: 4 s of 32-bit audio at 48 kHz. */
const MAX_MESSAGE = 1 << 20;

/** What is spoken on which path: vosk-server's clients connect to the root. */
const PROTOCOLS: Record<string, (socket: WebSocket, engine: Engine) => void> = {
  '/v1/stream': serveStream,
  '/': serveVosk,
};

/** In OpenAI's shape. */
function refuse(response: Response, status: number, message: string): void {
  const code = 'SERVER_UNAUTHORIZED';
  response.status(status).json({ error: { message, type: 'authentication_error', param: null, code } });
}

/** Serve `engine` until closed. The engine stays the caller's. */
export async function startServer(engine: Engine, options: ServerOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 2700, maxSessions = 4 * engine.workers, maxUploadBytes = 100 << 20 } = options;
  const { tokens = [], origins = [], open = false } = options;
  if (!isLoopback(host) && tokens.length === 0 && !open)
    throw new HearkenError(
      'OPTION_INVALID',
      `${host} can be reached from other machines: give tokens, or allow it to be open`,
    );
  const access = new Access({ tokens, origins });
  const app = express().disable('x-powered-by');
  app.get('/healthz', (_, response) => void response.json({ status: 'ok', model: engine.card.name }));
  app.use('/v1', (request, response, next) => {
    if (!access.originAllowed(request)) refuse(response, 403, 'this origin is not allowed');
    else if (!access.authorized(request)) refuse(response, 401, 'a bearer token is needed');
    else next();
  });
  app.post('/v1/audio/transcriptions', transcriptions(engine, maxUploadBytes));
  const http = createServer(app);
  const sockets = new WebSocketServer({
    server: http,
    verifyClient: ({ req }, decide) => {
      if (!access.originAllowed(req)) decide(false, 403);
      else decide(access.authorized(req), 401);
    },
    maxPayload: MAX_MESSAGE,
    maxFragments: 1024,
    maxBufferedChunks: 4096,
  });
  sockets.shouldHandle = ({ url = '/' }) => url.split('?')[0] in PROTOCOLS;
  sockets.on('connection', (socket, { url = '/' }) => {
    if (sockets.clients.size > maxSessions) socket.close(1013, 'SERVER_BUSY');
    else PROTOCOLS[url.split('?')[0]](socket, engine);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause) =>
      reject(new HearkenError('OPTION_INVALID', `cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
    );
    http.listen(port, host, resolve);
  });
  return {
    host,
    port: (http.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets.clients) socket.close(1001);
      sockets.close();
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeIdleConnections();
      await closed;
    },
  };
}
