import { expect } from 'chai';
import { BINARY, frame, RawSocket, TEXT } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { stillTranscribes } from '../support/spoken.js';

/** What one flood may cost, in MB. */
const MOST = 32;
const FLOOD_SECONDS = 6;

/** Send the same small frame as fast as the socket takes it, for some seconds. */
async function flood(client: RawSocket, small: Buffer): Promise<void> {
  const block = Buffer.concat(Array.from({ length: 8000 }, () => small));
  const until = Date.now() + 1000 * FLOOD_SECONDS;
  while (Date.now() < until && !client.ended) {
    const room = client.socket.writableLength < 1 << 20 && client.socket.write(block);
    await new Promise((next) => setTimeout(next, room ? 0 : 50));
    client.messages.length = 0;
  }
}

describe('finding 5: messages of two bytes, as fast as they go', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  beforeEach(async () => {
    server = await ServerProcess.start(['-j', '1']);
    // Memory that first sessions take is not the flood's.
    for (let i = 0; i < 3; i++) await stillTranscribes(server.port);
  });
  afterEach(() => server.kill());

  for (const [name, path, small, hello] of [
    ['audio on /v1/stream', '/v1/stream', frame(BINARY, 'ab'), { type: 'start' }],
    ['pings on /v1/stream', '/v1/stream', frame(TEXT, '{"type":"ping"}'), { type: 'start' }],
    ['audio of a vosk client', '/', frame(BINARY, 'ab'), undefined],
    ['audio of a Deepgram client', '/v1/listen?encoding=linear16&sample_rate=16000', frame(BINARY, 'ab'), undefined],
  ] as const)
    it(`${name} costs ${MOST} MB at most, and others are served`, async () => {
      const before = server.megabytes();
      const client = new RawSocket(server.port, path);
      expect(await client.opened).to.equal(101);
      if (hello) client.json(hello);
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, server.megabytes());
      }, 100);
      const flooding = flood(client, small);
      await stillTranscribes(server.port);
      await flooding;
      clearInterval(watch);
      client.cut();
      expect(most - before, 'MB more').to.be.below(MOST);
      await stillTranscribes(server.port);
    });
});
