import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { openAudio } from '../src/audio/index.js';
import { Engine } from '../src/index.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { manifest, SETS, withClips } from './scores.js';

const CLIPS = Number(process.env.HEARKEN_BENCH_CLIPS ?? 60);
const MODEL = '/usr/share/pocketsphinx/model/en-us';

interface Heard {
  texts: string[];
  /** Seconds it took. */
  took: number;
}

/** Word error rate and speed beside PocketSphinx (Debian's package, its own en-us model), one core each, on the same audio. */
export async function pocketsphinxBench(): Promise<void> {
  if (!existsSync(MODEL)) throw new Error('apt-get install pocketsphinx pocketsphinx-en-us');
  await using engine = await Engine.load({ workers: 1 });
  console.log(
    '| set | clips | seconds | WER | PocketSphinx WER | its errors to ours | real-time factor | PocketSphinx | its time to ours |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const [corpus, split] of SETS) {
    const clips = manifest(corpus, split).slice(0, CLIPS);
    await withClips(corpus, split, async (directory) => {
      const paths = clips.map(({ id }) => resolve(directory, `${id}.opus`));
      const { seconds, raw } = await rawAudio(paths);
      try {
        const ours = await hearken(engine, paths);
        const theirs = pocketsphinx(raw, clips.length);
        const wer = ({ texts }: Heard): number =>
          wordErrorRate(addScores(clips.map((c, i) => scoreOf(align(scoringWords(c.text), scoringWords(texts[i]))))));
        const [a, b] = [wer(ours), wer(theirs)];
        const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
        console.log(
          `| ${corpus} ${split} | ${clips.length} | ${seconds.toFixed(0)} | ${percent(a)} | ${percent(b)} | ${(b / a).toFixed(1)} | ${(ours.took / seconds).toFixed(3)} | ${(theirs.took / seconds).toFixed(3)} | ${(theirs.took / ours.took).toFixed(1)} |`,
        );
      } finally {
        rmSync(raw, { recursive: true });
      }
    });
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

async function hearken(engine: Engine, paths: string[]): Promise<Heard> {
  const texts: string[] = [];
  const began = performance.now();
  for (const path of paths) {
    const words: string[] = [];
    for await (const r of engine.transcribe(path)) if (r.type === 'final') words.push(r.text);
    texts.push(words.join(' '));
  }
  return { texts, took: (performance.now() - began) / 1000 };
}

function pocketsphinx(raw: string, clips: number): Heard {
  const out = resolve(raw, 'out');
  mkdirSync(out);
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
  const began = performance.now();
  const run = spawnSync(
    'pocketsphinx_batch',
    Object.entries(flags).flatMap(([k, v]) => [`-${k}`, v]),
  );
  const took = (performance.now() - began) / 1000;
  if (run.status !== 0) throw new Error(`pocketsphinx_batch: ${run.stderr.toString().slice(-1000)}`);
  // A line a clip: the words, then its name and score in brackets.
  const lines = readFileSync(flags.hyp, 'utf8').trimEnd().split('\n');
  return { texts: lines.map((l) => l.replace(/\([^)]*\)$/, '').trim()), took };
}
