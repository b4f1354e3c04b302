import { HearkenError } from '../errors.js';
import type { RecordingPart } from './messages.js';

/** Feature frames taken in before a part begins: the window of the running mean, and those that the edge of the audio spoils. */
const LEAD_FRAMES = 640;

/** @param frameShift samples between feature frames: parts begin and end on multiples of it. @throws OPTION_INVALID */
export function checkPart({ from, to }: RecordingPart, frameShift: number): void {
  const whole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0 && n % frameShift === 0;
  if (!whole(from) || (to !== undefined && !(whole(to) && to > from)))
    throw new HearkenError(
      'OPTION_INVALID',
      `part: ${from} to ${to ?? 'the end'}: both must be multiples of ${frameShift} samples from 0 up, the end after the start`,
    );
}

/** Position of the first sample that has to be taken in for a part. */
export function leadStart({ from }: RecordingPart, frameShift: number): number {
  return Math.max(0, from - LEAD_FRAMES * frameShift);
}

/** Samples before a part that prepare the features' mean; `last`: the part begins behind them. */
export interface Lead {
  samples: Float32Array;
  last: boolean;
}

/** Cuts one channel's samples, as they come, to a part and what leads to it. */
export class PartCutter {
  #at = 0;

  constructor(
    private readonly part: RecordingPart | undefined,
    private readonly frameShift: number,
  ) {}

  cut(samples: Float32Array): { lead?: Lead; samples: Float32Array } {
    if (!this.part) return { samples };
    const { from, to = Number.POSITIVE_INFINITY } = this.part;
    const start = this.#at;
    this.#at += samples.length;
    const slice = (a: number, b: number): Float32Array =>
      samples.subarray(Math.max(0, a - start), Math.max(0, Math.min(samples.length, b - start)));
    const lead = slice(leadStart(this.part, this.frameShift), from);
    const last = start < from && this.#at >= from;
    return { ...((lead.length > 0 || last) && { lead: { samples: lead, last } }), samples: slice(from, to) };
  }

  get past(): boolean {
    return this.part?.to !== undefined && this.#at >= this.part.to;
  }
}
