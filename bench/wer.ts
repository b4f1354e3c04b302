import { resolve } from 'node:path';
import { Engine, type TranscribeOptions, type Word } from '../src/index.js';
import { addScores, align, type Score, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { keep, machine, table } from './results.js';
import { manifest, SETS, withClips } from './scores.js';

/** A word that was written down: how sure the engine was, and whether it was right. */
interface Judged {
  confidence: number;
  right: boolean;
}

/**
 * NIST's normalised cross entropy: the share of the uncertainty about which words are right that the confidences take away.
 * 1 is perfect, 0 no better than knowing the share of right words, below 0 misleading.
 */
function normalisedCrossEntropy(words: readonly Judged[]): number {
  const right = words.filter((w) => w.right).length;
  const p = right / words.length;
  const base = -(right * Math.log(p) + (words.length - right) * Math.log(1 - p));
  const sure = (c: number): number => Math.log(Math.min(0.999, Math.max(0.001, c)));
  const own = -words.reduce((n, w) => n + sure(w.right ? w.confidence : 1 - w.confidence), 0);
  return (base - own) / base;
}

function calibrationTable(words: readonly Judged[]): string {
  const rows = Array.from({ length: 10 }, (_, i) => {
    const inBin = words.filter((w) => Math.min(9, Math.floor(w.confidence * 10)) === i);
    const right = inBin.filter((w) => w.right).length;
    const mean = inBin.reduce((n, w) => n + w.confidence, 0) / inBin.length;
    return inBin.length === 0
      ? undefined
      : `| ${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)} | ${inBin.length} | ${mean.toFixed(2)} | ${(right / inBin.length).toFixed(2)} |`;
  });
  return ['| confidence | words | mean | share right |', '|---|---|---|---|', ...rows.filter(Boolean)].join('\n');
}

type Options = Pick<TranscribeOptions, 'decoder' | 'rescore'>;

/** Word error rate, confidences and real-time factor of the shipped model on every dev split, streaming, by corpus. */
export async function werBench(args: string[]): Promise<void> {
  const options: Options = { rescore: !args.includes('once') };
  for (const json of args.filter((a) => a !== 'once')) options.decoder = JSON.parse(json);
  await using engine = await Engine.load();
  console.log(`${engine.card.name} on ${machine()} ${args.join(' ')}`);
  const row = table(
    ...['set', 'utterances', 'words', 'WER', 'substituted', 'deleted', 'inserted', 'confidence NCE'],
    'real-time factor (one core)',
  );
  const judged: Judged[] = [];
  const measured: object[] = [];
  for (const [corpus, split] of SETS) {
    const clips = manifest(corpus, split);
    const {
      score,
      seconds,
      busy,
      words: own,
    } = await withClips(corpus, split, (directory) => run(engine, clips, directory, options));
    judged.push(...own);
    measured.push({
      set: `${corpus} ${split}`,
      ...score,
      realTimeFactor: busy / seconds,
      nce: normalisedCrossEntropy(own),
    });
    const { substitutions, deletions, insertions, words } = score;
    const share = (n: number): string => `${((100 * n) / words).toFixed(1)} %`;
    row(
      `${corpus} ${split}`,
      clips.length,
      words,
      `${(100 * wordErrorRate(score)).toFixed(2)} %`,
      ...[substitutions, deletions, insertions].map(share),
      normalisedCrossEntropy(own).toFixed(3),
      (busy / seconds).toFixed(4),
    );
  }
  if (args.length === 0) keep('wer', measured);
  console.log(`\n${calibrationTable(judged)}`);
}

async function run(
  engine: Engine,
  clips: { id: string; text: string }[],
  directory: string,
  options: Options,
): Promise<{ score: Score; seconds: number; busy: number; words: Judged[] }> {
  const scores: Score[] = [];
  const words: Judged[] = [];
  let seconds = 0;
  let busy = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < clips.length; i = next++) {
      const stream = engine.open(resolve(directory, `${clips[i].id}.opus`), options);
      const heard: Word[] = [];
      for await (const r of stream) if (r.type === 'final') heard.push(...r.words);
      const summary = await stream.done;
      seconds += summary.seconds;
      busy += summary.busySeconds;
      const pairs = align(scoringWords(clips[i].text), scoringWords(heard.map((w) => w.text).join(' ')));
      scores.push(scoreOf(pairs));
      const written = pairs.filter((p) => p.operation !== 'deletion');
      if (written.length !== heard.length) throw new Error(`${clips[i].id}: a word is not one scoring word`);
      for (const [k, p] of written.entries())
        words.push({ confidence: heard[k].confidence ?? 1, right: p.operation === 'correct' });
    }
  };
  await Promise.all(Array.from({ length: engine.workers }, worker));
  return { score: addScores(scores), seconds, busy, words };
}
