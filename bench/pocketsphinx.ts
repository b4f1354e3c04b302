import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { openAudio } from '../src/audio/index.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { median } from './median.js';
import { type Ran, watched, watchedHearken } from './peak-memory.js';
import { keep, machine, table } from './results.js';
import { manifest, SETS, withClips } from './scores.js';

const CLIPS = Number(process.env.HEARKEN_BENCH_CLIPS ?? 60);
const MODEL = '/usr/share/pocketsphinx/model/en-us';

interface Heard extends Ran {
  texts: string[];
}

/** Word error rate, speed and memory beside PocketSphinx (Debian's package, its own en-us model), a process and a core each, on the same audio. */
export async function pocketsphinxBench(): Promise<void> {
  if (!existsSync(MODEL)) throw new Error('apt-get install pocketsphinx pocketsphinx-en-us');
  console.log(machine());
  const startUp = await startUps();
  console.log(
    `start-up, a clip of a tenth of a second: ${startUp.ours.toFixed(2)} s, PocketSphinx ${startUp.theirs.toFixed(2)} s`,
  );
  const row = table(
    ...['set', 'clips', 'seconds', 'WER', 'PocketSphinx WER', 'its errors to ours', 'real-time factor', 'PocketSphinx'],
    ...['its time to ours', 'memory, MB', 'PocketSphinx'],
  );
  const measured: object[] = [];
  for (const [corpus, split] of SETS) {
    const clips = manifest(corpus, split).slice(0, CLIPS);
    await withClips(corpus, split, async (directory) => {
      const { seconds, raw } = await rawAudio(clips.map(({ id }) => resolve(directory, `${id}.opus`)));
      try {
        const ours = await hearken(raw, clips.length);
        const theirs = await pocketsphinx(raw, clips.length);
        const wer = ({ texts }: Heard): number =>
          wordErrorRate(addScores(clips.map((c, i) => scoreOf(align(scoringWords(c.text), scoringWords(texts[i]))))));
        const [a, b] = [wer(ours), wer(theirs)];
        const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
        const factors = [ours.seconds / seconds, theirs.seconds / seconds].map((x) => x.toFixed(3));
        const ratio = (theirs.seconds / ours.seconds).toFixed(1);
        const memory = [ours.megabytes, theirs.megabytes].map((x) => x.toFixed(0));
        const name = `${corpus} ${split}`;
        row(
          name,
          clips.length,
          seconds.toFixed(0),
          percent(a),
          percent(b),
          (b / a).toFixed(1),
          ...factors,
          ratio,
          ...memory,
        );
        const plain = ({ seconds: took, megabytes }: Heard, errorRate: number): object => ({
          errorRate,
          took,
          megabytes,
        });
        measured.push({ set: name, clips: clips.length, seconds, ours: plain(ours, a), theirs: plain(theirs, b) });
      } finally {
        rmSync(raw, { recursive: true });
      }
    });
  }
  keep('pocketsphinx', { startUp, sets: measured });
}

/** Seconds from starting a process to the end of a clip with nothing in it; medians of five. */
async function startUps(): Promise<{ ours: number; theirs: number }> {
  const raw = mkdtempSync(resolve(tmpdir(), 'hearken-raw-'));
  try {
    writeFileSync(resolve(raw, '0.raw'), Buffer.alloc(3200));
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let i = 0; i < 5; i++) {
      ours.push((await hearken(raw, 1)).seconds);
      theirs.push((await pocketsphinx(raw, 1)).seconds);
    }
    return { ours: median(ours), theirs: median(theirs) };
  } finally {
    rmSync(raw, { recursive: true });
  }
}

/** Clips as 16-bit PCM at 16 kHz, 0.raw, 1.raw, … */
async function rawAudio(paths: string[]): Promise<{ seconds: number; raw: string }> {
  const raw = mkdtempSync(resolve(tmpdir(), 'hearken-raw-'));
  let samples = 0;
  for (const [i, path] of paths.entries()) {
    const parts: Int16Array[] = [];
    const { chunks, sampleRate } = await openAudio(path);
    const step = sampleRate / 16_000; // Opus is decoded at 48 kHz; the clips hold nothing above 8 kHz
    if (!Number.isInteger(step)) throw new Error(`${path} has ${sampleRate} Hz`);
    let at = 0;
    for await (const [plane] of chunks) {
      const part: number[] = [];
      for (; at < plane.length; at += step) part.push(Math.max(-32768, Math.min(32767, Math.round(32768 * plane[at]))));
      at -= plane.length;
      parts.push(Int16Array.from(part));
    }
    samples += parts.reduce((n, p) => n + p.length, 0);
    writeFileSync(resolve(raw, `${i}.raw`), Buffer.concat(parts.map((p) => Buffer.from(p.buffer))));
  }
  return { seconds: samples / 16_000, raw };
}

/** The command line with one worker over 0.raw, 1.raw, … */
async function hearken(raw: string, clips: number): Promise<Heard> {
  const out = resolve(raw, 'ours');
  const names = Array.from({ length: clips }, (_, i) => resolve(raw, `${i}.raw`));
  const flags = ['--raw', '16000,s16le', '-j', '1', '-o', out];
  const ran = await watchedHearken('transcribe', ...names, ...flags);
  return { ...ran, texts: names.map((_, i) => readFileSync(resolve(out, `${i}.txt`), 'utf8').replace(/\n/g, ' ')) };
}

async function pocketsphinx(raw: string, clips: number): Promise<Heard> {
  const out = resolve(raw, 'theirs');
  mkdirSync(out, { recursive: true });
  writeFileSync(resolve(raw, 'ctl'), Array.from({ length: clips }, (_, i) => `${i}\n`).join(''));
  const files = { hmm: `${MODEL}/en-us`, lm: `${MODEL}/en-us.lm.bin`, dict: `${MODEL}/cmudict-en-us.dict` };
  const flags = {
    ...files,
    ctl: resolve(raw, 'ctl'),
    cepdir: raw,
    cepext: '.raw',
    adcin: 'yes',
    hyp: resolve(out, 'hyp'),
  };
  const ran = await watched(
    'pocketsphinx_batch',
    Object.entries(flags).flatMap(([k, v]) => [`-${k}`, v]),
  );
  // A line a clip: the words, then its name and score in brackets.
  const lines = readFileSync(flags.hyp, 'utf8').trimEnd().split('\n');
  return { ...ran, texts: lines.map((l) => l.replace(/\([^)]*\)$/, '').trim()) };
}
