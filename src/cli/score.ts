import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { Command } from 'commander';
import { glob } from 'tinyglobby';
import { HearkenError } from '../errors.js';
import { inputText } from '../input-file.js';
import {
  type AlignedPair,
  addScores,
  align,
  type Score,
  scoreOf,
  scoringWords,
  wordErrorRate,
} from '../scoring/index.js';

interface Flags {
  where: string[];
  align?: boolean;
  json?: boolean;
}

export function scoreCommand(): Command {
  return new Command('score')
    .description('word error rate of transcripts against references, as sclite counts it')
    .argument('<reference>', 'a text file, a directory of .txt files, or a .tsv file with columns "id" and "text"')
    .argument('<hypothesis>', 'a text file, or a directory of .txt files named after the ids')
    .option('--where <column=value...>', 'only rows of the .tsv with these values', [] as string[])
    .option('--align', 'list every utterance with its alignment; errors in capitals')
    .option('--json', 'print the counts as JSON')
    .addHelpText('after', '\nExample:\n  hearken score manifest.tsv out/ --where corpus=librispeech split=dev')
    .action(score);
}

/** Utterances by id; a plain file is one utterance under the id ''. */
async function readUtterances(path: string, where: readonly string[]): Promise<Map<string, string>> {
  const info = await stat(path).catch((cause) => {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  });
  if (info.isDirectory()) {
    const files = await glob('**/*.txt', { cwd: path });
    return new Map(files.sort().map((f) => [basename(f, '.txt'), inputText(resolve(path, f))]));
  }
  const text = inputText(path);
  return extname(path) === '.tsv' ? readTable(path, text, where) : new Map([['', text]]);
}

function readTable(path: string, text: string, where: readonly string[]): Map<string, string> {
  const [header, ...rows] = text
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => l.split('\t'));
  const column = (name: string): number => {
    const at = header.indexOf(name);
    if (at < 0)
      throw new HearkenError('SCORING_INPUT', `${path} has no column "${name}" (there are ${header.join(', ')})`);
    return at;
  };
  const conditions = where.map((w) => w.split('=')).map(([name, value]): [number, string] => [column(name), value]);
  const id = column('id');
  const words = column('text');
  return new Map(rows.filter((r) => conditions.every(([c, v]) => r[c] === v)).map((r) => [r[id], r[words]]));
}

async function score(referencePath: string, hypothesisPath: string, flags: Flags): Promise<void> {
  const references = await readUtterances(referencePath, flags.where);
  const hypotheses = await readUtterances(hypothesisPath, []);
  if (references.size === 0) throw new HearkenError('SCORING_INPUT', `${referencePath} has no utterances to score`);
  if (references.has('') !== hypotheses.has(''))
    throw new HearkenError('SCORING_INPUT', 'give two files or two sets of utterances');
  const scores: Score[] = [];
  const missing: string[] = [];
  for (const [id, text] of references) {
    const hypothesis = hypotheses.get(id);
    if (hypothesis === undefined) missing.push(id);
    const pairs = align(scoringWords(text), scoringWords(hypothesis ?? ''));
    scores.push(scoreOf(pairs));
    if (flags.align) process.stdout.write(listing(id, pairs));
  }
  if (missing.length === references.size)
    throw new HearkenError('SCORING_INPUT', `${hypothesisPath} has none of the ${references.size} utterances`);
  if (missing.length > 0)
    process.stderr.write(
      `hearken: warning: ${missing.length} utterances have no transcript and count as deleted: ${missing.slice(0, 5).join(', ')}\n`,
    );
  const total = addScores(scores);
  const wer = wordErrorRate(total);
  if (flags.json) process.stdout.write(`${JSON.stringify({ utterances: references.size, ...total, wer })}\n`);
  else {
    process.stdout.write(
      `WER ${(100 * wer).toFixed(2)} %  (${total.substitutions} substituted, ${total.deletions} deleted, ${total.insertions} inserted; ${total.words} words, ${references.size} utterances)\n`,
    );
  }
}

/** Reference over hypothesis, column by column; what differs is in capitals, what is missing in stars. */
function listing(id: string, pairs: readonly AlignedPair[]): string {
  let ref = 'REF:';
  let hyp = 'HYP:';
  for (const { operation, reference, hypothesis } of pairs) {
    const change = (w: string): string => (operation === 'correct' ? w : w.toUpperCase());
    const a = change(reference ?? '*'.repeat(hypothesis?.length ?? 1));
    const b = change(hypothesis ?? '*'.repeat(reference?.length ?? 1));
    const width = Math.max(a.length, b.length);
    ref += ` ${a.padEnd(width)}`;
    hyp += ` ${b.padEnd(width)}`;
  }
  return `${id}\n${ref.trimEnd()}\n${hyp.trimEnd()}\n\n`;
}
