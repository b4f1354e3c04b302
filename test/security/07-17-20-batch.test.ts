import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { type Job, type JobResult, openQueue } from '../../src/batch/index.js';
import { outputNames } from '../../src/cli/output-names.js';
import { staysInside } from '../../src/cli/outputs.js';
import { hearken, MAIN } from '../support/cli.js';
import { rejects } from '../support/errors.js';
import { type RedisServer, redisOrSkip } from '../support/redis.js';
import { SPOKEN, SPOKEN_WAV } from '../support/spoken.js';

const SAID_WORD = 'fellow';
const heard: JobResult = { type: 'heard', seconds: 1, segments: [[]], warnings: [] };
const job = (id: string): Job => ({ id, path: `/recordings/${id}.wav`, options: {} });
const now = (): { concurrency: number; untilEmpty: boolean; signal: AbortSignal } => ({
  concurrency: 1,
  untilEmpty: true,
  signal: new AbortController().signal,
});

/** The recording with its last samples other: other bytes, the same words. */
function another(last: number): Buffer {
  const file = Buffer.from(SPOKEN_WAV);
  file.writeInt16LE(last, 44 + SPOKEN.length - 2);
  return file;
}

describe('findings of batches', function () {
  this.timeout(240_000);
  let root: string;
  const at = (...path: string[]): string => join(root, ...path);
  const queue = (name: string): string[] => ['-q', at(name), '--progress', 'none'];
  before(() => {
    root = mkdtempSync(resolve(tmpdir(), 'hearken-batch-'));
    for (const [i, folder] of ['a', 'b'].entries()) {
      mkdirSync(at(folder));
      writeFileSync(at(folder, 'call.wav'), another(i + 1));
    }
  });
  after(() => rmSync(root, { recursive: true }));

  const work = (name: string): { status: number | null; err: string } =>
    hearken('batch', 'work', '-j', '1', '--until-empty', ...queue(name));

  it('finding 7: two recordings of one relative name are both written', () => {
    expect(hearken('batch', 'submit', at('a'), ...queue('q7')).err).to.equal('');
    expect(hearken('batch', 'submit', at('b'), ...queue('q7')).err).to.match(/named "call".*collected as call-/);
    expect(work('q7').status).to.equal(0);
    const { status, out } = hearken('batch', 'collect', '-o', at('o7'), ...queue('q7'));
    expect(out).to.include('2 of 2 transcripts');
    expect(status).to.equal(0);
    const files = readdirSync(at('o7'));
    expect(files).to.have.length(2);
    for (const file of files) expect(readFileSync(at('o7', file), 'utf8')).to.include(SAID_WORD);
  });

  it('finding 7: names do not depend on what else is there but the clash itself', () => {
    const entries = ['/a/x.wav', '/b/x.wav', '/c/y.wav'].map((path) => ({ path, name: path.slice(3, 4), job: path }));
    const names = outputNames(entries).map((n) => n.name);
    expect(names[2]).to.equal('y');
    expect(new Set(names).size).to.equal(3);
    expect(outputNames([entries[1], entries[0]]).map((n) => n.name)).to.deep.equal([names[1], names[0]]);
  });

  it('finding 17: names that climb are refused at submit, and at collect where they are in the queue', async () => {
    for (const name of ['../x', '/etc/x', 'a/../../x', '..', '.', 'a/..', '\0'])
      expect(staysInside(name), name).to.equal(false);
    for (const name of ['x', 'a/b', '..x', 'a..b/c', '-x', 'a/../x']) expect(staysInside(name), name).to.equal(true);
    writeFileSync(at('list.txt'), `${at('a', 'call.wav')}\t../../../${at('escaped')}\n`);
    const refused = hearken('batch', 'submit', '--list', at('list.txt'), ...queue('q17'));
    expect([refused.status, refused.err]).to.satisfy(
      ([status, err]: [number, string]) => status === 2 && /leads out/.test(err),
    );
    hearken('batch', 'submit', at('a'), ...queue('q17'));
    const [model] = readdirSync(at('q17'));
    const entries = at('q17', model, 'entries.jsonl');
    writeFileSync(entries, readFileSync(entries, 'utf8').replace('"call"', JSON.stringify(`../..${at('escaped')}`)));
    work('q17');
    const { status, out } = hearken('batch', 'collect', '-o', at('deep', 'o17'), ...queue('q17'));
    expect([status, out.slice(0, 6)]).to.deep.equal([1, '0 of 1']);
    expect(existsSync(at('escaped.txt'))).to.equal(false);
  });

  it('finding 18: an empty or torn job is moved aside and said, and the others are done', async () => {
    hearken('batch', 'submit', at('a'), at('b'), ...queue('q18'));
    const [model] = readdirSync(at('q18'));
    const jobs = at('q18', model, 'jobs');
    for (const [name, text] of [
      ['0000', ''],
      ['0001', '{"id":"0001","pa'],
      ['0002', 'null'],
      ['0003', '{"id":3}'],
    ])
      writeFileSync(join(jobs, `${name}.json`), text);
    const { status, err } = work('q18');
    expect(status).to.equal(0);
    expect(err.match(/is not whole and was moved/g)).to.have.length(4);
    expect(readdirSync(at('q18', model, 'broken'))).to.have.length(4);
    const done = at('q18', model, 'done');
    const [first] = readdirSync(done);
    writeFileSync(join(done, first), '');
    const { status: code, out, err: said } = hearken('batch', 'collect', '-o', at('o18'), ...queue('q18'));
    expect([code, out.slice(0, 6)]).to.deep.equal([1, '1 of 2']);
    expect(said).to.include('no transcript of');
    // Submitted again it is done again.
    hearken('batch', 'submit', at('a'), at('b'), ...queue('q18'));
    work('q18');
    expect(hearken('batch', 'collect', '-o', at('o18'), ...queue('q18')).out).to.include('2 of 2');
  });

  it('finding 20: what could not be written is not counted, and named', () => {
    hearken('batch', 'submit', at('a'), ...queue('q20'));
    work('q20');
    // The name is that of a directory.
    mkdirSync(at('o20', 'call.txt'), { recursive: true });
    const { status, out, err } = hearken('batch', 'collect', '-o', at('o20'), ...queue('q20'));
    expect([status, out.slice(0, 6)]).to.deep.equal([1, '0 of 1']);
    expect(err).to.match(/OUTPUT_WRITE/);
    expect(err).to.include(`no transcript of ${at('a', 'call.wav')}`);
    expect(statSync(at('o20', 'call.txt')).isDirectory()).to.equal(true);
  });

  it('collecting a queue that holds nothing is an error', () => {
    const { status, err } = hearken('batch', 'collect', '-o', at('o'), ...queue('empty'));
    expect([status, /QUEUE_LOST/.test(err)]).to.deep.equal([1, true]);
  });

  describe('finding 19: a Redis that keeps nothing', () => {
    let redis: RedisServer | undefined;
    before(async function () {
      redis = await redisOrSkip(this, { keeps: false });
    });
    after(() => redis?.stop());

    it('is said when the queue is opened', async () => {
      const said: string[] = [];
      const open = await openQueue({ queue: redis?.url ?? '', model: 'm19', onWarning: (m) => said.push(m) });
      await open[Symbol.asyncDispose]();
      expect(said.join()).to.match(/keeps nothing on its disk.*appendonly yes/);
    });

    it('ends workers with QUEUE_LOST when it comes back without its data', async () => {
      const options = { queue: redis?.url ?? '', model: 'lost', onWarning: () => undefined };
      const open = await openQueue(options);
      await open.add([job('a'), job('b')]);
      let began = (): void => undefined;
      const working = new Promise<void>((go) => {
        began = go;
      });
      const lost = rejects(
        open.work(
          async () => {
            began();
            await new Promise((done) => setTimeout(done, 1500));
            return heard;
          },
          { ...now(), untilEmpty: false },
        ),
        'QUEUE_LOST',
      );
      await working;
      // As after a restart: the process is the same, its data are gone.
      await redis?.forget();
      await lost;
      await open[Symbol.asyncDispose]();
    });

    it('a command that works on it ends with 1', async () => {
      const on = ['-q', redis?.url ?? '', '--progress', 'none'];
      hearken('batch', 'submit', at('a'), at('b'), ...on);
      const child = spawn(process.execPath, [MAIN, 'batch', 'work', '-j', '1', ...on]);
      let err = '';
      child.stderr.on('data', (d: Buffer) => {
        err += d.toString();
      });
      await new Promise((done) => setTimeout(done, 4000));
      await redis?.forget();
      expect(await new Promise((done) => child.on('close', done))).to.equal(1);
      expect(err).to.include('QUEUE_LOST');
    });
  });
});
