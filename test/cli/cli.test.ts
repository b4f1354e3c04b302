import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
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
import { resolve } from 'node:path';
import { expect } from 'chai';
import { DEFAULT_MODEL, readCard } from '../../src/package/index.js';
import { DATA, ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const MAIN = resolve(ROOT, 'dist/src/cli/main.js');
const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const SHORT_TEXT = 'said the little fellow panting in sympathy';

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

function hearken(args: string[], input?: Uint8Array, uid?: number): Promise<Outcome> {
  return new Promise((done) => {
    const asUser =
      uid !== undefined && process.getuid?.() === 0
        ? { uid, gid: uid, env: { PATH: process.env.PATH, NODE_V8_COVERAGE: '' } }
        : {};
    const child = spawn(process.execPath, [MAIN, ...args], asUser);
    let out = '';
    let err = '';
    child.stdout.on('data', (d: Buffer) => (out += d.toString()));
    child.stderr.on('data', (d: Buffer) => (err += d.toString()));
    child.on('close', (code) => done({ code, out, err }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

describe('command line', function () {
  this.timeout(120_000);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-cli-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('transcribes a file, and standard input, in every format', async () => {
    expect(await hearken(['transcribe', SHORT])).to.deep.equal({ code: 0, out: `${SHORT_TEXT}\n`, err: '' });
    expect((await hearken(['transcribe', '-'], readFileSync(SHORT))).out).to.equal(`${SHORT_TEXT}\n`);
    const { code, out } = await hearken(['transcribe', SHORT, '-f', 'json']);
    expect(code).to.equal(0);
    const json = JSON.parse(out);
    expect(json.text).to.equal(SHORT_TEXT);
    expect(json.segments[0].words).to.have.length(7);
    expect((await hearken(['transcribe', SHORT, '-f', 'srt'])).out).to.match(
      /^1\n00:00:00,\d{3} --> 00:00:02,\d{3}\nsaid the little/,
    );
    expect((await hearken(['transcribe', SHORT, '-f', 'vtt'])).out).to.match(/^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:02/);
    expect((await hearken(['transcribe', SHORT, '-f', 'ctm'])).out).to.match(
      /^libri-3526-176653-0051 1 0\.\d\d 0\.\d\d said [01]\.\d\d\n/,
    );
    const raw = readFileSync(SHORT).subarray(44);
    expect((await hearken(['transcribe', '-', '--raw', '16000,s16le'], raw)).out).to.equal(`${SHORT_TEXT}\n`);
  });

  it('reports bad files in one line each, goes on with the others, and says so by its exit code', async () => {
    mkdirSync(resolve(dir, 'in'));
    const bad: Record<string, Uint8Array> = {
      'empty.wav': new Uint8Array(0),
      'renamed.mp3': Buffer.from('plain text, not sound'),
      'zero-rate.wav': wav({ data: s16([0, 0.5]), rate: 0 }),
      'giga-rate.wav': wav({ data: s16([0, 0.5]), rate: 4_000_000_000 }),
      'cut.flac': readFileSync(resolve(DATA, 'tone.flac')).subarray(0, 30),
    };
    for (const [name, bytes] of Object.entries(bad)) writeFileSync(resolve(dir, 'in', name), bytes);
    copyFileSync(SHORT, resolve(dir, 'in', 'good.wav'));
    const { code, err } = await hearken([
      'transcribe',
      resolve(dir, 'in'),
      '-o',
      resolve(dir, 'out'),
      '-f',
      'text,srt',
      '-j',
      '2',
    ]);
    expect(code).to.equal(1);
    expect(readdirSync(resolve(dir, 'out')).sort()).to.deep.equal(['good.srt', 'good.txt']);
    expect(readFileSync(resolve(dir, 'out/good.txt'), 'utf8')).to.equal(`${SHORT_TEXT}\n`);
    const lines = err.trim().split('\n');
    expect(lines).to.have.length(Object.keys(bad).length);
    for (const [name, code] of [
      ['empty', 'AUDIO_EMPTY'],
      ['renamed', 'AUDIO_FORMAT'],
      ['zero-rate', 'AUDIO_HEADER'],
      ['giga-rate', 'AUDIO_HEADER'],
      ['cut', 'AUDIO_'],
    ]) {
      expect(
        lines.find((l) => l.includes(`/${name}.`)),
        name,
      ).to.include(code);
    }
  });

  it('resumes: what is done is not done again', async () => {
    copyFileSync(SHORT, resolve(dir, 'a.wav'));
    copyFileSync(SHORT, resolve(dir, 'b.wav'));
    const args = ['transcribe', resolve(dir, 'a.wav'), resolve(dir, 'b.wav'), '-o', resolve(dir, 'out'), '--resume'];
    await hearken(args);
    const before = statSync(resolve(dir, 'out/a.txt')).mtimeMs;
    rmSync(resolve(dir, 'out/b.txt'));
    const { code, err } = await hearken(args);
    expect(code).to.equal(0);
    expect(err).to.match(/1 of 2 recordings are done already/);
    expect(statSync(resolve(dir, 'out/a.txt')).mtimeMs).to.equal(before);
    expect(existsSync(resolve(dir, 'out/b.txt'))).to.equal(true);
  });

  it('resumes after it was killed: whole outputs only, none missing', async () => {
    mkdirSync(resolve(dir, 'in'));
    const names = Array.from({ length: 12 }, (_, i) => `clip${i}`);
    for (const name of names) copyFileSync(SHORT, resolve(dir, 'in', `${name}.wav`));
    const out = resolve(dir, 'out');
    const args = ['transcribe', resolve(dir, 'in'), '-o', out, '--resume', '-j', '1'];
    const whole = (): string[] => (existsSync(out) ? readdirSync(out) : []).filter((f) => f.endsWith('.txt'));
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
    const ended = new Promise((done) => child.on('close', done));
    while (whole().length < 3) await new Promise((r) => setTimeout(r, 2));
    child.kill('SIGKILL');
    await ended;
    const before = whole();
    expect(before.length).to.be.within(3, names.length - 1);
    for (const f of before) expect(readFileSync(resolve(out, f), 'utf8')).to.equal(`${SHORT_TEXT}\n`);
    const { code, err } = await hearken(args);
    expect(code).to.equal(0);
    expect(err).to.include(`${before.length} of 12 recordings are done already`);
    expect(whole().sort()).to.deep.equal(names.map((n) => `${n}.txt`).sort());
    for (const f of whole()) expect(readFileSync(resolve(out, f), 'utf8')).to.equal(`${SHORT_TEXT}\n`);
  });

  it('says that a directory cannot be read', async () => {
    mkdirSync(resolve(dir, 'locked'));
    copyFileSync(SHORT, resolve(dir, 'locked/a.wav'));
    chmodSync(dir, 0o755);
    chmodSync(resolve(dir, 'locked'), 0o000);
    // Root may read everything: give the rights up.
    const { code, err } = await hearken(['transcribe', resolve(dir, 'locked')], undefined, 65534);
    expect(err).to.match(/^hearken: cannot read directory .*locked: EACCES.*\[INPUT_NOT_FOUND\]\n$/);
    expect(code).to.equal(1);
  });

  it('pronounces words, and reports those it cannot', async () => {
    const { code, out, err } = await hearken(['pronounce', 'hearken', "zebra's", 'blorfing', '12']);
    expect(out).to.match(/^hearken\tHH AA R K AH N\tlisted$/m);
    expect(out).to.match(/^zebra's\tZ IY B R AH Z\tderived$/m);
    expect(out).to.match(/^blorfing\tB L AO R F IH NG\tguessed$/m);
    expect(err).to.equal('hearken: no pronunciation for 12\n');
    expect(code).to.equal(1);
  });

  it('explains wrong use with exit code 2 and failures with 1, without stacks', async () => {
    for (const args of [
      ['transcribe'],
      ['transcribe', 'x', '-f', 'pdf'],
      ['transcribe', 'x', '--resume'],
      ['nonsense'],
    ]) {
      const { code, err } = await hearken(args);
      expect(code, args.join(' ')).to.equal(2);
      expect(err).to.not.match(/^\s+at /m);
    }
    const missing = await hearken(['transcribe', SHORT, '--model', dir]);
    expect(missing.code).to.equal(1);
    expect(missing.err).to.match(/^hearken: .*no model package.*\[MODEL_NOT_FOUND\]\n$/);
    const provider = await hearken(['transcribe', SHORT, '--providers', 'abacus']);
    expect(provider.err).to.include('PROVIDER_UNKNOWN');
    expect((await hearken(['transcribe', resolve(dir)])).err).to.include('INPUT_NOT_FOUND');
  });

  it('builds a model package from text, which then hears what the text talks of', async () => {
    const lines = [
      'The little fellow was panting.',
      'Sympathy is what he said in sympathy!',
      'Said the fellow: 3 zorblats.',
    ];
    writeFileSync(
      resolve(dir, 'text.txt'),
      lines
        .map((l) => `${l}\n`)
        .join('')
        .repeat(20),
    );
    writeFileSync(resolve(dir, 'secret.txt'), 'the little fellow was panting');
    const model = resolve(dir, 'model');
    const built = await hearken([
      ...[
        'build-model',
        resolve(dir, 'text.txt'),
        '-o',
        model,
        '--order',
        '2',
        '--exclude',
        resolve(dir, 'secret.txt'),
      ],
      ...['--credit', 'Three lines|CC0|us'],
    ]);
    expect(built.code, built.err).to.equal(0);
    expect(built.err).to.match(/"excluded":20/);
    const card = JSON.parse(readFileSync(resolve(model, 'card.json'), 'utf8'));
    expect(card.text).to.deep.equal([{ name: 'Three lines', licence: 'CC0', attribution: 'us' }]);
    expect(card.figures.language.vocabulary).to.equal(10);
    const words = readFileSync(resolve(model, 'words.txt'), 'utf8').split('\n');
    expect(words).to.include.members(['fellow', 'three', 'zorblats']);
    expect(words).to.not.include('panting');
    // "little", "panting" and "in sympathy" stand in no sentence of the text after "said the".
    const { out } = await hearken(['transcribe', SHORT, '--model', model]);
    expect(out).to.match(/^said the .*sympathy\n$/);
    for (const word of out.trim().split(' ')) expect(words).to.include(word);
  });

  it('builds a package from an ARPA file, whose graph holds the whole model', async () => {
    const words = 'the little fellow was panting said in sympathy one two zorblats'.split(' ');
    const unigrams = [...words, '</s>', '12x'].map((w) => `-1.1 ${w} -0.3`);
    const arpa = [
      '\\data\\',
      `ngram 1=${unigrams.length + 1}`,
      'ngram 2=1',
      '',
      '\\1-grams:',
      '-99 <s> -0.3',
      ...unigrams,
    ];
    writeFileSync(
      resolve(dir, 'small.arpa'),
      [...arpa, '', '\\2-grams:', '-0.1 in sympathy', '', '\\end\\', ''].join('\n'),
    );
    const model = resolve(dir, 'static');
    const built = await hearken(['graph', 'build', resolve(dir, 'small.arpa'), '-o', model]);
    expect(built.code, built.err).to.equal(0);
    expect(built.err).to.match(/1 words without a pronunciation were left out: 12x/);
    expect(readdirSync(model)).to.not.include('lm.bin');
    expect(readCard(model, true).decoder).to.deep.equal(readCard(DEFAULT_MODEL, true).decoder);
    const { out } = await hearken(['transcribe', SHORT, '--model', model, '-f', 'json']);
    const [{ words: heard }] = JSON.parse(out).segments ?? JSON.parse(out)[0].segments;
    for (const { text, start, end } of heard) {
      expect(words).to.include(text);
      expect(end).to.be.above(start);
    }
    expect(heard.map((w: { text: string }) => w.text).join(' ')).to.include('in sympathy');
    expect((await hearken(['graph', 'build', resolve(dir, 'none.arpa'), '-o', model])).err).to.match(/INPUT_NOT_FOUND/);
    writeFileSync(resolve(dir, 'bad.arpa'), '\\data\\\nngram one\n');
    expect((await hearken(['graph', 'build', resolve(dir, 'bad.arpa'), '-o', model])).err).to.match(
      /line 2.*LM_FORMAT/,
    );
  });

  it('scores files and sets', async () => {
    writeFileSync(resolve(dir, 'ref.txt'), 'the cat sat on the mat\n');
    writeFileSync(resolve(dir, 'hyp.txt'), 'The cat sat on mat.\n');
    const { out } = await hearken(['score', resolve(dir, 'ref.txt'), resolve(dir, 'hyp.txt'), '--align']);
    expect(out).to.match(/REF: the cat sat on THE mat\nHYP: the cat sat on \*\*\* mat/);
    expect(out).to.match(/WER 16\.67 % {2}\(0 substituted, 1 deleted, 0 inserted; 6 words, 1 utterances\)/);
    writeFileSync(resolve(dir, 'm.tsv'), 'id\tsplit\ttext\nu1\tdev\tone two\nu2\tdev\tthree\nu3\ttrain\tfour\n');
    mkdirSync(resolve(dir, 'hyps'));
    writeFileSync(resolve(dir, 'hyps/u1.txt'), 'one two');
    const set = await hearken(['score', resolve(dir, 'm.tsv'), resolve(dir, 'hyps'), '--where', 'split=dev', '--json']);
    expect(JSON.parse(set.out)).to.include({ utterances: 2, words: 3, deletions: 1, correct: 2 });
    expect(set.err).to.match(/1 utterances have no transcript/);
  });

  it('tells what the model and a recording are, and that all is well', async () => {
    const info = JSON.parse((await hearken(['info', '--json'])).out);
    expect(info.model).to.equal('en-small');
    expect(Number.parseFloat(info.size)).to.be.below(60);
    expect((await hearken(['info', SHORT])).out).to.match(/sample rate +16000 Hz/);
    const doctor = await hearken(['doctor']);
    expect(doctor.code).to.equal(0);
    expect(doctor.out).to.match(/ok {3}execution provider +cpu/);
    expect(doctor.out).to.match(/ok {3}model +en-small, loaded in \d+ ms/);
  });
});
