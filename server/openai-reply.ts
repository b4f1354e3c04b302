import type { Response } from 'express';
import { formatTranscript, type RecognitionStream, type Segment } from '../src/index.js';
import { recordSummary, type ServerContext } from './context.js';

/** Final results as they come. */
export async function* finals(stream: RecognitionStream): AsyncGenerator<Segment> {
  for await (const { channel: _, ...result } of stream) if (result.type === 'final') yield result;
}

const usage = (seconds: number): object => ({ type: 'duration', seconds: Math.ceil(seconds) });

export function reply(
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
export async function replyStreamed(
  context: ServerContext,
  response: Response,
  stream: RecognitionStream,
): Promise<void> {
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
