import type { ChannelResult } from './messages.js';
import type { RecognitionStream } from './recognition-stream.js';
import type { Segment, Word } from './results.js';

/** All that was recognised in one recording. */
export interface Recognition {
  /** Of all segments; as people write it where `written` or `punctuation` was asked for. */
  text: string;
  /** In order of their start. `channel` is 0, or the channel's index with `channels: 'split'`. */
  segments: (Segment & { channel: number })[];
  words: Word[];
  /** Seconds of audio. */
  duration: number;
  /** What the caller should know: a phrase that was left out, a recording that ends too early. */
  warnings: string[];
}

const textOf = ({ text, written }: Segment): string => written?.map((piece) => piece.text).join(' ') ?? text;

/** Wait for a whole recording. @throws the error of a failed stream */
export async function recognitionOf(stream: RecognitionStream): Promise<Recognition> {
  const segments: Extract<ChannelResult, Segment>[] = [];
  for await (const result of stream) if (result.type === 'final') segments.push(result);
  const { seconds, warnings } = await stream.done;
  segments.sort((a, b) => a.start - b.start || a.channel - b.channel);
  return {
    text: segments.map(textOf).filter(Boolean).join(' '),
    segments,
    words: segments.flatMap((s) => s.words),
    duration: seconds,
    warnings,
  };
}
