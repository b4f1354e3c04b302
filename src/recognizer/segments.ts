import type { StreamSummary } from './messages.js';
import type { RecognitionStream } from './recognition-stream.js';
import type { Segment } from './results.js';

/** All that is heard in a recording: segments by channel. @throws the error of a failed stream */
export async function segmentsOf(
  stream: RecognitionStream,
): Promise<{ segments: Segment[][]; summary: StreamSummary }> {
  const found: Segment[][] = [];
  for await (const { channel, ...result } of stream) if (result.type === 'final') (found[channel] ??= []).push(result);
  const summary = await stream.done;
  return { segments: Array.from({ length: summary.channels }, (_, c) => found[c] ?? []), summary };
}
