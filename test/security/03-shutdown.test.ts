import { request } from 'node:http';
import { expect } from 'chai';
import { exchange, RawSocket, statusOf } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { SAID, SPOKEN, SPOKEN_WAV } from '../support/spoken.js';

const LISTEN = '/v1/listen?encoding=linear16&sample_rate=16000';
const BOUNDARY = 'hearken-test-boundary-0123456789';
const FIRST_WORD = SAID.split(' ')[0];

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A client that says the sentence, and goes on sending sound at the pace of speech until its socket ends. */
async function speaker(port: number, path: string, hello?: object): Promise<RawSocket> {
  const client = new RawSocket(port, path);
  expect(await client.opened).to.equal(101);
  if (hello) client.json(hello);
  client.audio(SPOKEN);
  void (async () => {
    const silence = new Uint8Array(640);
    while (!client.ended) {
      client.audio(silence);
      await pause(20);
    }
  })();
  return client;
}

/** A form with one file of so many bytes; only the first of them are sent. */
function upload(
  port: number,
  file: Uint8Array,
  { stream = false, send = 1 }: { stream?: boolean; send?: number } = {},
): Promise<{ status: number; text: string }> {
  const field = stream ? `--${BOUNDARY}\r\nContent-Disposition: form-data; name="stream"\r\n\r\ntrue\r\n` : '';
  const head = `${field}--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  return new Promise((done) => {
    const sent = request(
      {
        port,
        method: 'POST',
        path: '/v1/audio/transcriptions',
        agent: false,
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'content-length': body.length },
      },
      (response) => {
        let text = '';
        response.on('data', (d: Buffer) => {
          text += d.toString();
        });
        response.on('close', () => done({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', () => done({ status: 0, text: '' }));
    const part = body.subarray(0, Math.floor(send * body.length));
    if (send < 1) sent.write(part);
    else sent.end(part);
  });
}

function wavOf(samples: Uint8Array): Uint8Array {
  const head = Buffer.from(SPOKEN_WAV.subarray(0, 44));
  head.writeUInt32LE(36 + samples.length, 4);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

describe('finding 3: SIGTERM while clients go on speaking', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  afterEach(() => server.kill());

  for (const [name, path, hello, words, end] of [
    [
      '/v1/stream',
      '/v1/stream',
      { type: 'start' },
      (c: RawSocket) => c.of('final').map((m) => m.text as string),
      (c: RawSocket) => c.of('done').length,
    ],
    [
      'vosk',
      '/',
      { config: { sample_rate: 16000 } },
      (c: RawSocket) => c.messages.filter((m) => m.text).map((m) => m.text as string),
      (c: RawSocket) => (c.messages.at(-1).text === undefined ? 0 : 1),
    ],
    [
      'Deepgram',
      LISTEN,
      undefined,
      (c: RawSocket) =>
        c
          .of('Results')
          .filter((m) => m.is_final)
          .map((m) => m.channel.alternatives[0].transcript as string),
      (c: RawSocket) => c.of('Metadata').length,
    ],
  ] as const)
    it(`${name}: every session gets its words, the end of its protocol, and 1001`, async () => {
      server = await ServerProcess.start(['-j', '2']);
      const clients = await Promise.all(Array.from({ length: 4 }, () => speaker(server.port, path, hello)));
      // The sentence has been taken; its end has not come by a pause yet, or has: its words may not be lost or doubled.
      await pause(700);
      server.signal('SIGTERM');
      expect(await server.ended).to.deep.equal({ code: 0, signal: null });
      for (const client of clients) {
        expect(await client.closed, JSON.stringify(client.messages.at(-1))).to.deep.equal({
          code: 1001,
          reason: 'SERVER_CLOSING',
        });
        expect(words(client).join(' ').trim()).to.equal(SAID);
        expect(end(client)).to.equal(1);
      }
    });

  it('uploads that can be finished are answered, whole or as events', async () => {
    server = await ServerProcess.start(['-j', '2']);
    const file = wavOf(Buffer.concat(Array.from({ length: 6 }, () => SPOKEN)));
    const answers = [upload(server.port, file), upload(server.port, file, { stream: true })];
    await pause(300);
    server.signal('SIGTERM');
    const [whole, events] = await Promise.all(answers);
    expect(whole.status, whole.text).to.equal(200);
    expect(whole.text).to.include(FIRST_WORD);
    expect(events.text).to.include('[DONE]');
    expect((await server.ended).code).to.equal(0);
  });

  it('an upload that never ends and sessions that have no time left are answered SERVER_CLOSING, new ones 503', async () => {
    server = await ServerProcess.start(['-j', '1', '--limit', 'drainSeconds=2']);
    const half = upload(server.port, new Uint8Array(1 << 20), { send: 0.5 });
    // Noise in front of it keeps the only worker busy.
    const noise = Buffer.from(Float32Array.from({ length: 1 << 18 }, () => Math.random() - 0.5).buffer);
    const busy = Array.from({ length: 8 }, () => upload(server.port, wavOf(noise)));
    await pause(1000);
    server.signal('SIGTERM');
    await pause(200);
    const late = await exchange(server.port, 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    expect(statusOf(late)).to.equal(503);
    const refused = await upload(server.port, SPOKEN_WAV);
    expect(refused.status).to.equal(503);
    expect(refused.text).to.include('SERVER_CLOSING');
    expect(await half).to.deep.include({ status: 503 });
    await Promise.all(busy);
    expect((await server.ended).code).to.equal(0);
  });

  it('a second SIGTERM ends the server at once', async () => {
    server = await ServerProcess.start(['-j', '1', '--limit', 'drainSeconds=600']);
    const half = upload(server.port, new Uint8Array(1 << 20), { send: 0.5 });
    await pause(300);
    server.signal('SIGTERM');
    await pause(300);
    server.signal('SIGTERM');
    expect(await server.ended).to.deep.equal({ code: 143, signal: null });
    await half;
  });
});
