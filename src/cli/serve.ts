import { Command } from 'commander';
import { Engine } from '../recognizer/engine.js';
import { type EngineFlags, engineOptions, jobsOption, modelOption, providersOption, wholeNumber } from './options.js';

interface Flags extends EngineFlags {
  port: number;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'serve streams over WebSocket (/v1/stream) and uploads over HTTP (/v1/audio/transcriptions) on this machine',
    )
    .option('-p, --port <n>', 'port on 127.0.0.1', wholeNumber(0, 65535), 2700)
    .addOption(jobsOption())
    .addOption(modelOption())
    .addOption(providersOption())
    .action(serve);
}

async function serve(flags: Flags): Promise<void> {
  const { startServer } = await import('../../server/index.js');
  const engine = await Engine.load(engineOptions(flags));
  const server = await startServer(engine, { port: flags.port });
  process.stderr.write(`hearken: listening on http://${server.host}:${server.port}\n`);
  const stop = (): void => {
    void server.close().then(() => engine.close());
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
