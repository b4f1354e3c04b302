import { stat } from 'node:fs/promises';
import { monoChunks, openAudio } from '../audio/index.js';
import type { Engine } from '../recognizer/engine.js';
import { segmentsOf } from '../recognizer/segments.js';
import { type Job, type JobResult, partJob } from './job.js';
import type { BatchQueue } from './queue.js';
import { BlockPower, quietCuts } from './silence.js';

/** Files below this size are not looked through for their length: the most that speech coders make of it is some minutes. */
const SURELY_SHORT_BYTES = 1 << 20;

export interface BatchOptions {
  /** Recordings longer than about this are cut at pauses into jobs of their own. */
  partSeconds: number;
}

/** Do a job: write a recording down, or make jobs of the parts of a long one. @throws AUDIO_*, INPUT_NOT_FOUND, WORKER_FAILED, OUTPUT_WRITE */
export async function runJob(
  engine: Engine,
  queue: BatchQueue,
  job: Job,
  { partSeconds }: BatchOptions,
): Promise<JobResult> {
  if (!job.options.part) {
    const parts = await partsOf(engine, job, partSeconds);
    if (parts.length > 0) {
      await queue.add(parts);
      return { type: 'parted', jobs: parts.map((p) => p.id) };
    }
  }
  const { segments, summary } = await segmentsOf(engine.open(job.path, job.options));
  return { type: 'heard', seconds: summary.seconds, segments, warnings: summary.warnings };
}

async function partsOf({ sampleRate: rate, frameShift }: Engine, job: Job, partSeconds: number): Promise<Job[]> {
  const info = await stat(job.path).catch(() => undefined);
  if (!info || info.size < SURELY_SHORT_BYTES) return [];
  const power = new BlockPower(frameShift);
  for await (const samples of monoChunks(await openAudio(job.path, job.options.raw), rate)) power.accept(samples);
  const cuts = quietCuts(power.powers, Math.round((partSeconds * rate) / frameShift)).map(
    (block) => block * frameShift,
  );
  if (cuts.length === 0) return [];
  return [0, ...cuts].map((from, i) => partJob(job, i < cuts.length ? { from, to: cuts[i] } : { from }));
}
