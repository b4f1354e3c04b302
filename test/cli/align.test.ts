import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import type { Alignment } from '../../src/recognizer/align.js';
import { concat, samplesOf } from '../support/audio.js';
import { hearken } from '../support/cli.js';
import { DATA, ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');
const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const SAMPLE_TEXT = 'he knew every line in that sharp profile';
const SHORT_TEXT = 'said the little fellow panting in sympathy';

describe('forced alignment', function () {
  this.timeout(60_000);
  let dir: string;
  before(() => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-align-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  function align(audio: string, text: string, ...flags: string[]): { out: string; err: string; status: number | null } {
    writeFileSync(resolve(dir, 'text.txt'), text);
    return hearken('align', audio, resolve(dir, 'text.txt'), ...flags);
  }
  const aligned = (audio: string, text: string): Alignment => JSON.parse(align(audio, text).out) as Alignment;

  it('finds each word and phone where recognition finds them', () => {
    const { words, skipped, complete } = aligned(SAMPLE, 'He knew every line in that sharp profile!');
    expect({ skipped, complete }).to.deep.equal({ skipped: [], complete: true });
    expect(words.map((w) => w.text).join(' ')).to.equal(SAMPLE_TEXT);
    const heard = hearken('transcribe', SAMPLE, '-f', 'json').out;
    const times = (JSON.parse(heard) as { segments: { words: { start: number }[] }[] }).segments.flatMap(
      (s) => s.words,
    );
    for (const [i, w] of words.entries()) {
      expect(w.start).to.be.closeTo(times[i].start, 0.1);
      expect(w.phones[0].start).to.equal(w.start);
      expect(w.phones.at(-1)?.end).to.equal(w.end);
      for (const [k, p] of w.phones.entries()) {
        expect(p.end).to.be.above(p.start);
        if (k > 0) expect(p.start).to.equal(w.phones[k - 1].end);
      }
    }
    expect(words[0].phones.map((p) => p.text)).to.deep.equal(['HH', 'IY']);
  });

  it('goes through long recordings, and over words that are not in them', async () => {
    const parts = await Promise.all([SAMPLE, SHORT].map(samplesOf));
    const pause = new Float32Array(32_000);
    const long = concat(Array.from({ length: 6 }, () => [parts[0], pause, parts[1]]).flat());
    writeFileSync(resolve(dir, 'long.wav'), wav({ data: s16(long) }));
    const text = Array.from({ length: 6 }, () => `${SAMPLE_TEXT} unquestionably ${SHORT_TEXT}`).join('\n');
    const { words, skipped, duration } = aligned(resolve(dir, 'long.wav'), text);
    expect(skipped.map((s) => s.text)).to.deep.equal(Array(6).fill('unquestionably'));
    expect(duration).to.be.closeTo(long.length / 16_000, 0.01);
    const round = (parts[0].length + pause.length + parts[1].length) / 16_000;
    const firsts = words.filter((w) => w.text === 'sharp').map((w) => w.start);
    for (const [i, start] of firsts.entries()) expect(start - firsts[0]).to.be.closeTo(i * round, 0.1);
  });

  it('writes what subtitlers and phoneticians read', () => {
    expect(align(SHORT, 'said the little fellow\npanting in sympathy', '-f', 'srt').out).to.match(
      /^1\n00:00:00,\d{3} --> 00:00:01,\d{3}\nsaid the little fellow\n\n2\n.*\npanting in sympathy\n/,
    );
    const grid = align(SHORT, SHORT_TEXT, '-f', 'textgrid').out;
    expect(grid).to.match(/^File type = "ooTextFile"\nObject class = "TextGrid"\n/);
    expect(
      [...grid.matchAll(/text = "(\w+)"/g)]
        .slice(0, 7)
        .map((m) => m[1])
        .join(' '),
    ).to.equal(SHORT_TEXT);
    expect(align(SHORT, SHORT_TEXT, '-f', 'ctm').out.split('\n')[0]).to.match(/^libri.* 1 0\.\d\d 0\.\d\d said$/);
  });

  it('refuses what it cannot align', () => {
    expect(align(SHORT, '§').err).to.include('OPTION_INVALID');
    expect(align(resolve(dir, 'none.wav'), 'a').err).to.include('INPUT_NOT_FOUND');
  });
});
