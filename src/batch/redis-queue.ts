import { type Job as BullJob, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { HearkenError } from '../errors.js';
import { isHopeless } from './hopeless.js';
import type { DeadJob, Entry, Job, JobResult } from './job.js';
import { BACKOFF_MS, type BatchQueue, MAX_TRIES, type QueueStatus, type WorkOptions } from './queue.js';
import { wait } from './wait.js';

/** Jobs handed to Redis in one round trip. */
const BULK = 500;
const POLL_MS = 500;

/** A queue of BullMQ in Redis, for many machines. Jobs and their results stay there until the queue is removed. */
export class RedisQueue implements BatchQueue {
  #redis: Redis;
  #queue: Queue<Job, JobResult>;
  #name: string;
  #claimMs: number;

  private constructor(redis: Redis, name: string, claimMs: number) {
    this.#redis = redis;
    this.#name = name;
    this.#claimMs = claimMs;
    this.#queue = new Queue(name, { connection: redis });
    this.#queue.on('error', () => undefined); // Redis being away is waited out
  }

  /** @param claimMs how long a job stays with a worker that gives no sign of life. @throws QUEUE_UNAVAILABLE */
  static async open(url: string, name: string, claimMs: number): Promise<RedisQueue> {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
    } catch (cause) {
      redis.disconnect();
      throw new HearkenError('QUEUE_UNAVAILABLE', `no Redis answers at ${withoutPassword(url)}`, { cause });
    }
    return new RedisQueue(redis, name, claimMs);
  }

  get #entriesKey(): string {
    return `${this.#name}:entries`;
  }

  async add(jobs: readonly Job[]): Promise<number> {
    let added = 0;
    for (let at = 0; at < jobs.length; at += BULK) {
      const some = jobs.slice(at, at + BULK);
      const known = await Promise.all(some.map(({ id }) => this.#queue.getJob(id)));
      const fresh = some.filter((_, i) => !known[i]);
      await this.#queue.addBulk(
        fresh.map((job) => ({
          name: 'transcribe',
          data: job,
          opts: { jobId: job.id, attempts: MAX_TRIES, backoff: { type: 'exponential', delay: BACKOFF_MS } },
        })),
      );
      added += fresh.length;
    }
    return added;
  }

  async enter(entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += BULK) {
      const some = entries.slice(at, at + BULK);
      await this.#redis.hset(this.#entriesKey, Object.fromEntries(some.map((e) => [e.name, JSON.stringify(e)])));
    }
  }

  async entries(): Promise<Entry[]> {
    return (await this.#redis.hvals(this.#entriesKey)).map((text) => JSON.parse(text) as Entry);
  }

  async work(run: (job: Job) => Promise<JobResult>, options: WorkOptions): Promise<void> {
    const perform = async ({ data }: BullJob<Job, JobResult>): Promise<JobResult> => {
      try {
        return await run(data);
      } catch (error) {
        throw isHopeless(error as Error) ? new UnrecoverableError((error as Error).message) : error;
      }
    };
    const worker = new Worker(this.#name, perform, {
      connection: this.#redis,
      concurrency: options.concurrency,
      lockDuration: this.#claimMs,
      stalledInterval: this.#claimMs,
      maxStalledCount: MAX_TRIES,
    });
    worker.on('error', () => undefined);
    worker.on('completed', (job, result) => options.onJob?.(job.data, result));
    worker.on('failed', (job, error) => job && options.onJob?.(job.data, error));
    await this.#untilEnough(options);
    await worker.close(); // waits for the jobs begun
  }

  async #untilEnough({ signal, untilEmpty }: WorkOptions): Promise<void> {
    while (!signal.aborted) {
      await wait(POLL_MS, signal);
      if (!untilEmpty) continue;
      const { waiting, active, delayed } = await this.status();
      if (waiting + active + delayed === 0) return;
    }
  }

  async result(id: string): Promise<JobResult | undefined> {
    return (await this.#queue.getJob(id))?.returnvalue ?? undefined;
  }

  async status(): Promise<QueueStatus> {
    const counts = await this.#queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed');
    const { waiting, active, delayed, completed: done, failed: dead } = counts;
    return { waiting, active, delayed, done, dead };
  }

  async dead(): Promise<DeadJob[]> {
    const jobs = await this.#queue.getFailed();
    return jobs.map(({ data, failedReason }) => ({ id: data.id, path: data.path, error: failedReason }));
  }

  async retry(): Promise<number> {
    const jobs = await this.#queue.getFailed();
    await Promise.all(jobs.map((job) => job.retry('failed', { resetAttemptsMade: true })));
    return jobs.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close();
    this.#redis.disconnect();
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
