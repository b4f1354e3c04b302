import type { Request, RequestHandler, Response } from 'express';
import { type Engine, HearkenError, type Segment } from '../src/index.js';
import { Slots } from '../src/recognizer/slots.js';
import { clientOf } from './client-address.js';
import { recordError, recordSummary, type ServerContext } from './context.js';
import { FormError, readForm } from './form.js';
import { finals, reply, replyStreamed } from './openai-reply.js';
import { shown } from './shown.js';

const FORMATS = ['json', 'text', 'srt', 'vtt', 'verbose_json'];
const GRANULARITIES = ['word', 'segment'];
/** Fields this engine has nothing for; silence about them would mislead. */
const UNSUPPORTED = ['include', 'known_speaker_names', 'known_speaker_references'];
const STATUS: Record<string, number> = {
  AUDIO_LIMIT: 413,
  WORKER_FAILED: 500,
  INTERNAL: 500,
  SERVER_BUSY: 503,
  SERVER_CLOSING: 503,
  SERVER_LIMIT: 429,
};

/** A refusal that names the field of the form. */
class FieldError extends HearkenError {
  constructor(
    readonly param: string,
    message: string,
    readonly status = 400,
  ) {
    super('OPTION_INVALID', message);
  }
}

/** In OpenAI's shape. */
export function refuse(response: Response, error: HearkenError, status = STATUS[error.code] ?? 400): void {
  if (response.headersSent) {
    // A stream of events says what happened as its last one.
    const body = JSON.stringify({ type: 'error', error: bodyOf(error, status) });
    response.end(`data: ${body}\n\n`);
    return;
  }
  if (status === 503 || status === 429) response.setHeader('retry-after', '1');
  // What is left of the body is not read.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.status(status).json({ error: bodyOf(error, status) });
}

function bodyOf(error: HearkenError, status: number): object {
  const type =
    status === 401 || status === 403
      ? 'authentication_error'
      : status >= 500
        ? 'server_error'
        : 'invalid_request_error';
  const param = error instanceof FieldError ? error.param : status === 413 ? 'file' : null;
  return { message: shown(error.message), type, param, code: error.code };
}

/** OpenAI's `GET /v1/models`, of the one model there is; any name is accepted in requests. */
export function models(engine: Engine): RequestHandler {
  const model = { id: engine.card.name, object: 'model', created: 0, owned_by: 'hearken' };
  return (_, response) => void response.json({ object: 'list', data: [model] });
}

/** OpenAI's `POST /v1/audio/transcriptions` (multipart form), errors in its shape. */
export function transcriptions(context: ServerContext): RequestHandler {
  const { admission, metrics, limits } = context;
  const places = new Slots(limits.maxUploads);
  return (request, response) => {
    const client = clientOf(request, context.trustProxy);
    const run = async (): Promise<void> => {
      admission.enterUpload(client);
      metrics.sessions.inc({ protocol: 'http' });
      try {
        await unlessAborted(context.closing, transcribe(context, places, request, response));
      } finally {
        admission.leaveUpload(client);
      }
    };
    run().catch((error: unknown) => {
      const known = recordError(context, error, 'upload');
      const stated = error instanceof FieldError || error instanceof FormError;
      refuse(response, known, stated ? error.status : undefined);
    });
  };
}

/** What `work` gives; rejects with the signal's reason once it is aborted. */
async function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What the fields of a form ask for. */
interface Wishes {
  format: string;
  granularities: string[];
  stream: boolean;
}

/** An upload on its way holds nobody up: it takes a place once it has come. */
async function transcribe(context: ServerContext, places: Slots, request: Request, response: Response): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const form = await readForm(request, context.limits);
  try {
    const wishes = wishesOf(form.fields);
    const { path } = form;
    if (path === undefined) throw new FieldError('file', 'the form has no file');
    await places.run(() => recognise(context, path, wishes, response, gone.signal));
  } finally {
    // Not waited for: the place is free when the answer is out.
    void form.remove();
  }
}

async function recognise(
  context: ServerContext,
  path: string,
  { format, granularities, stream: streamed }: Wishes,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  const { maxUploadSeconds: maxSeconds, maxSecondsPerKilobyte } = context.limits;
  const stream = context.engine.open(path, { signal, limits: { maxSeconds, maxSecondsPerKilobyte } });
  if (streamed) await replyStreamed(context, response, stream);
  else {
    const segments: Segment[] = [];
    for await (const segment of finals(stream)) segments.push(segment);
    const summary = await stream.done;
    recordSummary(context, summary);
    reply(response, format, granularities, segments, summary.seconds);
  }
}

/** @throws FieldError */
function wishesOf(form: URLSearchParams): Wishes {
  const text = (name: string): string | undefined => form.get(name) ?? undefined;
  for (const name of UNSUPPORTED)
    if (form.has(name) || form.has(`${name}[]`)) throw new FieldError(name, `"${name}" is not supported`);
  const language = text('language')?.toLowerCase();
  if (language !== undefined && !/^en($|-)|^english$/.test(language))
    throw new FieldError('language', `language "${language}": this model hears English ("en")`);
  const format = text('response_format') ?? 'json';
  if (!FORMATS.includes(format))
    throw new FieldError('response_format', `response_format "${format}" is not one of ${FORMATS.join(', ')}`);
  const granularities = [...form.getAll('timestamp_granularities[]'), ...form.getAll('timestamp_granularities')].map(
    String,
  );
  const strange = granularities.find((g) => !GRANULARITIES.includes(g));
  if (strange !== undefined)
    throw new FieldError('timestamp_granularities', `"${strange}" is not one of ${GRANULARITIES.join(', ')}`);
  if (granularities.length > 0 && format !== 'verbose_json')
    throw new FieldError('timestamp_granularities', 'timestamp_granularities need response_format verbose_json');
  const stream = text('stream') === 'true';
  if (stream && format !== 'json' && format !== 'text')
    throw new FieldError('stream', `a stream has response_format json or text, not ${format}`);
  return { format, granularities, stream };
}
