import { spawn, spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { HearkenError } from '../errors.js';
import { clientTokenOption, connect, type RemoteFlags, showCaptions, urlOption, withServer } from './remote.js';
import { addVocabularyOptions, type VocabularyFlags, vocabularyOf } from './vocabulary-options.js';

interface Flags extends RemoteFlags, VocabularyFlags {
  recorder?: string;
}

const RATE = 16_000;
const FFMPEG_INPUT: Partial<Record<NodeJS.Platform, string>> = {
  darwin: '-f avfoundation -i :default',
  linux: '-f pulse -i default',
};

/** Programs that write the microphone as 16-bit mono at RATE to standard output, first choice first. */
const RECORDERS = [
  `arecord -q -t raw -f S16_LE -c 1 -r ${RATE}`,
  `rec -q -t raw -b 16 -e signed-integer -c 1 -r ${RATE} -`,
  `ffmpeg -loglevel error ${FFMPEG_INPUT[process.platform] ?? '-f dshow -i audio=default'} -f s16le -ac 1 -ar ${RATE} -`,
];

export function micCommand(): Command {
  const command = new Command('mic')
    .description('captions of the microphone; end with Ctrl-C')
    .option(
      '--recorder <command>',
      `writes raw 16-bit mono at ${RATE} Hz to standard output (default: arecord, rec or ffmpeg)`,
    )
    .addOption(urlOption())
    .addOption(clientTokenOption())
    .action(mic);
  return addVocabularyOptions(command);
}

function recorder(): string {
  const there = (command: string): boolean => spawnSync(command.split(' ')[0], ['--version']).error === undefined;
  const found = RECORDERS.find(there);
  if (!found)
    throw new HearkenError(
      'INPUT_NOT_FOUND',
      'no program that records: install alsa-utils, sox or ffmpeg, or give --recorder',
    );
  return found;
}

async function mic(flags: Flags): Promise<void> {
  const [program, ...args] = (flags.recorder ?? recorder()).split(' ');
  await withServer(flags, async (url) => {
    const client = await connect(url, flags, {
      sampleRate: RATE,
      ...vocabularyOf(flags),
    });
    const showing = showCaptions(client);
    const recording = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('SIGINT', () => recording.kill('SIGTERM'));
    const failed = new Promise<never>((_, reject) => {
      recording.once('error', (cause) =>
        reject(new HearkenError('INPUT_NOT_FOUND', `cannot record: ${cause.message}`, { cause })),
      );
    });
    process.stderr.write(`hearken: listening through ${program}; Ctrl-C ends\n`);
    const sending = (async () => {
      for await (const bytes of recording.stdout) await client.send(bytes as Buffer);
    })();
    await Promise.race([sending, failed]);
    client.finish();
    await showing;
  });
}
