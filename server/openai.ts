import type { Request, RequestHandler, Response } from 'express';
import { toHearkenError } from '../src/errors.js';
import { type Engine, formatTranscript, HearkenError, type Segment } from '../src/index.js';

const FORMATS = ['json', 'text', 'srt', 'vtt', 'verbose_json'];

/** OpenAI's `POST /v1/audio/transcriptions` (multipart form: file, response_format); errors in its shape. */
export function transcriptions(engine: Engine, maxBytes: number): RequestHandler {
  return (request, response) => {
    transcribe(engine, maxBytes, request, response).catch((error: unknown) => {
      const { code, message } = toHearkenError(error, 'OPTION_INVALID');
      if (response.headersSent) response.destroy();
      else
        response
          .status(code === 'WORKER_FAILED' ? 500 : 400)
          .json({ error: { message, type: 'invalid_request_error', param: null, code } });
    });
  };
}

async function transcribe(engine: Engine, maxBytes: number, request: Request, response: Response): Promise<void> {
  const body = await readBody(request, maxBytes);
  const type = request.headers['content-type'] ?? '';
  const form = await new globalThis.Response(body, { headers: { 'content-type': type } }).formData().catch((cause) => {
    throw new HearkenError('OPTION_INVALID', 'the body is not a multipart form', { cause });
  });
  const file = form.get('file');
  if (!file || typeof file === 'string') throw new HearkenError('OPTION_INVALID', 'the form has no file');
  const wanted = form.get('response_format') ?? 'json';
  const format = typeof wanted === 'string' ? wanted : 'a file';
  if (!FORMATS.includes(format))
    throw new HearkenError('OPTION_INVALID', `response_format "${format}" is not one of ${FORMATS.join(', ')}`);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const stream = engine.open(new Uint8Array(await file.arrayBuffer()), { signal: gone.signal });
  const segments: Segment[] = [];
  for await (const { channel: _, ...result } of stream) if (result.type === 'final') segments.push(result);
  const { seconds } = await stream.done;
  reply(response, format, segments, seconds);
}

async function readBody(request: Request, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new HearkenError('OPTION_INVALID', `the upload is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reply(response: Response, format: string, segments: Segment[], duration: number): void {
  const text = segments.map((s) => s.text).join(' ');
  if (format === 'json') response.json({ text });
  else if (format === 'verbose_json') {
    const words = segments.flatMap((s) => s.words).map(({ text: word, start, end }) => ({ word, start, end }));
    const parts = segments.map((s, id) => ({ id, start: s.start, end: s.end, text: s.text }));
    response.json({ task: 'transcribe', language: 'english', duration, text, segments: parts, words });
  } else
    response
      .type('text/plain')
      .send(formatTranscript(format as 'text' | 'srt' | 'vtt', { name: 'upload', duration, segments }));
}
