import { availableParallelism, totalmem } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RawFormat } from '../audio/index.js';
import { BYTES_PER_SAMPLE, type PcmEncoding } from '../audio/pcm.js';
import type { EngineOptions } from '../recognizer/engine-options.js';

export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const n = Number(value);
    if (!(Number.isInteger(n) && n >= min && n <= max))
      throw new InvalidArgumentError(`a whole number from ${min} to ${max} is needed.`);
    return n;
  };
}

export function positiveNumber(value: string): number {
  const n = Number(value);
  if (!(n > 0)) throw new InvalidArgumentError('a positive number is needed.');
  return n;
}

export const modelOption = (): Option =>
  new Option('-m, --model <model>', 'model package, by directory or name (default: the shipped English one)');
export const providersOption = (): Option =>
  new Option('--providers <list>', 'execution providers, first choice first: cuda, webgpu, coreml, dml, cpu').default(
    'cpu',
  );
export const jobsOption = (): Option =>
  new Option('-j, --jobs <n>', 'worker threads (default: one a core; at most two, and as memory allows)').argParser(
    wholeNumber(1, 256),
  );

export interface EngineFlags {
  model?: string;
  providers: string;
  jobs?: number;
}

/** Of commands that go through many recordings. */
export interface BatchFlags extends EngineFlags {
  progress: 'auto' | 'lines' | 'none';
}

export const progressOption = (): Option =>
  new Option('--progress <how>', 'bar on a terminal, lines, or none')
    .choices(['auto', 'lines', 'none'])
    .default('auto');

export function addBatchOptions(command: Command): Command {
  return command
    .addOption(progressOption())
    .addOption(jobsOption())
    .addOption(modelOption())
    .addOption(providersOption());
}

/** What a worker takes with its streams, in bytes. */
const WORKER_BYTES = 160 << 20;

/** As many threads as asked for, where the machine has cores and memory for them: with more, none gets anything done. */
export function workersFor(jobs: number, cores: number, memory: number): number {
  return Math.max(1, Math.min(jobs, 2 * cores, Math.floor((0.8 * memory) / WORKER_BYTES)));
}

/** Bytes that this process may have: a container has fewer than its machine. */
function memoryHere(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function workersOf(jobs: number): number {
  const workers = workersFor(jobs, availableParallelism(), memoryHere());
  if (workers < jobs)
    process.stderr.write(`hearken: ${workers} of ${jobs} worker threads: the machine has no more to give\n`);
  return workers;
}

export function engineOptions(flags: EngineFlags): EngineOptions {
  return {
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.jobs !== undefined && { workers: workersOf(flags.jobs) }),
    providers: flags.providers.split(','),
    onWarning: (m) => process.stderr.write(`hearken: warning: ${m}\n`),
  };
}

/** `16000,s16le` or `8000,mulaw,2`. */
export function rawFormat(value: string): RawFormat {
  const [rate, encoding, channels] = value.split(',');
  if (!(encoding in BYTES_PER_SAMPLE)) {
    throw new InvalidArgumentError(
      `"${encoding}" is no encoding; there are ${Object.keys(BYTES_PER_SAMPLE).join(', ')}.`,
    );
  }
  return {
    sampleRate: Number(rate),
    encoding: encoding as PcmEncoding,
    channels: channels === undefined ? 1 : Number(channels),
  };
}

/** Tells the steps of long work on stderr, each with the seconds since the first; on a terminal also a bar where a step says how far it is. */
export function stepTimer(): (step: string, share?: number) => void {
  const began = performance.now();
  const terminal = process.stderr.isTTY === true;
  return (step, share) => {
    const clear = terminal ? '\r\x1b[K' : '';
    const time = `${clear}${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  `;
    if (share === undefined) process.stderr.write(`${time}${step}\n`);
    else if (terminal) process.stderr.write(`${time}${'█'.repeat(Math.round(share * 24)).padEnd(24, '░')} ${step}`);
  };
}
