import { Command } from 'commander';
import { clientTokenOption, connect, pieces, type RemoteFlags, showCaptions, urlOption, withServer } from './remote.js';
import { addVocabularyOptions, type VocabularyFlags, vocabularyOf } from './vocabulary-options.js';

interface Flags extends RemoteFlags, VocabularyFlags {
  realtime?: boolean;
}

const PIECE_SECONDS = 0.1;

export function streamCommand(): Command {
  const command = new Command('stream')
    .description('send a recording to a server as live audio and print the captions as they come')
    .argument('<file>', 'recording')
    .option('--realtime', 'at the pace of speech, rather than as fast as it is taken')
    .addOption(urlOption())
    .addOption(clientTokenOption())
    .addHelpText('after', '\nExample:\n  hearken stream talk.mp3 --realtime --url ws://127.0.0.1:2700/v1/stream')
    .action(stream);
  return addVocabularyOptions(command);
}

async function stream(file: string, flags: Flags): Promise<void> {
  const recording = await pieces(file, PIECE_SECONDS);
  await withServer(flags, async (url) => {
    const client = await connect(url, flags, {
      sampleRate: recording.sampleRate,
      ...vocabularyOf(flags),
    });
    const showing = showCaptions(client);
    const began = performance.now();
    for (const [i, piece] of recording.pieces.entries()) {
      const early = began + 1000 * PIECE_SECONDS * (i + 1) - performance.now();
      if (flags.realtime && early > 0) await new Promise((done) => setTimeout(done, early));
      await client.send(piece);
    }
    client.finish();
    await showing;
  });
}
