import { Command, InvalidArgumentError, Option } from 'commander';
import { Engine } from '../recognizer/engine.js';
import { DEFAULT_THRESHOLD, type KeywordOption } from '../recognizer/keywords.js';
import type { KeywordHit } from '../recognizer/results.js';
import { expandInputs, type Input } from './inputs.js';
import { addBatchOptions, type BatchFlags, engineOptions } from './options.js';
import { Progress } from './progress.js';
import { eachRecording } from './recordings.js';

interface Flags extends BatchFlags {
  phrase: KeywordOption[];
  threshold: number;
  json?: boolean;
}

function thresholdOf(value: string): number {
  const n = Number(value);
  if (!(n <= 0)) throw new InvalidArgumentError('a number of 0 or less is needed.');
  return n;
}

/** `hearken` or `hearken=-0.4`. */
function keywordOf(value: string, before: KeywordOption[]): KeywordOption[] {
  const [, text, threshold] = /^(.*?)(?:=(.*))?$/.exec(value) as RegExpExecArray;
  return [...before, { text, ...(threshold !== undefined && { threshold: thresholdOf(threshold) }) }];
}

export function spotCommand(): Command {
  const command = new Command('spot')
    .description('find where words or phrases are said, by their sound: any words, without a vocabulary')
    .argument('<input...>', 'files, directories (searched for recordings), patterns, or - for standard input')
    .addOption(
      new Option('--phrase <text[=threshold]>', 'what to listen for; can be repeated')
        .argParser(keywordOf)
        .default([], 'none')
        .makeOptionMandatory(),
    )
    .option(
      '--threshold <nats>',
      'least score, nats a phone; 0 is a perfect fit, nearer to it fewer false alarms and more misses',
      thresholdOf,
      DEFAULT_THRESHOLD,
    )
    .option('--json', 'a line of JSON a hit, rather than columns')
    .addHelpText(
      'after',
      '\nPrints recording, start, end (seconds), score and phrase, tabs between.\nExample:\n  hearken spot calls/ --phrase "cancel my subscription" --phrase refund',
    )
    .action(spot);
  return addBatchOptions(command);
}

async function spot(args: string[], flags: Flags): Promise<void> {
  const inputs = await expandInputs(args);
  const keywords = flags.phrase.map((k) => ({ threshold: flags.threshold, ...k }));
  await using engine = await Engine.load({ ...engineOptions(flags), ...(inputs.length === 1 && { workers: 1 }) });
  const progress = new Progress(inputs.length, flags.progress);
  await eachRecording(inputs, engine.workers, progress, async (input) => {
    const stream = engine.open(input.path === '-' ? process.stdin : input.path, { keywords, recognize: false });
    for await (const hit of stream) {
      if (hit.type !== 'keyword') continue;
      progress.clear();
      process.stdout.write(line(input, hit, flags));
    }
    return (await stream.done).seconds;
  });
}

function line({ path }: Input, { text, start, end, score }: KeywordHit, { json }: Flags): string {
  if (json) return `${JSON.stringify({ recording: path, phrase: text, start, end, score })}\n`;
  return `${[path, start.toFixed(2), end.toFixed(2), score.toFixed(2), text].join('\t')}\n`;
}
