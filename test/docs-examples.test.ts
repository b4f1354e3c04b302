import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { startServer } from '../server/index.js';
import { Engine } from '../src/index.js';
import { ROOT } from './support/shared.js';

const MAIN = resolve(ROOT, 'dist/src/cli/main.js');
const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');
const PAGES = [
  'README.md',
  ...readdirSync(resolve(ROOT, 'docs'))
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f}`),
];

function blocks(language: string): { page: string; code: string }[] {
  return PAGES.flatMap((page) =>
    [...readFileSync(resolve(ROOT, page), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
      .filter(([, name]) => name === language)
      .map(([, , code]) => ({ page, code })),
  );
}

// Processors round int8 products differently, which moves a word's end by a frame or two of 30 ms.
const TIME = /(\d\d):(\d\d):(\d\d)[,.](\d{3})/g;
const withoutTimes = (text: string): string => text.replace(TIME, 'TIME');
const times = (text: string): number[] =>
  [...text.matchAll(TIME)].map(([, h, m, s, ms]) => Number(h) * 3600 + Number(m) * 60 + Number(s) + Number(ms) / 1000);

/** Run a program while this thread goes on: it serves what the program speaks to. */
function nodeRun(file: string, cwd: string): Promise<{ status: number | null; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [file], { cwd, timeout: 300_000, stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    child.on('close', (status) => done({ status, err }));
  });
}

describe('code in the documents', function () {
  this.timeout(900_000);
  // What the documents show is what a reader gets: the default model.
  const { HEARKEN_MODEL } = process.env;
  before(() => delete process.env.HEARKEN_MODEL);
  after(() => void (process.env.HEARKEN_MODEL = HEARKEN_MODEL));
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-docs-'));
    // What the examples name.
    for (const name of ['talk.mp3', 'call.wav']) copyFileSync(SAMPLE, resolve(dir, name));
    mkdirSync(resolve(dir, 'recordings'));
    copyFileSync(SAMPLE, resolve(dir, 'recordings/talk.wav'));
    // Headerless: what follows the 44 bytes of the header.
    writeFileSync(resolve(dir, 'call.pcm'), readFileSync(SAMPLE).subarray(44));
    writeFileSync(resolve(dir, 'call.ul'), new Uint8Array(8000).fill(0xff));
    writeFileSync(resolve(dir, 'reference.txt'), readFileSync(resolve(ROOT, 'examples/data/sample.txt')));
    writeFileSync(resolve(dir, 'names.txt'), 'hearken\n');
    writeFileSync(resolve(dir, 'talk.txt'), readFileSync(resolve(ROOT, 'examples/data/sample.txt')));
    mkdirSync(resolve(dir, 'calls'));
    copyFileSync(SAMPLE, resolve(dir, 'calls/one.wav'));
    writeFileSync(resolve(dir, 'contacts.txt'), 'Zhenya Kuznetsova\nGrace Hopper\n');
    writeFileSync(resolve(dir, 'phrases.txt'), 'grace hopper\nthat sharp profile=3\n');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const hearken = (line: string, cwd: string): { out: string; err: string; status: number | null } => {
    const { stdout, stderr, status } = spawnSync('sh', ['-c', line.replace(/^(npx )?hearken\b/, `node ${MAIN}`)], {
      cwd,
    });
    return { out: stdout.toString(), err: stderr.toString(), status };
  };

  it('programs run as printed, and pass the type checker', async () => {
    // What the examples take to be at its usual port.
    await using engine = await Engine.load({ workers: 1 });
    const server = await startServer(engine, { port: 0 });
    const programs = blocks('js').map(({ page, code }) => ({ page, code: code.replace(':2700', `:${server.port}`) }));
    expect(programs.length).to.be.above(8);
    // Inside the project, so that the package finds itself by its name.
    const at = mkdtempSync(resolve(ROOT, 'dist/docs-'));
    try {
      const checked = [...programs, ...blocks('ts')].map(({ code }, i) => {
        const file = resolve(at, `example${i}.mts`);
        writeFileSync(file, `${code}\nexport {};\n`);
        return file;
      });
      const options = '--ignoreConfig --strict --skipLibCheck --noEmit --module nodenext --target es2023 --types node';
      const tsc = spawnSync(resolve(ROOT, 'node_modules/.bin/tsc'), [...options.split(' '), ...checked], { cwd: ROOT });
      expect(tsc.stdout.toString(), 'tsc').to.equal('');
      for (const [i, { page, code }] of programs.entries()) {
        // Nothing makes them older JavaScript than they are.
        const file = resolve(at, `example${i}.mjs`);
        writeFileSync(file, code);
        const { status, err } = await nodeRun(file, dir);
        expect(status, `${page}: ${err}`).to.equal(0);
      }
    } finally {
      rmSync(at, { recursive: true });
      await server.close();
    }
  });

  it('no document or example has syntax that Node 20 cannot parse', () => {
    const examples = readdirSync(resolve(ROOT, 'examples')).filter((f) => /\.(js|md)$/.test(f));
    for (const page of [...PAGES, ...examples.map((f) => `examples/${f}`)])
      expect(readFileSync(resolve(ROOT, page), 'utf8'), page).to.not.match(/await using|\busing \w+ =/);
  });

  it('a command shown with its output gives that output', () => {
    let shown = 0;
    for (const { page, code } of blocks('')) {
      const [, command, expected] = /^\$ ((?:npx )?hearken .*)\n([\s\S]*)$/.exec(code) ?? [];
      if (!command) continue;
      shown++;
      const actual = hearken(command, ROOT).out.trim();
      expect(withoutTimes(actual), `${page}: ${command}`).to.equal(withoutTimes(expected.trim()));
      const shownTimes = times(expected);
      for (const [i, t] of times(actual).entries()) {
        expect(t, `${page}: ${command}: time ${i}`).to.be.closeTo(shownTimes[i] ?? Number.NaN, 0.09);
      }
    }
    expect(shown).to.be.above(0);
  });

  it('commands run', () => {
    let run = 0;
    for (const { page, code } of blocks('')) {
      for (const line of code.split('\n')) {
        // Servers and microphones have tests of their own, and so have training and building.
        if (!/^hearken (?!serve|mic|build-model|adapt|import|graph build|g2p|punctuation train)/.test(line)) continue;
        const { status, err } = hearken(line, dir);
        expect(status, `${page}: ${line}: ${err}`).to.equal(0);
        run++;
      }
    }
    expect(run).to.be.above(4);
  });
});
