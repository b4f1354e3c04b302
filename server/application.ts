import { resolve } from 'node:path';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { HearkenError } from '../src/index.js';
import type { Access, Refusal } from './access.js';
import { clientOf } from './client-address.js';
import { recordError, type ServerContext } from './context.js';
import { models, refuse, transcriptions } from './openai.js';

const DEMO = resolve(import.meta.dirname, '../../server/demo');
const CLIENT = resolve(import.meta.dirname, '../client');

/** Everything that is asked for over HTTP. */
export function application(context: ServerContext, access: Access): Express {
  const { engine, admission, metrics } = context;
  const app = express().disable('x-powered-by');
  app.use((request, response, next) => {
    try {
      access.checkSource(request);
    } catch (error) {
      // The strangers' page may not read the answer.
      refuse(response, recordError(context, error, 'http'), 403);
      return;
    }
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
  app.use('/v1', cors(access));
  // What an async handler throws goes to the next one for errors.
  app.use(['/v1', '/metrics'], async (request, response, next) => {
    const client = clientOf(request, context.trustProxy);
    try {
      await access.check(request, client);
    } catch (error) {
      refuse(response, recordError(context, error, 'http', client), (error as Refusal).status);
      return;
    }
    next();
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

/** Pages of listed origins may read answers, and ask first whether they may (which browsers do without a token). */
const cors =
  (access: Access): RequestHandler =>
  (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (!access.listed(origin)) {
      next();
      return;
    }
    response.setHeader('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    response.setHeader('access-control-max-age', '600');
    response.status(204).end();
  };
