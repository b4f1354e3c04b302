import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { HearkenClient } from '../client/index.js';
import { startServer } from '../server/index.js';
import { Engine } from '../src/index.js';
import { segmentsOf } from '../src/recognizer/segments.js';
import { samplesOf } from './support/audio.js';
import { hearken, MAIN } from './support/cli.js';
import { rejects } from './support/errors.js';
import { DATA } from './support/shared.js';
import { s16 } from './support/wav.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy';

const heard = async (engine: Engine, options = {}): Promise<string> =>
  (await segmentsOf(engine.open(SHORT, options))).segments[0].map((s) => s.text).join(' ');

/** What goes wrong around the engine rather than in it. */
describe('faults', function () {
  this.timeout(120_000);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-faults-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('a full disk: a file that cannot be written fails its recording alone, and leaves nothing half done', () => {
    const out = resolve(dir, 'out');
    // Files may not grow: writing fails as it does on a full disk.
    const limited = (args: string): { status: number | null; stderr: string } =>
      spawnSync('sh', ['-c', `trap '' XFSZ; ulimit -f 0; exec ${process.execPath} ${MAIN} ${args}`], {
        encoding: 'utf8',
      });
    const { status, stderr } = limited(`transcribe ${SHORT} -o ${out}`);
    expect(status).to.equal(1);
    expect(stderr).to.match(/cannot write .*\[OUTPUT_WRITE\]/);
    expect(readdirSync(out)).to.deep.equal([]);
    const queue = resolve(dir, 'queue');
    expect(hearken('batch', 'submit', SHORT, '-q', queue).status).to.equal(0);
    const work = limited(`batch work --until-empty -q ${queue}`);
    expect(work.stderr).to.contain('cannot write');
    expect(work.status).to.equal(1);
    // Room again: nothing is lost.
    expect(hearken('batch', 'work', '--until-empty', '-q', queue).status).to.equal(0);
    expect(hearken('batch', 'collect', '-o', out, '-q', queue).status).to.equal(0);
    expect(readFileSync(resolve(out, 'libri-3526-176653-0051.txt'), 'utf8').trim()).to.equal(TEXT);
  });

  it('a worker out of memory: its stream fails, another worker takes its place', async () => {
    // Too little for the dictionary that new words need, enough for the rest.
    await using engine = await Engine.load({ workers: 1, workerMemory: 45 });
    expect(await heard(engine)).to.equal(TEXT);
    const error = await rejects(heard(engine, { newWords: [{ text: 'zhenya' }] }), 'WORKER_FAILED');
    expect(error.message).to.match(/memory/);
    expect(await heard(engine)).to.equal(TEXT);
  });

  it('too little memory to load the model', async () => {
    await rejects(Engine.load({ workers: 1, workerMemory: 2 }), 'WORKER_FAILED');
    await rejects(Engine.load({ workers: 1, workerMemory: 0 }), 'OPTION_INVALID');
  });

  it('a clock that jumps: sessions and their times go on', async () => {
    await using engine = await Engine.load({ workers: 1 });
    const server = await startServer(engine, { port: 0, idleSeconds: 30 });
    const now = Date.now;
    try {
      const client = await HearkenClient.connect(`ws://127.0.0.1:${server.port}/v1/stream`, { sampleRate: 16000 });
      const texts: string[] = [];
      const reading = (async () => {
        for await (const r of client) if (r.type === 'final') texts.push(r.text);
      })();
      const bytes = s16(await samplesOf(SHORT));
      let jumps = 0;
      for (let at = 0; at < bytes.length; at += 16_000) {
        const days = [400, -400][jumps++ % 2];
        Date.now = () => now() + days * 86_400_000;
        await client.send(bytes.subarray(at, at + 16_000));
        await new Promise((done) => setTimeout(done, 50));
      }
      client.finish();
      await reading;
      expect(texts).to.deep.equal([TEXT]);
    } finally {
      Date.now = now;
      await server.close();
    }
  });

  it('neighbours that take every core: later, but the same', async () => {
    await using engine = await Engine.load({ workers: 2 });
    const alone = await segmentsOf(engine.open(SHORT));
    const busy = Array.from({ length: 2 * availableParallelism() }, () =>
      spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
    );
    try {
      const all = await Promise.all(Array.from({ length: 4 }, () => segmentsOf(engine.open(SHORT))));
      for (const { segments } of all) expect(segments).to.deep.equal(alone.segments);
    } finally {
      for (const child of busy) child.kill('SIGKILL');
    }
  });

  it('SIGTERM at any moment of a batch: what is there is whole, and the rest follows', async () => {
    const recordings = resolve(dir, 'in');
    const [out, queue] = [resolve(dir, 'out'), resolve(dir, 'queue')];
    mkdirSync(recordings);
    const names = Array.from({ length: 20 }, (_, i) => `clip${i}`);
    for (const name of names) copyFileSync(SHORT, resolve(recordings, `${name}.wav`));
    const runs = {
      transcribe: ['transcribe', recordings, '-o', out, '--resume', '-j', '1'],
      batch: ['batch', 'work', '-q', queue, '--until-empty', '-j', '1'],
    };
    // In the queue the recordings are one: their bytes are the same.
    expect(hearken('batch', 'submit', recordings, '-q', queue).out).to.contain('1 of them new');
    for (const args of Object.values(runs)) {
      for (const ms of [50, 700, 1100, 1500]) {
        const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
        const ended = new Promise((done) => child.on('close', done));
        await new Promise((done) => setTimeout(done, ms));
        child.kill('SIGTERM');
        await ended;
        for (const f of existsSync(out) ? readdirSync(out) : [])
          if (f.endsWith('.txt')) expect(readFileSync(resolve(out, f), 'utf8')).to.equal(`${TEXT}\n`);
      }
      expect(hearken(...args).status).to.equal(0);
    }
    const whole = readdirSync(out).filter((f) => f.endsWith('.txt'));
    expect(whole.sort()).to.deep.equal(names.map((n) => `${n}.txt`).sort());
    expect(hearken('batch', 'collect', '-q', queue, '-o', resolve(dir, 'collected')).status).to.equal(0);
    expect(readdirSync(resolve(dir, 'collected'))).to.have.length(names.length);
  });
});
