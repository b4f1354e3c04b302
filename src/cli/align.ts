import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import { NetworkModel } from '../acoustic/index.js';
import { textGrid } from '../formats/alignment.js';
import { formatTranscript } from '../formats/index.js';
import { inputText } from '../input-file.js';
import { ADDITIONS, standardLexicon } from '../lexicon/index.js';
import { sentences } from '../lm/index.js';
import { DEFAULT_MODEL, findModel, pronouncerOf, readPackage, topologyOf } from '../package/index.js';
import { type Alignment, align } from '../recognizer/align.js';
import { openNetwork } from '../runtime/index.js';
import { positiveNumber } from './options.js';

interface Flags {
  format: 'json' | 'ctm' | 'textgrid' | 'srt' | 'vtt';
  model: string;
  lexicon: string;
  skip: number;
}

export function alignCommand(): Command {
  return new Command('align')
    .description('say when each word and phone of a known transcript is said')
    .argument('<audio>', 'recording')
    .argument('<text>', 'its transcript: a line a sentence (subtitles keep the lines)')
    .addOption(new Option('-f, --format <format>').choices(['json', 'ctm', 'textgrid', 'srt', 'vtt']).default('json'))
    .option('-m, --model <dir>', 'model package, by directory or name', DEFAULT_MODEL)
    .option(
      '--lexicon <file>',
      'pronunciations besides CMUdict: word, then phones (a PocketSphinx dictionary will do)',
      ADDITIONS,
    )
    .option(
      '--skip <cost>',
      'nats that passing over a word costs; less for a transcript with errors',
      positiveNumber,
      12,
    )
    .addHelpText('after', '\nExample:\n  hearken align talk.mp3 talk.txt -f textgrid > talk.TextGrid')
    .action(run);
}

async function run(audio: string, path: string, flags: Flags): Promise<void> {
  const lines = inputText(path)
    .split('\n')
    .map((line) => sentences(line).flat());
  const { card, acoustic, contexts, tokenizer } = readPackage(findModel(flags.model));
  const { network } = await openNetwork(acoustic, ['cpu']);
  const tools = {
    acoustic: new NetworkModel(network, card.acoustic, card.features),
    topology: topologyOf(card, contexts),
    units: card.spelling.units,
    lexicon: pronouncerOf(card.spelling, tokenizer, standardLexicon(flags.lexicon)),
    silence: card.spelling.silence,
  };
  const terminal = process.stderr.isTTY === true;
  const alignment = await align(tools, audio, lines.flat(), {
    skipCost: flags.skip,
    ...(terminal && { onProgress: (s) => void process.stderr.write(`\r\x1b[K${s.toFixed(0)} s aligned`) }),
  });
  if (terminal) process.stderr.write('\r\x1b[K');
  if (alignment.skipped.length > 0)
    process.stderr.write(
      `hearken: warning: not found in the recording: ${alignment.skipped.map((s) => `${s.text} (word ${s.position + 1})`).join(', ')}\n`,
    );
  if (!alignment.complete) process.stderr.write('hearken: warning: the transcript could not be followed to its end\n');
  process.stdout.write(written(alignment, lines, basename(audio, extname(audio)), flags.format));
}

function written(alignment: Alignment, lines: readonly string[][], name: string, format: Flags['format']): string {
  if (format === 'json') return `${JSON.stringify(alignment, null, 2)}\n`;
  if (format === 'textgrid') return textGrid(alignment);
  // A segment a line of the transcript.
  const skipped = new Set(alignment.skipped.map((s) => s.position));
  const left = [...alignment.words];
  let position = 0;
  const segments = lines.flatMap((line) => {
    const words = line.flatMap(() => (skipped.has(position++) ? [] : left.splice(0, 1)));
    if (words.length === 0) return [];
    const text = words.map((w) => w.text).join(' ');
    const [start, end] = [words[0].start, words[words.length - 1].end];
    return [{ type: 'final' as const, index: 0, text, words, start, end, reason: 'end' as const, complete: true }];
  });
  return formatTranscript(format, { name, duration: alignment.duration, segments });
}
