import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Engine } from '../../src/index.js';
import { segmentsOf } from '../../src/recognizer/segments.js';
import { samplesOf } from '../support/audio.js';
import { hearken, MAIN } from '../support/cli.js';
import { type RedisServer, redisOrSkip } from '../support/redis.js';
import { ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const RECORDINGS = 200;
const WORKERS = 2;

/** Recordings of 1.5 s of real speech, each beginning a little later in the shipped clip, and one that is none. */
describe('a batch whose workers are killed', function () {
  this.timeout(240_000);
  let root: string;
  let recordings: string;
  before(async () => {
    root = mkdtempSync(resolve(tmpdir(), 'hearken-batch-'));
    recordings = resolve(root, 'recordings');
    mkdirSync(recordings);
    const clip = await samplesOf(resolve(ROOT, 'examples/data/sample.wav'));
    for (let i = 0; i < RECORDINGS; i++) {
      const from = Math.floor((i * (clip.length - 24000)) / RECORDINGS);
      writeFileSync(resolve(recordings, `${i}.wav`), wav({ data: s16(clip.subarray(from, from + 24000)) }));
    }
    writeFileSync(resolve(recordings, 'broken.wav'), 'no audio');
  });
  after(() => rmSync(root, { recursive: true }));

  async function survives(queue: string, out: string): Promise<void> {
    const at = ['-q', queue];
    expect(hearken('batch', 'submit', recordings, ...at).out).to.contain(`${RECORDINGS + 1} of them new`);
    expect(hearken('batch', 'submit', recordings, ...at).out).to.contain(' 0 of them new');
    const living = new Set<ChildProcess>();
    let kills = 0;
    let over = false;
    const errors: string[] = [];
    const worker = async (): Promise<void> => {
      while (!over) {
        const child = spawn(process.execPath, [
          MAIN,
          'batch',
          'work',
          '-j',
          '1',
          '--until-empty',
          '--claim-seconds',
          '1',
          ...at,
        ]);
        living.add(child);
        child.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
        const code = await new Promise((exited) => child.once('exit', (status) => exited(status)));
        living.delete(child);
        if (code === 0) over = true;
      }
    };
    const killer = setInterval(() => {
      const victims = [...living];
      if (kills >= 8 || victims.length < WORKERS) return;
      kills++;
      victims[Math.floor(Math.random() * victims.length)].kill('SIGKILL');
    }, 1300);
    await Promise.all(Array.from({ length: WORKERS }, worker));
    clearInterval(killer);
    expect(kills).to.be.at.least(3);
    const status = JSON.parse(hearken('batch', 'status', '--json', ...at).out) as Record<string, unknown>;
    expect(status).to.include({
      recordings: RECORDINGS + 1,
      waiting: 0,
      active: 0,
      delayed: 0,
      done: RECORDINGS,
      dead: 1,
    });
    const collected = hearken('batch', 'collect', '-o', out, ...at);
    expect(collected.out).to.contain(`${RECORDINGS} of ${RECORDINGS + 1} transcripts`);
    expect(collected.status).to.equal(1);
    expect(readdirSync(out)).to.have.length(RECORDINGS);
    await using engine = await Engine.load({ workers: 1 });
    for (let i = 0; i < RECORDINGS; i += 20) {
      const { segments } = await segmentsOf(engine.open(resolve(recordings, `${i}.wav`)));
      const text = segments[0].map((s) => `${s.text}\n`).join('');
      expect(readFileSync(resolve(out, `${i}.txt`), 'utf8')).to.equal(text);
    }
    expect(errors.filter((e) => !e.includes('broken.wav'))).to.deep.equal([]);
  }

  it('loses nothing and does nothing twice, in a directory', () =>
    survives(resolve(root, 'queue'), resolve(root, 'out')));

  describe('with Redis', () => {
    let redis: RedisServer | undefined;
    before(async function () {
      redis = await redisOrSkip(this);
    });
    after(() => redis?.stop());
    it('loses nothing and does nothing twice', () => survives(redis?.url ?? '', resolve(root, 'out-redis')));
  });
});
