import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { HearkenError, toHearkenError } from '../errors.js';
import { Engine } from '../recognizer/engine.js';
import { modelOption, providersOption } from './options.js';

/** The shipped clip and what is said in it. */
export const SAMPLE_CLIP = resolve(import.meta.dirname, '../../../examples/data/sample.wav');

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check that everything works on this machine')
    .addOption(modelOption())
    .addOption(providersOption())
    .action(doctor);
}

function line(ok: boolean, what: string, detail: string): void {
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what.padEnd(20)} ${detail}\n`);
}

async function doctor(flags: { model?: string; providers: string }): Promise<void> {
  const [major, minor] = process.versions.node.split('.').map(Number);
  line(
    major > 20 || (major === 20 && minor >= 19),
    'Node.js',
    `${process.versions.node} on ${process.platform} ${process.arch}`,
  );
  line(true, 'cores', String(availableParallelism()));
  const ffmpeg = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  line(
    true,
    'ffmpeg',
    ffmpeg.error ? 'not found: MP4 and AAC cannot be read, all else can' : ffmpeg.stdout.split('\n')[0],
  );
  try {
    await check(flags);
  } catch (error) {
    const { code, message } = toHearkenError(error, 'INTERNAL');
    line(false, 'engine', `${message} [${code}]`);
    process.exitCode = 1;
  }
}

async function check(flags: { model?: string; providers: string }): Promise<void> {
  const began = performance.now();
  const providers = flags.providers.split(',');
  await using engine = await Engine.load({
    ...(flags.model !== undefined && { model: flags.model }),
    providers,
    workers: 1,
    onWarning: (m) => line(false, 'provider', m),
  });
  line(true, 'model', `${engine.card.name}, loaded in ${Math.round(performance.now() - began)} ms`);
  line(engine.provider === providers[0], 'execution provider', engine.provider);
  const stream = engine.open(SAMPLE_CLIP);
  const texts: string[] = [];
  for await (const r of stream) if (r.type === 'final') texts.push(r.text);
  const { seconds, busySeconds } = await stream.done;
  if (texts.length === 0) throw new HearkenError('INTERNAL', 'nothing was recognised in the shipped clip');
  line(true, 'self-test', `"${texts.join(' ')}" (${(seconds / busySeconds).toFixed(0)}x real time on one core)`);
}
