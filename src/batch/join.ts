import type { Segment } from '../recognizer/results.js';
import type { Entry, Heard } from './job.js';
import type { BatchQueue } from './queue.js';

/** What was heard in a whole recording; undefined while a part of it is missing. Parts lie end to end, their times already absolute. */
export async function heardIn(queue: BatchQueue, entry: Entry): Promise<Heard | undefined> {
  const result = await queue.result(entry.job);
  if (result?.type !== 'parted') return result;
  const parts = await Promise.all(result.jobs.map((id) => queue.result(id)));
  if (!parts.every((p) => p?.type === 'heard')) return undefined;
  return joined(parts as Heard[]);
}

export function joined(parts: readonly Heard[]): Heard {
  const channels = Math.max(...parts.map((p) => p.segments.length));
  const segments = Array.from({ length: channels }, (_, c) =>
    parts
      .flatMap((part, i) =>
        (part.segments[c] ?? []).map(
          (s): Segment => (s.reason === 'end' && i < parts.length - 1 ? { ...s, reason: 'finalize' } : s),
        ),
      )
      .map((s, index) => ({ ...s, index })),
  );
  return {
    type: 'heard',
    seconds: parts[parts.length - 1].seconds,
    segments,
    warnings: [...new Set(parts.flatMap((p) => p.warnings))],
  };
}
