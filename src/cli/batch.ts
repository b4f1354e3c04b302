import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { type BatchQueue, type Entry, heardIn, type JobResult, recordingJob, runJob } from '../batch/index.js';
import { HearkenError } from '../errors.js';
import { FORMATS, type FormatName } from '../formats/index.js';
import { inputText } from '../input-file.js';
import { Engine } from '../recognizer/engine.js';
import { modelChecksum, type QueueFlags, queueOf, queueOption } from './batch-queue.js';
import { expandInputs, type Input } from './inputs.js';
import {
  addBatchOptions,
  type BatchFlags,
  engineOptions,
  modelOption,
  positiveNumber,
  progressOption,
  wholeNumber,
} from './options.js';
import { outputNames } from './output-names.js';
import { formats, staysInside, transcriptsOf, writeOutputs } from './outputs.js';
import { Progress } from './progress.js';
import { addRecognitionOptions, type RecognitionFlags, recognitionOf } from './recognition-options.js';
import { eachRecording } from './recordings.js';

/** How often the queue is counted for the progress bar. */
const RECOUNT_MS = 5000;
/** Recordings of shared names that are listed. */
const MAX_TOLD = 20;

export function batchCommand(): Command {
  return new Command('batch')
    .description('write down piles of recordings, by workers on one machine or many')
    .addCommand(submitCommand())
    .addCommand(workCommand())
    .addCommand(statusCommand())
    .addCommand(collectCommand())
    .addCommand(retryCommand())
    .addHelpText(
      'after',
      `
Example, on one machine:
  hearken batch submit recordings/
  hearken batch work --until-empty
  hearken batch collect -o out -f text,srt

On many, which see the recordings under the same paths, add -q redis://HOST:6379 to each command (or set HEARKEN_QUEUE),
and run "hearken batch work" on each.`,
    );
}

function submitCommand(): Command {
  const command = new Command('submit')
    .description('put recordings into the queue; those that are in it, or done, are not done again')
    .argument('[input...]', 'files, directories (searched for recordings), patterns')
    .option('--list <file>', 'recordings, a path a line; a tab and a name for its outputs may follow')
    .addOption(queueOption())
    .addOption(modelOption())
    .addOption(progressOption())
    .action(submit);
  return addRecognitionOptions(command);
}

function workCommand(): Command {
  const command = new Command('work')
    .description('write down what is in the queue, until stopped (SIGINT or SIGTERM: what was begun is finished)')
    .option('--until-empty', 'return when nothing is left to do')
    .option(
      '--part-minutes <n>',
      'cut longer recordings at pauses into parts of about this, worked on at once',
      positiveNumber,
      20,
    )
    .option(
      '--claim-seconds <n>',
      'after this long without a sign of life a worker is taken for dead',
      wholeNumber(1, 3600),
      30,
    )
    .addOption(queueOption())
    .action(work);
  return addBatchOptions(command);
}

function statusCommand(): Command {
  return new Command('status')
    .description('tell how far the queue is, and which recordings were given up')
    .option('--json', 'as JSON')
    .addOption(queueOption())
    .addOption(modelOption())
    .action(status);
}

function collectCommand(): Command {
  return new Command('collect')
    .description('write the transcripts that are done; exit code 1 if any recording has none')
    .requiredOption('-o, --output-dir <dir>', 'write NAME.txt, NAME.srt, … there')
    .option('-f, --format <list>', `of ${FORMATS.join(', ')}`, formats, ['text'] as FormatName[])
    .addOption(queueOption())
    .addOption(modelOption())
    .addOption(progressOption())
    .action(collect);
}

function retryCommand(): Command {
  return new Command('retry')
    .description('put recordings that were given up into the queue again')
    .addOption(queueOption())
    .addOption(modelOption())
    .action(async (flags: QueueFlags) => {
      await using queue = await queueOf(flags);
      process.stdout.write(`${await queue.retry()} recordings or parts wait again\n`);
    });
}

type SubmitFlags = QueueFlags & RecognitionFlags & Pick<BatchFlags, 'progress'> & { list?: string };

async function submit(args: string[], flags: SubmitFlags): Promise<void> {
  const inputs = [...(await expandInputs(args)), ...(flags.list ? await listed(flags.list) : [])];
  if (inputs.length === 0)
    throw new HearkenError('OPTION_INVALID', 'there is nothing to submit: name recordings or --list');
  if (inputs.some((i) => i.path === '-'))
    throw new HearkenError('OPTION_INVALID', 'standard input cannot be submitted');
  const climbing = inputs.find((i) => !staysInside(i.name));
  if (climbing)
    throw new HearkenError('OPTION_INVALID', `the name "${climbing.name}" leads out of the directory of outputs`);
  const options = recognitionOf(flags);
  const model = modelChecksum(flags);
  await using queue = await queueOf(flags);
  const progress = new Progress(inputs.length, flags.progress);
  let added = 0;
  const here = new Set<string>();
  await eachRecording(inputs, 4, progress, async ({ path, name }) => {
    const job = await recordingJob(resolve(path), model, options);
    await queue.enter([{ name, path: job.path, job: job.id }]);
    // The same bytes under another name are one job; several at once would be counted as new.
    if (here.has(job.id)) return 0;
    here.add(job.id);
    const fresh = await queue.add([job]);
    added += fresh;
    return 0;
  });
  process.stdout.write(`${inputs.length} recordings, ${added} of them new to the queue\n`);
  const shared = outputNames(await queue.entries()).filter(({ entry, name }) => entry.name !== name);
  for (const { entry, name } of shared.slice(0, MAX_TOLD))
    process.stderr.write(
      `hearken: another recording is named "${entry.name}": ${entry.path} is collected as ${name}\n`,
    );
  if (shared.length > MAX_TOLD) process.stderr.write(`hearken: and ${shared.length - MAX_TOLD} more\n`);
}

/** Paths of a list are relative to it. @throws INPUT_NOT_FOUND */
async function listed(file: string): Promise<Input[]> {
  const lines = inputText(file)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const inputs: Input[] = [];
  for (const line of lines) {
    const [path, name] = line.trimEnd().split('\t');
    const [input] = await expandInputs([resolve(dirname(file), path)]);
    inputs.push({ path: input.path, name: name ?? input.name });
  }
  return inputs;
}

type WorkFlags = QueueFlags & BatchFlags & { untilEmpty?: boolean; partMinutes: number; claimSeconds: number };

async function work(flags: WorkFlags): Promise<void> {
  await using queue = await queueOf(flags, 1000 * flags.claimSeconds);
  await using engine = await Engine.load(engineOptions(flags));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = new Progress(await left(queue), flags.progress);
  let done = 0;
  let asked = performance.now();
  await queue.work((job) => runJob(engine, queue, job, { partSeconds: 60 * flags.partMinutes }), {
    concurrency: engine.workers,
    signal: stop.signal,
    untilEmpty: flags.untilEmpty ?? false,
    onJob: (job, outcome) => {
      done++;
      if (outcome instanceof Error) {
        progress.clear();
        process.stderr.write(`hearken: ${job.path}: ${outcome.message}\n`);
      }
      progress.step(job.path, outcome instanceof Error ? 0 : heardSeconds(outcome), outcome instanceof Error);
      if (performance.now() - asked < RECOUNT_MS) return;
      asked = performance.now();
      left(queue).then(
        (n) => progress.expect(done + n),
        () => undefined,
      );
    },
  });
  progress.clear();
}

async function left(queue: BatchQueue): Promise<number> {
  const { waiting, active, delayed } = await queue.status();
  return waiting + active + delayed;
}

const heardSeconds = (result: JobResult): number => (result.type === 'heard' ? result.seconds : 0);

async function status(flags: QueueFlags & { json?: boolean }): Promise<void> {
  await using queue = await queueOf(flags);
  const [counts, dead, entries] = await Promise.all([queue.status(), queue.dead(), queue.entries()]);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ recordings: entries.length, ...counts, deadJobs: dead })}\n`);
    return;
  }
  const told = Object.entries(counts).map(([name, n]) => `${n} ${name === 'dead' ? 'given up' : name}`);
  process.stdout.write(`${entries.length} recordings; jobs: ${told.join(', ')}\n`);
  for (const { path, error } of dead) process.stdout.write(`given up: ${path}: ${error}\n`);
}

type CollectFlags = QueueFlags & Pick<BatchFlags, 'progress'> & { outputDir: string; format: FormatName[] };

async function collect(flags: CollectFlags): Promise<void> {
  await using queue = await queueOf(flags);
  const entries = outputNames(await queue.entries());
  if (entries.length === 0)
    throw new HearkenError('QUEUE_LOST', `no recording was submitted to ${flags.queue}, or what was is lost`);
  const progress = new Progress(entries.length, flags.progress);
  const written = new Set<Entry>();
  const inputs = entries.map(({ entry, name }) => ({ path: entry.path, name, entry }));
  await eachRecording(inputs, 4, progress, async ({ name, entry }) => {
    const heard = await heardIn(queue, entry);
    if (!heard) return 0;
    const transcripts = transcriptsOf(name, heard.seconds, heard.segments, flags.format);
    await writeOutputs(transcripts, flags.outputDir, name, flags.format);
    written.add(entry);
    return heard.seconds;
  });
  process.stdout.write(`${written.size} of ${entries.length} transcripts written to ${flags.outputDir}\n`);
  const absent = inputs.filter(({ entry }) => !written.has(entry));
  for (const { path, name } of absent) process.stderr.write(`hearken: no transcript of ${path} (${name})\n`);
  if (absent.length > 0) process.exitCode = 1;
}
