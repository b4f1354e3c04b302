#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { HearkenError } from '../errors.js';
import { adaptCommand } from './adapt.js';
import { alignCommand } from './align.js';
import { batchCommand } from './batch.js';
import { buildModelCommand } from './build-model.js';
import { withCommand } from './default-command.js';
import { doctorCommand } from './doctor.js';
import { fstCommand } from './fst.js';
import { g2pCommand } from './g2p.js';
import { graphCommand } from './graph.js';
import { importCommand } from './import.js';
import { infoCommand } from './info.js';
import { lmCommand } from './lm.js';
import { loadCommand } from './load.js';
import { micCommand } from './mic.js';
import { pronounceCommand } from './pronounce.js';
import { punctuationCommand } from './punctuation.js';
import { scoreCommand } from './score.js';
import { serveCommand } from './serve.js';
import { spotCommand } from './spot.js';
import { streamCommand } from './stream.js';
import { transcribeCommand } from './transcribe.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('hearken')
  .description('Speech recognition: recordings and streams in, words with times out.')
  .version(version)
  .option('--debug', 'print stacks of errors')
  .usage('[options] FILE... | COMMAND [options]')
  .addHelpText('after', '\n`hearken FILE...` is `hearken transcribe FILE...`.')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

for (const command of [
  transcribeCommand(),
  batchCommand(),
  alignCommand(),
  spotCommand(),
  scoreCommand(),
  infoCommand(),
  doctorCommand(),
  serveCommand(),
  streamCommand(),
  micCommand(),
  loadCommand(),
  buildModelCommand(),
  adaptCommand(),
  importCommand(),
  graphCommand(),
  lmCommand(),
  pronounceCommand(),
  g2pCommand(),
  punctuationCommand(),
  fstCommand(),
]) {
  program.addCommand(command.exitOverride());
}

/** Exit codes: 0 done, 1 something failed, 2 wrong use. */
async function main(): Promise<void> {
  try {
    const names = program.commands.map((command) => command.name());
    await program.parseAsync(withCommand(process.argv.slice(2), names), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.exitCode = error instanceof HearkenError && error.code === 'OPTION_INVALID' ? 2 : 1;
    report(error);
  }
}

function report(error: unknown): void {
  const known = error instanceof HearkenError;
  const line = known ? `${error.message} [${error.code}]` : `internal error: ${(error as Error).message}`;
  process.stderr.write(`hearken: ${line}\n`);
  if (program.opts().debug || !known) process.stderr.write(`${(error as Error).stack}\n`);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who reads the output has had enough.
  if (error.code === 'EPIPE') process.exit(0);
  report(new HearkenError('OUTPUT_WRITE', `cannot write to standard output: ${error.message}`));
  process.exit(1);
});

await main();
