import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { HearkenError } from '../errors.js';
import { Engine } from '../recognizer/engine.js';
import { type EngineFlags, engineOptions, jobsOption, modelOption, providersOption, wholeNumber } from './options.js';

interface Flags extends EngineFlags {
  port: number;
  host: string;
  tokenFile?: string;
  open?: boolean;
  origin: string[];
}

export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'serve streams over WebSocket (/v1/stream; vosk clients at /) and uploads over HTTP (/v1/audio/transcriptions)',
    )
    .option('-p, --port <n>', 'port', wholeNumber(0, 65535), 2700)
    .option('--host <address>', 'address to listen on; beyond this machine it needs tokens', '127.0.0.1')
    .option('--token-file <file>', 'bearer tokens, one a line (or HEARKEN_TOKENS, commas between)')
    .option('--open', 'listen beyond this machine without tokens')
    .option('--origin <origin...>', 'web origins that may connect besides the server itself', [] as string[])
    .addOption(jobsOption())
    .addOption(modelOption())
    .addOption(providersOption())
    .addHelpText('after', '\nExample:\n  HEARKEN_TOKENS=secret hearken serve --host 0.0.0.0')
    .action(serve);
}

function tokensOf(file: string | undefined): string[] {
  let listed = '';
  try {
    if (file !== undefined) listed = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read the tokens: ${(cause as Error).message}`, { cause });
  }
  return [...listed.split(/\s+/), ...(process.env.HEARKEN_TOKENS ?? '').split(',')]
    .map((t) => t.trim())
    .filter(Boolean);
}

async function serve(flags: Flags): Promise<void> {
  const { startServer } = await import('../../server/index.js');
  const { port, host, origin: origins } = flags;
  const tokens = tokensOf(flags.tokenFile);
  const engine = await Engine.load(engineOptions(flags));
  try {
    const server = await startServer(engine, { port, host, tokens, origins, open: flags.open ?? false });
    process.stderr.write(`hearken: listening on http://${server.host}:${server.port}\n`);
    const stop = (): void => {
      void server.close().then(() => engine.close());
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    await engine.close();
    throw error;
  }
}
