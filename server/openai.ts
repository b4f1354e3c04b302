import type { Request, RequestHandler, Response } from 'express';
import { type Engine, formatTranscript, HearkenError, type RecognitionStream, type Segment } from '../src/index.js';
import { recordError, recordSummary, type ServerContext } from './context.js';

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
  const param = error instanceof FieldError ? error.param : null;
  return { message: error.message, type, param, code: error.code };
}

/** OpenAI's `GET /v1/models`, of the one model there is; any name is accepted in requests. */
export function models(engine: Engine): RequestHandler {
  const model = { id: engine.card.name, object: 'model', created: 0, owned_by: 'hearken' };
  return (_, response) => void response.json({ object: 'list', data: [model] });
}

/** OpenAI's `POST /v1/audio/transcriptions` (multipart form), errors in its shape. */
export function transcriptions(context: ServerContext): RequestHandler {
  const { admission, metrics } = context;
  return (request, response) => {
    const client = request.socket.remoteAddress ?? '';
    const run = async (): Promise<void> => {
      admission.enterUpload(client);
      metrics.sessions.inc({ protocol: 'http' });
      try {
        await unlessAborted(context.closing, transcribe(context, request, response));
      } finally {
        admission.leaveUpload();
      }
    };
    run().catch((error: unknown) => {
      const known = recordError(context, error, 'upload');
      refuse(response, known, error instanceof FieldError ? error.status : undefined);
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

interface Wishes {
  file: Blob;
  format: string;
  granularities: string[];
  stream: boolean;
}

async function transcribe(context: ServerContext, request: Request, response: Response): Promise<void> {
  const { engine, limits } = context;
  const body = await readBody(request, limits.maxUploadBytes);
  const type = request.headers['content-type'] ?? '';
  const form = await new globalThis.Response(body, { headers: { 'content-type': type } }).formData().catch((cause) => {
    throw new HearkenError('OPTION_INVALID', 'the body is not a multipart form', { cause });
  });
  const { file, format, granularities, stream: streamed } = wishesOf(form);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const stream = engine.open(new Uint8Array(await file.arrayBuffer()), {
    signal: gone.signal,
    limits: { maxSeconds: limits.maxUploadSeconds, maxSecondsPerKilobyte: limits.maxSecondsPerKilobyte },
  });
  if (streamed) await replyStreamed(context, response, stream);
  else {
    const segments: Segment[] = [];
    for await (const segment of finals(stream)) segments.push(segment);
    const summary = await stream.done;
    recordSummary(context, summary);
    reply(response, format, granularities, segments, summary.seconds);
  }
}

/** Final results as they come. */
async function* finals(stream: RecognitionStream): AsyncGenerator<Segment> {
  for await (const { channel: _, ...result } of stream) if (result.type === 'final') yield result;
}

/** @throws FieldError */
function wishesOf(form: FormData): Wishes {
  const text = (name: string): string | undefined => {
    const value = form.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  for (const name of UNSUPPORTED)
    if (form.has(name) || form.has(`${name}[]`)) throw new FieldError(name, `"${name}" is not supported`);
  const file = form.get('file');
  if (!file || typeof file === 'string') throw new FieldError('file', 'the form has no file');
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
  return { file, format, granularities, stream };
}

/** @throws FieldError with 413 */
async function readBody(request: Request, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const tooLarge = new FieldError('file', `the upload is larger than ${maxBytes} bytes`, 413);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const usage = (seconds: number): object => ({ type: 'duration', seconds: Math.ceil(seconds) });

function reply(
  response: Response,
  format: string,
  granularities: string[],
  segments: Segment[],
  duration: number,
): void {
  const text = segments.map((s) => s.text).join(' ');
  if (format === 'json') response.json({ text, usage: usage(duration) });
  else if (format === 'verbose_json') {
    const words = segments.flatMap((s) => s.words).map(({ text: word, start, end }) => ({ word, start, end }));
    const parts = segments.map((s, id) => ({
      id,
      seek: 0,
      start: s.start,
      end: s.end,
      text: s.text,
      tokens: [],
      temperature: 0,
      avg_logprob: meanLog(s.words.map((w) => w.confidence ?? 1)),
      compression_ratio: 1,
      no_speech_prob: 0,
    }));
    response.json({
      task: 'transcribe',
      language: 'english',
      duration,
      text,
      // As OpenAI: segments unless only words are asked for.
      ...((granularities.length === 0 || granularities.includes('segment')) && { segments: parts }),
      ...(granularities.includes('word') && { words }),
      usage: usage(duration),
    });
  } else
    response
      .type('text/plain')
      .send(formatTranscript(format as 'text' | 'srt' | 'vtt', { name: 'upload', duration, segments }));
}

const meanLog = (confidences: number[]): number =>
  confidences.reduce((sum, c) => sum + Math.log(Math.max(c, 1e-4)), 0) / Math.max(1, confidences.length);

/** Server-sent events: a delta a segment, then the whole. */
async function replyStreamed(context: ServerContext, response: Response, stream: RecognitionStream): Promise<void> {
  const event = (data: object): void => void response.write(`data: ${JSON.stringify(data)}\n\n`);
  let text = '';
  for await (const segment of finals(stream)) {
    // Headers go out with the first result, so that what fails before it has its status.
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    const delta = text === '' ? segment.text : ` ${segment.text}`;
    text += delta;
    event({ type: 'transcript.text.delta', delta });
  }
  const summary = await stream.done;
  recordSummary(context, summary);
  if (!response.headersSent)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  event({ type: 'transcript.text.done', text, usage: usage(summary.seconds) });
  response.end('data: [DONE]\n\n');
}
