import { expect } from 'chai';
import { openAudio } from '../../src/audio/index.js';
import { flacBomb, opusBomb } from '../support/bombs.js';
import { rejects } from '../support/errors.js';
import { RawSocket } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { SPOKEN_WAV, stillTranscribes } from '../support/spoken.js';

/** MB that a bomb may cost. */
const MOST = 64;

const BOMBS: [string, Buffer][] = [
  ['64 KB of Opus, mono', opusBomb({ pages: 88, channels: 1 })],
  ['64 KB of Opus, stereo', opusBomb({ pages: 88, channels: 2 })],
  ['64 KB of Opus, 8 channels', opusBomb({ pages: 88, channels: 8 })],
  ['64 KB of FLAC, mono, 48 kHz', flacBomb({ bytes: 65_000, channels: 1, rate: 48_000 })],
  ['1 MB of FLAC, 8 channels, 48 kHz', flacBomb({ bytes: 1 << 20, channels: 8, rate: 48_000 })],
  ['20 KB of FLAC, mono, 6 kHz', flacBomb({ bytes: 20_000, channels: 1, rate: 6000 })],
];

async function upload(port: number, file: Uint8Array): Promise<{ status: number; code: string | undefined }> {
  const body = new FormData();
  body.append('file', new Blob([Uint8Array.from(file)]));
  const response = await fetch(`http://127.0.0.1:${port}/v1/audio/transcriptions`, { method: 'POST', body });
  const { error } = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: error?.code };
}

describe('finding 4: small files that are hours of sound', function () {
  this.timeout(300_000);

  it('no block of samples is larger than a packet or frame of its format', async () => {
    const most = { 'ogg-opus': 5760, flac: 65_535 } as Record<string, number>;
    for (const [name, bomb] of BOMBS) {
      const source = await openAudio(bomb, undefined, { maxSeconds: 100 });
      let largest = 0;
      await rejects(
        (async () => {
          for await (const [plane] of source.chunks) largest = Math.max(largest, plane.length);
        })(),
        'AUDIO_LIMIT',
      );
      expect(largest, name).to.be.within(1, most[source.container]);
    }
  });

  it('sound out of all proportion to its bytes is refused by the library too', async () => {
    const source = await openAudio(flacBomb({ bytes: 20_000, channels: 1, rate: 6000 }));
    await rejects(
      (async () => {
        for await (const _ of source.chunks);
      })(),
      'AUDIO_LIMIT',
    );
  });

  describe('at a server', () => {
    let server: ServerProcess;
    before(async () => {
      server = await ServerProcess.start(['-j', '1']);
      for (let i = 0; i < 3; i++) {
        await stillTranscribes(server.port);
        expect((await upload(server.port, SPOKEN_WAV)).status).to.equal(200);
        // What the decoders take once is not a bomb's.
        await upload(server.port, flacBomb({ bytes: 100, channels: 1, rate: 48_000 }));
      }
    });
    after(() => server.kill());

    for (const [name, bomb] of BOMBS) {
      it(`${name}: an upload costs ${MOST} MB at most and is answered AUDIO_LIMIT, while others are served`, async () => {
        const before = server.megabytes();
        let most = 0;
        const watch = setInterval(() => {
          most = Math.max(most, server.megabytes());
        }, 20);
        const [answer] = await Promise.all([upload(server.port, bomb), stillTranscribes(server.port)]);
        clearInterval(watch);
        expect(answer).to.deep.equal({ status: 413, code: 'AUDIO_LIMIT' });
        expect(most - before, 'MB more').to.be.below(MOST);
      });
    }

    it('sessions of containers have the same limits', async () => {
      const client = new RawSocket(server.port, '/v1/stream');
      await client.opened;
      client.json({ type: 'start', encoding: 'container' });
      client.audio(flacBomb({ bytes: 65_000, channels: 8, rate: 48_000 }));
      client.json({ type: 'finish' });
      expect((await client.closed).reason).to.equal('AUDIO_LIMIT');
    });
  });
});
