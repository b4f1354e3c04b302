import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Engine } from '../src/index.js';
import { addScores, align, type Score, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { keptTable } from './results.js';
import { manifest, withClips } from './scores.js';

const ROOT = resolve(import.meta.dirname, '../..');
const GRAMMAR = resolve(ROOT, 'bench/data/an4.gram');
const OTHER = '<other>';
/** Clips of general speech, none of which the grammar allows. */
const GENERAL = 100;

/** Commands by a JSGF grammar: word errors on AN4's test split, and how much general speech is rejected, by filler cost. */
export async function grammarBench(args: string[]): Promise<void> {
  const costs = args.length > 0 ? args : ['2', '2.2', '2.5', '3'];
  const row = keptTable('grammar', [
    'filler, nats a phone',
    'an4 test WER',
    'words right',
    'utterances right',
    'of those without spelling',
    'an4 rejected',
    'librispeech dev rejected',
    'commonvoice1 dev rejected',
  ]);
  for (const cost of costs) {
    const directory = mkdtempSync(resolve(tmpdir(), 'hearken-grammar-'));
    try {
      const main = resolve(ROOT, 'dist/src/cli/main.js');
      const built = spawnSync(process.execPath, [main, 'graph', 'build', GRAMMAR, '-o', directory, '--filler', cost]);
      if (built.status !== 0) throw new Error(built.stderr.toString());
      await using engine = await Engine.load({ model: directory });
      const commands = await heard(engine, 'an4', 'test', Number.POSITIVE_INFINITY);
      const scores = commands.map(({ text, words }): Score => scoreOf(align(scoringWords(text), words)));
      const right = (of: readonly Score[]): number =>
        of.filter((s) => s.substitutions + s.deletions + s.insertions === 0).length / of.length;
      const plain = scores.filter((_, i) => scoringWords(commands[i].text).every((w) => w.length > 1));
      const { words, substitutions, deletions } = addScores(scores);
      const rejected = (clips: Heard[]): string =>
        `${((100 * clips.filter((c) => c.words.length === 0 || c.words.every((w) => w === OTHER)).length) / clips.length).toFixed(1)} %`;
      const general = [
        await heard(engine, 'librispeech', 'dev', GENERAL),
        await heard(engine, 'commonvoice1', 'dev', GENERAL),
      ];
      const percent = (x: number, digits: number): string => `${(100 * x).toFixed(digits)} %`;
      row(
        cost,
        percent(wordErrorRate(addScores(scores)), 2),
        percent(1 - (substitutions + deletions) / words, 1),
        percent(right(scores), 1),
        `${percent(right(plain), 1)} of ${plain.length}`,
        ...[commands, ...general].map(rejected),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}

interface Heard {
  text: string;
  words: string[];
}

function heard(engine: Engine, corpus: string, split: string, most: number): Promise<Heard[]> {
  return withClips(corpus, split, (directory) =>
    Promise.all(
      manifest(corpus, split)
        .slice(0, most)
        .map(async ({ id, text }) => {
          const words: string[] = [];
          for await (const r of engine.transcribe(resolve(directory, `${id}.opus`)))
            if (r.type === 'final') words.push(...r.words.map((w) => w.text));
          return { text, words };
        }),
    ),
  );
}
