import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isHopeless } from './hopeless.js';
import { type DeadJob, type Entry, entryKey, type Job, type JobResult } from './job.js';
import { BACKOFF_MS, type BatchQueue, MAX_TRIES, type QueueStatus, type WorkOptions } from './queue.js';
import { missing, QueueFiles } from './queue-files.js';
import { wait } from './wait.js';

const POLL_MS = 500;

/** What is known of a job that failed. */
interface Failure {
  tries: number;
  /** Milliseconds since 1970. */
  notBefore: number;
  error: string;
}

const isFailure = ({ tries, notBefore }: Partial<Failure>): boolean =>
  Number.isFinite(tries) && Number.isFinite(notBefore);
const isJob = ({ id, path, options }: Partial<Job>): boolean =>
  typeof id === 'string' && typeof path === 'string' && typeof options === 'object' && options !== null;
const isResult = (value: object): boolean => {
  const { type, segments, jobs } = value as { type?: string; segments?: unknown; jobs?: unknown };
  return (type === 'heard' && Array.isArray(segments)) || (type === 'parted' && Array.isArray(jobs));
};

/**
 * A queue in a directory, for one machine or a shared file system: a file a job in `jobs/`, a claim in `claims/` while a worker
 * has it, and in the end a file in `done/` or `dead/`. Every file appears whole, by a rename, so that a worker may die at any time.
 */
export class DirectoryQueue implements BatchQueue {
  private constructor(
    private readonly root: string,
    private readonly files: QueueFiles,
    private readonly claimMs: number,
  ) {}

  /**
   * @param claimMs a claim that its worker has not renewed for so long is another's to take
   * @param warn called for files that are not whole
   * @throws QUEUE_UNAVAILABLE
   */
  static async open(root: string, claimMs: number, warn: (message: string) => void): Promise<DirectoryQueue> {
    return new DirectoryQueue(root, await QueueFiles.open(root, warn), claimMs);
  }

  async add(jobs: readonly Job[]): Promise<number> {
    let added = 0;
    for (const job of jobs) {
      const there = await Promise.all(['jobs', 'done', 'dead'].map((folder) => this.files.has(folder, job.id)));
      if (there.includes(true)) continue;
      await this.files.write('jobs', job.id, job);
      added++;
    }
    return added;
  }

  async enter(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const file = await open(resolve(this.root, 'entries.jsonl'), 'a');
    try {
      // The line break before keeps them apart from a line that was not finished.
      await file.appendFile(`\n${entries.map((e) => JSON.stringify(e)).join('\n')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async entries(): Promise<Entry[]> {
    const text = await readFile(resolve(this.root, 'entries.jsonl'), 'utf8').catch((error: unknown) => {
      if (missing(error)) return '';
      throw error;
    });
    const known = new Map<string, Entry>();
    // A line that a killed process left unfinished is no entry: its recording has to be submitted again.
    for (const line of text.split('\n').filter(Boolean)) {
      try {
        const entry = JSON.parse(line) as Entry;
        if (typeof entry.name === 'string' && typeof entry.path === 'string') known.set(entryKey(entry), entry);
      } catch {}
    }
    return [...known.values()];
  }

  async work(run: (job: Job) => Promise<JobResult>, options: WorkOptions): Promise<void> {
    const loop = async (): Promise<void> => {
      while (!options.signal.aborted) {
        const job = await this.#claim();
        if (job) await this.#do(job, run, options);
        else if (options.untilEmpty && (await this.files.ids('jobs')).length === 0) return;
        else await wait(POLL_MS, options.signal);
      }
    };
    await Promise.all(Array.from({ length: options.concurrency }, loop));
  }

  async #do(job: Job, run: (job: Job) => Promise<JobResult>, { onJob }: WorkOptions): Promise<void> {
    const claim = this.files.path('claims', job.id);
    const renewal = setInterval(() => {
      const now = new Date();
      utimes(claim, now, now).catch(() => undefined);
    }, this.claimMs / 4);
    try {
      const result = await run(job);
      await this.files.write('done', job.id, result);
      await this.files.remove('jobs', job.id);
      onJob?.(job, result);
    } catch (error) {
      await this.#failed(job, error as Error);
      onJob?.(job, error as Error);
    } finally {
      clearInterval(renewal);
      if (!(await this.files.has('jobs', job.id))) await this.files.remove('failed', job.id);
      await this.files.remove('claims', job.id);
    }
  }

  async #failed(job: Job, error: Error): Promise<void> {
    const tries = ((await this.files.read<Failure>('failed', job.id, isFailure))?.tries ?? 0) + 1;
    if (tries >= MAX_TRIES || isHopeless(error)) {
      await this.files.write('dead', job.id, { ...job, error: error.message });
      await this.files.remove('jobs', job.id);
    } else {
      const notBefore = Date.now() + BACKOFF_MS * 2 ** (tries - 1);
      await this.files.write('failed', job.id, { tries, notBefore, error: error.message } satisfies Failure);
    }
  }

  /** A job that is due and no living worker has; undefined where there is none. */
  async #claim(): Promise<Job | undefined> {
    const ids = await this.files.ids('jobs');
    // Workers begin at different places, so that they seldom want the same job.
    const first = Math.floor(Math.random() * ids.length);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[(first + i) % ids.length];
      const failure = await this.files.read<Failure>('failed', id, isFailure);
      if (failure && failure.notBefore > Date.now()) continue;
      if (!(await this.#take(id))) continue;
      const job = await this.files.read<Job>('jobs', id, isJob);
      // Another worker may have done it between the listing and the claim, or died between its last two steps.
      if (job && !(await this.files.has('done', id)) && !(await this.files.has('dead', id))) return job;
      await this.files.remove('jobs', id);
      await this.files.remove('claims', id);
    }
    return undefined;
  }

  async #take(id: string): Promise<boolean> {
    const claim = this.files.path('claims', id);
    const make = async (): Promise<boolean> => {
      try {
        await (await open(claim, 'wx')).close();
        return true;
      } catch {
        return false;
      }
    };
    if (await make()) return true;
    const age = await stat(claim).then(
      (s) => Date.now() - s.mtimeMs,
      () => 0,
    );
    if (age < this.claimMs) return false;
    // Of several that find it stale only one can move it away.
    const old = `${claim}.${randomUUID()}.stale`;
    const moved = await rename(claim, old).then(
      () => true,
      () => false,
    );
    if (!moved) return false;
    await rm(old, { force: true });
    return make();
  }

  result(id: string): Promise<JobResult | undefined> {
    return this.files.read<JobResult>('done', id, isResult);
  }

  async status(): Promise<QueueStatus> {
    const [jobs, claims, failed, done, dead] = await Promise.all(
      ['jobs', 'claims', 'failed', 'done', 'dead'].map((folder) => this.files.ids(folder)),
    );
    const finished = new Set([...done, ...dead]);
    const open = jobs.filter((id) => !finished.has(id));
    const claimed = new Set(claims);
    const again = new Set(failed);
    const active = open.filter((id) => claimed.has(id)).length;
    const delayed = open.filter((id) => !claimed.has(id) && again.has(id)).length;
    return { waiting: open.length - active - delayed, active, delayed, done: done.length, dead: dead.length };
  }

  async dead(): Promise<DeadJob[]> {
    const jobs = await Promise.all(
      (await this.files.ids('dead')).map((id) => this.files.read<Job & DeadJob>('dead', id, isJob)),
    );
    return jobs.filter((j) => j !== undefined).map(({ id, path, error }) => ({ id, path, error }));
  }

  async retry(): Promise<number> {
    const ids = await this.files.ids('dead');
    for (const id of ids) {
      const dead = await this.files.read<Job & DeadJob>('dead', id, isJob);
      if (!dead) continue;
      const { error: _, ...job } = dead;
      await this.files.write('jobs', id, job);
      await this.files.remove('dead', id);
    }
    return ids.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
