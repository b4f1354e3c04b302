import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cannotRead } from '../input-file.js';
import type { RecordingOptions, RecordingPart } from '../recognizer/messages.js';
import type { Segment } from '../recognizer/results.js';

/** A recording, or a part of one, to be written down. What it is decides its id, so that nothing is done twice. */
export interface Job {
  /** Hash of the recording's bytes, the model's checksums, and the options. */
  id: string;
  /** Absolute, as the workers see it. */
  path: string;
  options: RecordingOptions;
}

/** What was heard: segments of each channel. */
export interface Heard {
  type: 'heard';
  /** Of the audio up to the end of this part. */
  seconds: number;
  segments: Segment[][];
  warnings: string[];
}

/** A long recording became jobs of its own, in order. */
export interface Parted {
  type: 'parted';
  jobs: string[];
}

export type JobResult = Heard | Parted;

/** A recording under the name its outputs get. */
export interface Entry {
  name: string;
  path: string;
  job: string;
}

/** What an entry is known by: one of the same path and name replaces the one before. */
export const entryKey = ({ path, name }: Entry): string => `${path}\n${name}`;

/** A job that was given up. */
export interface DeadJob {
  id: string;
  path: string;
  error: string;
}

const hash = (...texts: string[]): string => createHash('sha256').update(texts.join('\n')).digest('hex');

/** @param model checksum of the package. @throws INPUT_NOT_FOUND */
export async function recordingJob(path: string, model: string, options: RecordingOptions): Promise<Job> {
  const bytes = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) bytes.update(chunk as Buffer);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
  return { id: hash(bytes.digest('hex'), model, JSON.stringify(options)), path, options };
}

/** The stretch of `whole` from one cut to the next, or to the end. */
export function partJob(whole: Job, part: RecordingPart): Job {
  return { id: hash(whole.id, JSON.stringify(part)), path: whole.path, options: { ...whole.options, part } };
}
