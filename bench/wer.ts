import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Engine } from '../src/index.js';
import { addScores, align, type Score, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';

const SPEECH = resolve(import.meta.dirname, '../../../shared/speech');
const SETS = [
  ['librispeech', 'dev'],
  ['commonvoice1', 'dev'],
  ['speechocean762', 'dev'],
  ['an4', 'test'],
] as const;

interface Clip {
  id: string;
  text: string;
}

function clipsOf(corpus: string, split: string): Clip[] {
  const rows = readFileSync(resolve(SPEECH, 'manifest.tsv'), 'utf8')
    .split('\n')
    .map((l) => l.split('\t'));
  return rows.filter((r) => r[1] === corpus && r[2] === split).map((r) => ({ id: r[0], text: r[5] }));
}

/** Word error rate and real-time factor of the shipped model on every dev split, streaming, by corpus. */
export async function werBench(args: string[]): Promise<void> {
  if (!existsSync(SPEECH)) throw new Error(`${SPEECH} is absent: this bench needs the transcribed clips`);
  const decoder = args[0] ? (JSON.parse(args[0]) as Record<string, number>) : {};
  await using engine = await Engine.load();
  console.log(
    `${engine.card.name} on ${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node} ${args[0] ?? ''}`,
  );
  console.log('| set | utterances | words | WER | substituted | deleted | inserted | real-time factor (one core) |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const [corpus, split] of SETS) {
    const directory = mkdtempSync(resolve(tmpdir(), 'hearken-wer-'));
    try {
      execFileSync('tar', ['xf', resolve(SPEECH, `${corpus}-${split}.tar`), '-C', directory]);
      const clips = clipsOf(corpus, split);
      const { score, seconds, busy } = await run(engine, clips, resolve(directory, corpus, split), decoder);
      const { substitutions, deletions, insertions, words } = score;
      const share = (n: number): string => `${((100 * n) / words).toFixed(1)} %`;
      console.log(
        `| ${corpus} ${split} | ${clips.length} | ${words} | ${(100 * wordErrorRate(score)).toFixed(2)} % | ${share(substitutions)} | ${share(deletions)} | ${share(insertions)} | ${(busy / seconds).toFixed(4)} |`,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}

async function run(
  engine: Engine,
  clips: Clip[],
  directory: string,
  decoder: Record<string, number>,
): Promise<{ score: Score; seconds: number; busy: number }> {
  const scores: Score[] = [];
  let seconds = 0;
  let busy = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < clips.length; i = next++) {
      const stream = engine.open(resolve(directory, `${clips[i].id}.opus`), { decoder });
      const texts: string[] = [];
      for await (const r of stream) if (r.type === 'final') texts.push(r.text);
      const summary = await stream.done;
      seconds += summary.seconds;
      busy += summary.busySeconds;
      scores.push(scoreOf(align(scoringWords(clips[i].text), scoringWords(texts.join(' ')))));
    }
  };
  await Promise.all(Array.from({ length: engine.workers }, worker));
  return { score: addScores(scores), seconds, busy };
}
