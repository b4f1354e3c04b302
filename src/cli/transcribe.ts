import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { RawFormat } from '../audio/index.js';
import { HearkenError, toHearkenError } from '../errors.js';
import { FORMATS, type FormatName, formatTranscript, type Transcript } from '../formats/index.js';
import { Engine, type TranscribeOptions } from '../recognizer/engine.js';
import type { Segment, WrittenPiece } from '../recognizer/results.js';
import { expandInputs, type Input } from './inputs.js';
import { addBatchOptions, type BatchFlags, engineOptions, positiveNumber, rawFormat } from './options.js';
import { Progress } from './progress.js';
import { addVocabularyOptions, type VocabularyFlags, vocabularyOf } from './vocabulary-options.js';

interface Flags extends BatchFlags, VocabularyFlags {
  format: FormatName[];
  outputDir?: string;
  resume?: boolean;
  channels: 'mix' | 'split';
  raw?: RawFormat;
  beam?: number;
  written?: boolean;
  punctuate?: boolean;
  maskProfanity?: boolean;
}

const EXTENSION: Record<FormatName, string> = { text: 'txt', json: 'json', srt: 'srt', vtt: 'vtt', ctm: 'ctm' };

function formats(value: string): FormatName[] {
  const names = value.split(',');
  const bad = names.find((n) => !(FORMATS as string[]).includes(n));
  if (bad !== undefined) throw new InvalidArgumentError(`"${bad}" is no format; there are ${FORMATS.join(', ')}.`);
  return names as FormatName[];
}

export function transcribeCommand(): Command {
  const command = new Command('transcribe')
    .description('write down what is said in recordings')
    .argument('<input...>', 'files, directories (searched for recordings), patterns, or - for standard input')
    .option('-f, --format <list>', `of ${FORMATS.join(', ')}; several with --output-dir`, formats, [
      'text',
    ] as FormatName[])
    .option('-o, --output-dir <dir>', 'write NAME.txt, NAME.srt, … there rather than to standard output')
    .option('--resume', 'with --output-dir: skip recordings whose outputs are there')
    .addOption(
      new Option('--channels <how>', 'mix channels down, or give a transcript a channel')
        .choices(['mix', 'split'])
        .default('mix'),
    )
    .option('--raw <rate,encoding[,channels]>', 'the input is headerless PCM, e.g. 8000,mulaw', rawFormat)
    .option('--beam <cost>', 'search beam: wider is slower and more exact', positiveNumber)
    .option('--written', 'as people write: numbers, dates, money in figures')
    .option('--punctuate', 'with sentence ends, commas, question marks and capitals')
    .option('--mask-profanity', 'profane words as their first letter and asterisks')
    .addHelpText(
      'after',
      '\nExamples:\n  hearken transcribe talk.mp3\n  hearken transcribe recordings/ -o out -f text,srt --resume\n  ffmpeg -i film.mkv -f wav - | hearken transcribe -',
    )
    .action(transcribe);
  return addBatchOptions(addVocabularyOptions(command));
}

async function transcribe(args: string[], flags: Flags): Promise<void> {
  if (flags.format.length > 1 && !flags.outputDir)
    throw new HearkenError('OPTION_INVALID', 'several formats need --output-dir');
  if (flags.resume && !flags.outputDir) throw new HearkenError('OPTION_INVALID', '--resume needs --output-dir');
  const all = await expandInputs(args);
  const inputs = flags.resume ? await notYetDone(all, flags) : all;
  if (inputs.length < all.length)
    process.stderr.write(`hearken: ${all.length - inputs.length} of ${all.length} recordings are done already\n`);
  if (inputs.length === 0) return;
  await using engine = await Engine.load({ ...engineOptions(flags), ...(inputs.length === 1 && { workers: 1 }) });
  const progress = new Progress(inputs.length, flags.progress);
  // Outputs appear in the order of the inputs, however the workers finish.
  let output: Promise<void> = Promise.resolve();
  let next = 0;
  const run = async (): Promise<void> => {
    for (let i = next++; i < inputs.length; i = next++) {
      const input = inputs[i];
      let transcripts: Transcript[] = [];
      try {
        transcripts = await transcribeOne(engine, input, flags, (m) => complain(progress, input, `warning: ${m}`));
        if (flags.outputDir) await writeOutputs(transcripts, flags.outputDir, input, flags);
      } catch (error) {
        process.exitCode = 1;
        const { code, message } = toHearkenError(error, 'WORKER_FAILED');
        complain(progress, input, `${message} [${code}]`);
        progress.step(input.name, 0, true);
        continue;
      }
      progress.step(
        input.name,
        transcripts.reduce((n, t) => Math.max(n, t.duration), 0),
        false,
      );
      if (!flags.outputDir)
        output = output.then(() => print(progress, transcripts, inputs.length > 1, input, flags.format[0]));
    }
  };
  await Promise.all(Array.from({ length: engine.workers }, run));
  await output;
  progress.clear();
}

function complain(progress: Progress, input: Input, message: string): void {
  progress.clear();
  process.stderr.write(`hearken: ${input.path}: ${message}\n`);
}

async function transcribeOne(
  engine: Engine,
  input: Input,
  flags: Flags,
  warn: (message: string) => void,
): Promise<Transcript[]> {
  const options: TranscribeOptions = {
    channels: flags.channels,
    ...(flags.raw && { raw: flags.raw }),
    ...(flags.beam !== undefined && { decoder: { beam: flags.beam } }),
    written: flags.written ?? false,
    punctuation: flags.punctuate ?? false,
    profanity: flags.maskProfanity ? 'mask' : 'keep',
    ...vocabularyOf(flags),
  };
  const stream = engine.open(input.path === '-' ? process.stdin : input.path, options);
  const segments: Segment[][] = [];
  for await (const { channel, ...result } of stream) {
    if (result.type === 'final')
      (segments[channel] ??= []).push(result.written ? asWritten(result, result.written, flags) : result);
  }
  const summary = await stream.done;
  for (const w of summary.warnings) warn(w);
  return Array.from({ length: summary.channels }, (_, channel) => ({
    name: input.name,
    duration: summary.seconds,
    ...(summary.channels > 1 && { channel }),
    segments: segments[channel] ?? [],
  }));
}

/** Text of pieces rather than words. In JSON the words stay beside them. */
function asWritten(segment: Segment, pieces: WrittenPiece[], { format }: Flags): Segment {
  const text = pieces.map((p) => p.text).join(' ');
  return format.includes('json') ? { ...segment, text } : { ...segment, text, words: pieces };
}

function outputPath(dir: string, input: Input, channel: number | undefined, format: FormatName): string {
  return resolve(dir, `${input.name}${channel === undefined ? '' : `.${channel + 1}`}.${EXTENSION[format]}`);
}

async function notYetDone(inputs: Input[], flags: Flags): Promise<Input[]> {
  const missing = await Promise.all(
    inputs.map(async (input) => {
      const paths = flags.format.map((f) =>
        outputPath(flags.outputDir as string, input, flags.channels === 'split' ? 0 : undefined, f),
      );
      const there = await Promise.all(
        paths.map((p) =>
          access(p).then(
            () => true,
            () => false,
          ),
        ),
      );
      return there.includes(false);
    }),
  );
  return inputs.filter((_, i) => missing[i]);
}

async function writeOutputs(transcripts: Transcript[], dir: string, input: Input, flags: Flags): Promise<void> {
  for (const t of transcripts) {
    for (const format of flags.format)
      await writeAtomically(outputPath(dir, input, t.channel, format), formatTranscript(format, t));
  }
}

/** Whole or not at all: a file of another name is filled and then renamed. @throws OUTPUT_WRITE */
async function writeAtomically(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (cause) {
    throw new HearkenError('OUTPUT_WRITE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

function print(
  progress: Progress,
  transcripts: Transcript[],
  several: boolean,
  input: Input,
  format: FormatName,
): void {
  progress.clear();
  for (const t of transcripts) {
    const channel = t.channel === undefined ? '' : ` channel ${t.channel + 1}`;
    if (format === 'text' && (several || channel)) process.stdout.write(`# ${input.path}${channel}\n`);
    process.stdout.write(formatTranscript(format, t));
  }
}
