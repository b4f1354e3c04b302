import { type Job as BullJob, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { HearkenError } from '../errors.js';
import { isHopeless } from './hopeless.js';
import { type DeadJob, type Entry, entryKey, type Job, type JobResult } from './job.js';
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

  /**
   * @param claimMs how long a job stays with a worker that gives no sign of life
   * @param warn called where the Redis would lose the queue with its process
   * @throws QUEUE_UNAVAILABLE
   */
  static async open(url: string, name: string, claimMs: number, warn: (message: string) => void): Promise<RedisQueue> {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
    } catch (cause) {
      redis.disconnect();
      throw new HearkenError('QUEUE_UNAVAILABLE', `no Redis answers at ${withoutPassword(url)}`, { cause });
    }
    const risk = await persistenceRisk(redis);
    if (risk !== undefined) warn(`${withoutPassword(url)} ${risk}: set "appendonly yes" in it`);
    return new RedisQueue(redis, name, claimMs);
  }

  get #entriesKey(): string {
    return `${this.#name}:entries`;
  }

  /** How many jobs were ever added: a Redis that came back without its data, or with an old snapshot of it, has fewer. */
  get #addedKey(): string {
    return `${this.#name}:added`;
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
      if (fresh.length > 0) await this.#redis.incrby(this.#addedKey, fresh.length);
    }
    return added;
  }

  async enter(entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += BULK) {
      const some = entries.slice(at, at + BULK);
      await this.#redis.hset(this.#entriesKey, Object.fromEntries(some.map((e) => [entryKey(e), JSON.stringify(e)])));
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
    try {
      await this.#untilEnough(options);
    } finally {
      await worker.close(); // waits for the jobs begun
    }
  }

  async #untilEnough({ signal, untilEmpty }: WorkOptions): Promise<void> {
    let most = 0;
    while (!signal.aborted) {
      const added = Number((await this.#redis.get(this.#addedKey)) ?? 0);
      if (added < most)
        throw new HearkenError(
          'QUEUE_LOST',
          `the queue has held ${most} jobs and now knows of ${added}: its Redis lost data; submit the recordings again`,
        );
      most = added;
      await wait(POLL_MS, signal);
      if (!untilEmpty) continue;
      const { waiting, active, delayed } = await this.status();
      if (waiting + active + delayed === 0 && Number(await this.#redis.get(this.#addedKey)) >= most) return;
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

/** What a restart of the Redis would lose; undefined where it writes every change to its disk. */
async function persistenceRisk(redis: Redis): Promise<string | undefined> {
  const info = await redis.info('persistence').catch(() => '');
  if (info === '' || /^aof_enabled:1/m.test(info)) return undefined;
  // Services do not show their configuration.
  const [, save] = (await redis.config('GET', 'save').catch(() => [])) as (string | undefined)[];
  return save === ''
    ? 'keeps nothing on its disk, and its restart loses the queue'
    : 'keeps snapshots only, and its restart loses what came after the last one';
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
