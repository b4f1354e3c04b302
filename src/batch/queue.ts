import type { DeadJob, Entry, Job, JobResult } from './job.js';

export interface QueueStatus {
  waiting: number;
  /** Being worked on, or held by a worker that died and not yet missed. */
  active: number;
  /** Failed, and waiting for another try. */
  delayed: number;
  done: number;
  /** Given up. */
  dead: number;
}

export interface WorkOptions {
  /** Jobs at a time. */
  concurrency: number;
  /** Stops taking jobs; those begun are finished. */
  signal: AbortSignal;
  /** Return once nothing is waiting, active or delayed anywhere; default: wait for more. */
  untilEmpty: boolean;
  /** Told of every job that ends here, or fails for now. */
  onJob?: (job: Job, outcome: JobResult | Error) => void;
}

/**
 * Jobs that outlive the processes that work on them. A job is done once: adding it again changes nothing, and a worker that dies
 * gives it back. A failed job is tried again, later each time; one that can never succeed, or has failed too often, is dead.
 */
export interface BatchQueue extends AsyncDisposable {
  /** How many were not there before. */
  add(jobs: readonly Job[]): Promise<number>;
  /** Remember what is collected of which recording; one of the same path and name replaces the one before. */
  enter(entries: readonly Entry[]): Promise<void>;
  entries(): Promise<Entry[]>;
  /** @throws QUEUE_LOST where jobs that were in it are not there any more */
  work(run: (job: Job) => Promise<JobResult>, options: WorkOptions): Promise<void>;
  /** Undefined while it is not done. */
  result(id: string): Promise<JobResult | undefined>;
  status(): Promise<QueueStatus>;
  dead(): Promise<DeadJob[]>;
  /** Dead jobs wait again; how many. */
  retry(): Promise<number>;
}

/** Tries of a job before it is given up. */
export const MAX_TRIES = 5;
/** Before the second try; doubled before each further one. */
export const BACKOFF_MS = 1000;
