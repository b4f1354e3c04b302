import { Command } from 'commander';
import { HearkenError } from '../errors.js';
import { FORMATS, type FormatName, formatTranscript, type Transcript } from '../formats/index.js';
import { Engine } from '../recognizer/engine.js';
import { segmentsOf } from '../recognizer/segments.js';
import { expandInputs, type Input } from './inputs.js';
import { addBatchOptions, type BatchFlags, engineOptions } from './options.js';
import { formats, notYetDone, type OutputFlags, transcriptsOf, writeOutputs } from './outputs.js';
import { Progress } from './progress.js';
import { addRecognitionOptions, type RecognitionFlags, recognitionOf } from './recognition-options.js';
import { complain, eachRecording } from './recordings.js';

interface Flags extends BatchFlags, RecognitionFlags, OutputFlags {
  resume?: boolean;
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
    .addHelpText(
      'after',
      '\nExamples:\n  hearken transcribe talk.mp3\n  hearken transcribe recordings/ -o out -f text,srt --resume\n  ffmpeg -i film.mkv -f wav - | hearken transcribe -',
    )
    .action(transcribe);
  return addBatchOptions(addRecognitionOptions(command));
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
  // Printed in the order of the inputs, however the workers finish; one that failed prints nothing.
  const finished: Transcript[][] = [];
  let printed = 0;
  const finish = (index: number, transcripts: Transcript[]): void => {
    finished[index] = transcripts;
    for (; finished[printed]; printed++)
      print(progress, finished[printed], inputs.length > 1, inputs[printed], flags.format[0]);
  };
  await eachRecording(inputs, engine.workers, progress, async (input, index) => {
    let transcripts: Transcript[] = [];
    try {
      const stream = engine.open(input.path === '-' ? process.stdin : input.path, recognitionOf(flags));
      const { segments, summary } = await segmentsOf(stream);
      for (const w of summary.warnings) complain(progress, input, `warning: ${w}`);
      transcripts = transcriptsOf(input.name, summary.seconds, segments, flags.format);
      if (flags.outputDir) await writeOutputs(transcripts, flags.outputDir, input.name, flags.format);
      return summary.seconds;
    } finally {
      if (!flags.outputDir) finish(index, transcripts);
    }
  });
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
