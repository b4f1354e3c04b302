import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { type BatchQueue, type Job, type JobResult, openQueue } from '../../src/batch/index.js';
import { HearkenError } from '../../src/errors.js';
import { rejects } from '../support/errors.js';
import { type RedisServer, redisOrSkip } from '../support/redis.js';

const CLAIM_MS = 1000;
const heard = (text: string): JobResult => ({ type: 'heard', seconds: 1, segments: [], warnings: [text] });
const job = (id: string): Job => ({ id, path: `/recordings/${id}.wav`, options: {} });
const once = { concurrency: 2, untilEmpty: true };

function behavesAsAQueue(open: (model: string) => Promise<BatchQueue>): void {
  let queue: BatchQueue;
  let model = 0;
  beforeEach(async () => {
    queue = await open(`test${model++}`);
  });
  afterEach(async () => queue?.[Symbol.asyncDispose]());

  it('does a job once, however often it is added', async () => {
    const done: string[] = [];
    expect(await queue.add(['a', 'b', 'c'].map(job))).to.equal(3);
    expect(await queue.add(['b', 'd'].map(job))).to.equal(1);
    const run = async ({ id }: Job): Promise<JobResult> => {
      done.push(id);
      return heard(id);
    };
    await queue.work(run, { ...once, signal: new AbortController().signal });
    expect(done.sort()).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(await queue.add([job('a')])).to.equal(0);
    await queue.work(run, { ...once, signal: new AbortController().signal });
    expect(done).to.have.length(4);
    expect(await queue.result('c')).to.deep.equal(heard('c'));
    expect(await queue.result('x')).to.equal(undefined);
    expect(await queue.status()).to.deep.equal({ waiting: 0, active: 0, delayed: 0, done: 4, dead: 0 });
  });

  it('tries a failed job again, later, and tells of it', async () => {
    const times: number[] = [];
    const told: string[] = [];
    await queue.add([job('flaky')]);
    const run = async (): Promise<JobResult> => {
      times.push(performance.now());
      if (times.length < 3) throw new HearkenError('WORKER_FAILED', `try ${times.length}`);
      return heard('at last');
    };
    const onJob = (_: Job, outcome: JobResult | Error): number =>
      told.push(outcome instanceof Error ? outcome.message : outcome.type);
    await queue.work(run, { ...once, signal: new AbortController().signal, onJob });
    expect(told).to.deep.equal(['try 1', 'try 2', 'heard']);
    expect(times[1] - times[0]).to.be.above(900);
    expect(times[2] - times[1]).to.be.above(1900);
    expect(await queue.result('flaky')).to.deep.equal(heard('at last'));
  });

  it('gives up at once what cannot succeed, and takes it up again when asked', async () => {
    let tries = 0;
    await queue.add([job('broken')]);
    const run = async (): Promise<JobResult> => {
      if (tries++ === 0) throw new HearkenError('AUDIO_FORMAT', 'no audio');
      return heard('mended');
    };
    await queue.work(run, { ...once, signal: new AbortController().signal });
    expect(tries).to.equal(1);
    expect(await queue.dead()).to.deep.equal([{ id: 'broken', path: '/recordings/broken.wav', error: 'no audio' }]);
    expect((await queue.status()).dead).to.equal(1);
    expect(await queue.result('broken')).to.equal(undefined);
    expect(await queue.add([job('broken')])).to.equal(0);
    expect(await queue.retry()).to.equal(1);
    await queue.work(run, { ...once, signal: new AbortController().signal });
    expect(await queue.dead()).to.deep.equal([]);
    expect(await queue.result('broken')).to.deep.equal(heard('mended'));
  });

  it('takes on jobs that jobs make, and waits for them', async () => {
    await queue.add([job('long')]);
    await queue.work(
      async ({ id }) => {
        if (id !== 'long') return heard(id);
        await queue.add([job('part1'), job('part2')]);
        return { type: 'parted', jobs: ['part1', 'part2'] };
      },
      { ...once, signal: new AbortController().signal },
    );
    expect(await queue.result('part2')).to.deep.equal(heard('part2'));
  });

  it('finishes what was begun when it is stopped', async () => {
    const stop = new AbortController();
    await queue.add(['a', 'b', 'c', 'd'].map(job));
    await queue.work(
      async ({ id }) => {
        stop.abort();
        await new Promise((done) => setTimeout(done, 200));
        return heard(id);
      },
      { concurrency: 1, untilEmpty: false, signal: stop.signal },
    );
    const { waiting, done, active } = await queue.status();
    expect(done).to.be.within(1, 2);
    expect(active).to.equal(0);
    expect(waiting + done).to.equal(4);
  });

  it('remembers names, the last recording of each', async () => {
    await queue.enter([
      { name: 'x', path: '/x.wav', job: '1' },
      { name: 'y', path: '/y.wav', job: '2' },
    ]);
    await queue.enter([{ name: 'x', path: '/x.wav', job: '3' }]);
    const entries = await queue.entries();
    expect(entries.map((e) => `${e.name} ${e.job}`).sort()).to.deep.equal(['x 3', 'y 2']);
  });
}

describe('a queue in a directory', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(resolve(tmpdir(), 'hearken-queue-'));
  });
  after(() => rmSync(root, { recursive: true }));
  behavesAsAQueue((model) => openQueue({ queue: root, model, claimMs: CLAIM_MS }));

  it('takes the job of a worker that gives no sign of life, and of a living one not', async () => {
    const queue = await openQueue({ queue: root, model: 'stale', claimMs: CLAIM_MS });
    await queue.add([job('held'), job('free')]);
    writeFileSync(resolve(root, 'stale/claims/held.json'), ''); // as a worker that was killed leaves it
    const done: [string, number][] = [];
    const began = performance.now();
    const run = async ({ id }: Job): Promise<JobResult> => {
      done.push([id, performance.now() - began]);
      return heard(id);
    };
    expect((await queue.status()).active).to.equal(1);
    await queue.work(run, { ...once, signal: new AbortController().signal });
    expect(done.map(([id]) => id)).to.deep.equal(['free', 'held']);
    expect(done[1][1]).to.be.above(CLAIM_MS - 100);
    const slow = job('slow');
    await queue.add([slow]);
    let runs = 0;
    const long = async (): Promise<JobResult> => {
      runs++;
      await new Promise((waited) => setTimeout(waited, 3 * CLAIM_MS));
      return heard('slow');
    };
    const signal = new AbortController().signal;
    await Promise.all([queue.work(long, { ...once, signal }), queue.work(long, { ...once, signal })]);
    expect(runs).to.equal(1);
  });

  it('passes over an entry that a killed process left unfinished', async () => {
    const queue = await openQueue({ queue: root, model: 'torn', claimMs: CLAIM_MS });
    await queue.enter([{ name: 'whole', path: '/w.wav', job: '1' }]);
    writeFileSync(resolve(root, 'torn/entries.jsonl'), '{"name":"torn","pa', { flag: 'a' });
    expect((await queue.entries()).map((e) => e.name)).to.deep.equal(['whole']);
    await queue.enter([{ name: 'next', path: '/n.wav', job: '2' }]);
    expect((await queue.entries()).map((e) => e.name)).to.deep.equal(['whole', 'next']);
  });

  it('says where it cannot be made', async () => {
    writeFileSync(resolve(root, 'file'), '');
    mkdirSync(resolve(root, 'there'));
    await rejects(openQueue({ queue: resolve(root, 'file'), model: 'm' }), 'QUEUE_UNAVAILABLE');
  });
});

describe('a queue in Redis', function () {
  this.timeout(60_000);
  let redis: RedisServer | undefined;
  before(async function () {
    redis = await redisOrSkip(this);
  });
  after(() => redis?.stop());
  behavesAsAQueue((model) => openQueue({ queue: redis?.url ?? '', model, claimMs: CLAIM_MS }));

  it('says where no Redis answers, without the password', async () => {
    const nobody = openQueue({ queue: 'redis://user:secret@127.0.0.1:1', model: 'm' });
    const { message } = await rejects(nobody, 'QUEUE_UNAVAILABLE');
    expect(message)
      .to.match(/127\.0\.0\.1:1$/)
      .and.not.contain('secret');
  });
});
