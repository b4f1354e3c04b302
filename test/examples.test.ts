import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { hearken } from './support/cli.js';
import { ROOT } from './support/shared.js';

const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');

/** Run an example to its end. */
function run(name: string, args: string[] = [], input?: Uint8Array): { out: string; err: string } {
  const options = { cwd: ROOT, ...(input && { input }) };
  const { stdout, stderr, status } = spawnSync(process.execPath, [`examples/${name}.js`, ...args], options);
  expect(status, stderr.toString()).to.equal(0);
  return { out: stdout.toString(), err: stderr.toString() };
}

/** Run one that serves until it is told to stop; `use` gets the line it prints first. */
async function serving(name: string, use: (line: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [`examples/${name}.js`, '0'], { cwd: ROOT });
  const exited = new Promise<number | null>((done) => child.on('exit', done));
  const line = await new Promise<string>((done, fail) => {
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      if (out.includes('\n')) done(out.trim());
    });
    exited.then(() => fail(new Error('it ended'))).catch(fail);
  });
  try {
    await use(line);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).to.equal(0);
}

/** One byte of mu-law a sample, every second one of 16-bit PCM at 16 kHz. */
function muLaw(pcm: Int16Array): Uint8Array {
  return Uint8Array.from({ length: pcm.length >> 1 }, (_, i) => {
    const sample = pcm[2 * i];
    const magnitude = Math.min(32635, Math.abs(sample)) + 132;
    const exponent = Math.floor(Math.log2(magnitude)) - 7;
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 255;
  });
}

describe('examples', function () {
  this.timeout(120_000);
  const tested = new Set<string>();
  const example = (name: string, test: (name: string) => void | Promise<void>): void => {
    tested.add(`${name}.js`);
    it(name, () => test(name));
  };

  example('transcribe-file', (name) => {
    expect(run(name).out).to.match(/^0\.\d\d\t0\.\d\d\t[01]\.\d\d\the\n/);
  });
  example('subtitles', (name) => {
    expect(run(name).out).to.match(
      /^WEBVTT\n\n00:00:00\.\d+ --> 00:00:0\d\.\d+\nHe knew every line in that sharp profile/,
    );
  });
  example('meeting-notes', (name) => {
    expect(run(name, [SAMPLE, 'Zhenya Kuznetsova']).out).to.match(/^\[0:00\] He knew every line in that sharp profile/);
  });
  example('align-subtitles', (name) => {
    expect(run(name).out).to.match(/^1\n00:00:00,\d+ --> 00:00:0\d,\d+\n/);
  });
  example('keyword-trigger', (name) => {
    expect(run(name).out).to.match(/^"sharp profile" at \d\.\d\d s/);
  });
  example('own-decoder', (name) => {
    expect(run(name).out).to.match(/^cab 0\.\d+\n/);
  });
  example('child-process', (name) => {
    expect(run(name).out).to.equal('he knew every line in that sharp profile\n');
  });
  example('phone-call', (name) => {
    const bytes = readFileSync(SAMPLE).subarray(44);
    const pcm = new Int16Array(Uint8Array.from(bytes).buffer);
    expect(run(name, [], muLaw(pcm)).out).to.match(/^0\.\d s: he knew every/);
  });
  it('those that need something say so without it, in one line', () => {
    for (const [name, status, line] of [
      ['voice-commands', 2, /^usage: [^\n]*\n$/],
      ['phone-call', 1, /^the input is empty\n$/],
    ] as const) {
      const child = spawnSync(process.execPath, [`examples/${name}.js`], { cwd: ROOT, input: '', encoding: 'utf8' });
      expect(child.status, name).to.equal(status);
      expect(child.stderr).to.match(line);
    }
  });
  example('voice-commands', (name) => {
    const dir = mkdtempSync(resolve(tmpdir(), 'hearken-examples-'));
    try {
      const built = hearken('graph', 'build', resolve(ROOT, 'examples/lights.gram'), '-o', dir);
      expect(built.status, built.err).to.equal(0);
      expect(run(name, [dir, SAMPLE]).out).to.match(/^no command \(<other>/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
  example('express-uploads', (name) =>
    serving(name, async (line) => {
      const url = `http://127.0.0.1:${/\d+$/.exec(line)?.[0]}/transcribe`;
      const answer = await fetch(url, { method: 'POST', body: readFileSync(SAMPLE) });
      expect(await answer.json()).to.deep.include({ text: 'he knew every line in that sharp profile' });
      expect((await fetch(url, { method: 'POST', body: 'no audio at all, really none' })).status).to.equal(415);
    }),
  );
  example('microphone-page', (name) =>
    serving(name, async (line) => {
      const page = await (await fetch(line.replace('open ', ''))).text();
      const script = /from '(http[^']+)'/.exec(page)?.[1] ?? '';
      expect((await fetch(script)).status).to.equal(200);
    }),
  );

  it('are all tested and listed', () => {
    const files = readdirSync(resolve(ROOT, 'examples')).filter((f) => f.endsWith('.js'));
    expect([...tested].sort()).to.deep.equal(files.sort());
    const list = readFileSync(resolve(ROOT, 'examples/README.md'), 'utf8');
    for (const file of files) expect(list).to.include(`(${file})`);
  });
});
