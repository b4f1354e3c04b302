import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultLimits, type Limits } from '../../server/limits.js';
import { HearkenError } from '../errors.js';
import { Engine } from '../recognizer/engine.js';
import { type EngineFlags, engineOptions, jobsOption, modelOption, providersOption, wholeNumber } from './options.js';

interface Flags extends EngineFlags {
  port: number;
  host: string;
  tokenFile?: string;
  open?: boolean;
  origin: string[];
  allowHost: string[];
  trustProxy?: boolean;
  tlsCert?: string;
  tlsKey?: string;
  limit: Partial<Limits>;
  logLevel: string;
  logTranscripts?: boolean;
  grammar: Record<string, string>;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/** `maxSessions=100` */
function limitOf(value: string, before: Partial<Limits>): Partial<Limits> {
  const [, name = '', number = ''] = /^(\w+)=([\d.]+)$/.exec(value) ?? [];
  const known = Object.keys(defaultLimits(1));
  if (!known.includes(name) || !Number.isFinite(Number(number)))
    throw new InvalidArgumentError(`NAME=NUMBER is needed, with NAME one of ${known.join(', ')}.`);
  return { ...before, [name]: Number(number) };
}

/** `commands=my-model` */
function namedDirectory(value: string, before: Record<string, string>): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('NAME=DIRECTORY is needed.');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'serve streams over WebSocket (/v1/stream; vosk clients at /), uploads over HTTP (/v1/audio/transcriptions), and a page of live captions',
    )
    .option('-p, --port <n>', 'port', wholeNumber(0, 65535), 2700)
    .option('--host <address>', 'address to listen on; beyond this machine it needs tokens', '127.0.0.1')
    .option('--token-file <file>', 'bearer tokens, one a line (or HEARKEN_TOKENS, commas between)')
    .option('--open', 'listen beyond this machine without tokens')
    .option(
      '--origin <origin...>',
      'web origins that may connect and read answers besides the server itself',
      [] as string[],
    )
    .option(
      '--allow-host <name...>',
      'names the server goes by, besides localhost, its own and addresses',
      [] as string[],
    )
    .option('--trust-proxy', 'a proxy in front says who clients are: the last address of X-Forwarded-For')
    .option('--tls-cert <file>', 'PEM certificate: HTTPS and wss')
    .option('--tls-key <file>', 'PEM key of it')
    .option(
      '--limit <name=number>',
      'change a limit, e.g. maxSessions=100 (docs/server.md lists them); can be repeated',
      limitOf,
      {},
    )
    .option(
      '--grammar <name=dir>',
      'package of other words that clients may choose by name (graph build, build-model or adapt make them); can be repeated',
      namedDirectory,
      {},
    )
    .addOption(new Option('--log-level <level>', 'JSON lines on standard error').choices(LEVELS).default('info'))
    .option('--log-transcripts', 'put what was said into the log')
    .addOption(jobsOption())
    .addOption(modelOption())
    .addOption(providersOption())
    .addHelpText(
      'after',
      '\nExamples:\n  hearken serve                    # then open http://127.0.0.1:2700\n  HEARKEN_TOKENS=secret hearken serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem',
    )
    .action(serve);
}

function contentsOf(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read the ${what}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws OPTION_INVALID where tokens were meant and there is none: the server would be open */
function tokensOf(file: string | undefined): string[] {
  const sources: [string, string[] | undefined][] = [
    [`the token file ${file}`, file === undefined ? undefined : contentsOf(file, 'tokens').split(/\s+/)],
    ['HEARKEN_TOKENS', process.env.HEARKEN_TOKENS?.split(',')],
  ];
  return sources.flatMap(([name, listed]) => {
    const tokens = listed?.map((t) => t.trim()).filter(Boolean);
    if (tokens?.length === 0) throw new HearkenError('OPTION_INVALID', `${name} holds no token`);
    return tokens ?? [];
  });
}

async function serve(flags: Flags): Promise<void> {
  const { port, host, origin: origins, tlsCert, tlsKey, limit, logTranscripts = false, open = false } = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new HearkenError('OPTION_INVALID', '--tls-cert and --tls-key go together');
  const tokens = tokensOf(flags.tokenFile);
  const tls =
    tlsCert !== undefined && tlsKey !== undefined
      ? { cert: contentsOf(tlsCert, 'certificate'), key: contentsOf(tlsKey, 'key') }
      : undefined;
  // Loaded here: other commands do not wait for a server they do not need.
  const [{ startServer }, { pino }] = await Promise.all([import('../../server/index.js'), import('pino')]);
  const log = pino({ level: flags.logLevel }, pino.destination({ dest: 2, sync: true }));
  const engine = await Engine.load({ ...engineOptions(flags), grammars: flags.grammar, onWarning: (m) => log.warn(m) });
  try {
    const server = await startServer(engine, {
      ...limit,
      port,
      host,
      tokens,
      origins,
      allowedHosts: flags.allowHost,
      trustProxy: flags.trustProxy ?? false,
      open,
      log,
      logTranscripts,
      ...(tls && { tls }),
    });
    process.stderr.write(`hearken: listening on ${tls ? 'https' : 'http'}://${server.host}:${server.port}\n`);
    let closing = false;
    const stop = (signal: NodeJS.Signals): void => {
      // Who asks twice does not want to wait.
      if (closing) process.exit(signal === 'SIGTERM' ? 143 : 130);
      closing = true;
      log.info({ signal }, 'closing');
      void server.close().then(() => engine.close());
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    await engine.close();
    throw error;
  }
}
