import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { clientOf } from '../../server/client-address.js';
import { formOf, post } from '../support/forms.js';
import { exchange, RawSocket } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { Served } from '../support/serving.js';
import { recognised, SAID, SPOKEN, SPOKEN_WAV, stillTranscribes } from '../support/spoken.js';

const HONEST = 15;
/** Addresses of this machine that stand for those of others. */
const other = (i: number): string => `127.0.0.${i}`;
const upload = formOf([], SPOKEN_WAV);

/** Directories of uploads in progress, of every server on this machine. */
const uploads = (): string[] => readdirSync(tmpdir()).filter((f) => f.startsWith('hearken-upload-'));

/** What a descriptor is of; nothing where it is closed already. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

describe('finding 9: forms', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  before(async () => {
    server = await ServerProcess.start(['-j', '1']);
    await stillTranscribes(server.port);
    expect((await post(server.port, upload)).status).to.equal(200);
  });
  after(() => server.kill());

  for (const [name, body, status] of [
    ['of 300,000 tiny parts', formOf(Array.from({ length: 300_000 }, (_, i) => [`a${i}`, 'x'] as const)), 413],
    ['with a field of 30 MB', formOf([['response_format', 'A'.repeat(30 << 20)]], SPOKEN_WAV), 400],
    ['with a field name of 1 MB', formOf([['n'.repeat(1 << 20), 'x']], SPOKEN_WAV), 0],
    ['with an unknown format of 1 KB', formOf([['response_format', 'B'.repeat(1000)]], SPOKEN_WAV), 400],
  ] as const)
    it(`one ${name} costs 64 MB at most, and is not echoed`, async () => {
      const before = server.megabytes();
      server.log = '';
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, server.megabytes());
      }, 20);
      const [answer] = await Promise.all([post(server.port, body), stillTranscribes(server.port)]);
      clearInterval(watch);
      if (status > 0) expect(answer.status).to.equal(status);
      expect(answer.text.length).to.be.below(500);
      expect(answer.text).to.not.match(/A{201}|B{201}|n{201}/);
      expect(server.log).to.not.match(/A{201}|B{201}|n{201}/);
      expect(most - before, 'MB more').to.be.below(64);
    });

  it('an error message of a socket quotes 200 letters at most', async () => {
    for (const message of [
      JSON.stringify({ type: 'start', ['k'.repeat(100_000)]: 1 }),
      JSON.stringify({ type: 'start', classes: { ['k'.repeat(101)]: ['a'] } }),
      JSON.stringify({ type: 'start', phrases: ['$kkk'.repeat(50)] }),
    ]) {
      const client = new RawSocket(server.port, '/v1/stream');
      await client.opened;
      client.json(JSON.parse(message));
      await client.closed;
      const [error] = client.of('error');
      expect(error.message.length).to.be.at.most(200);
    }
    expect(server.log).to.not.match(/k{50}|\$kkk/);
  });

  it('leave nothing on the disk, and no file open', async () => {
    const { pid } = server.child;
    // Servers that other tests killed may have left some.
    const before = new Set(uploads());
    const cut = formOf([], new Uint8Array(1 << 20));
    // One is given up by the server, one by its client.
    expect((await post(server.port, cut, { first: 300 })).status).to.equal(408);
    await exchange(
      server.port,
      `POST /v1/audio/transcriptions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=hearken-test-boundary\r\nContent-Length: ${cut.length}\r\n\r\n${cut.toString('latin1', 0, 400)}`,
      { ms: 300 },
    );
    await new Promise((done) => setTimeout(done, 500));
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
    expect(open.filter((path) => path.includes('hearken-upload-'))).to.deep.equal([]);
    expect(uploads().filter((name) => !before.has(name))).to.deep.equal([]);
  });
});

describe('finding 10: slow uploads', function () {
  this.timeout(120_000);
  const served = new Served({ workers: 1 }, { maxUploads: 2 });

  it(`four that send a byte a second keep none of ${HONEST} honest clients out, and are given up`, async () => {
    const { port } = served.server;
    const slow = Array.from({ length: 4 }, (_, i) =>
      post(port, formOf([], new Uint8Array(1 << 20)), { localAddress: other(2 + (i % 2)), first: 300 }),
    );
    await new Promise((done) => setTimeout(done, 200));
    const honest = await Promise.all(
      Array.from({ length: HONEST }, (_, i) => post(port, upload, { localAddress: other(6 + i) })),
    );
    expect(honest.map((a) => a.status)).to.deep.equal(Array.from({ length: HONEST }, () => 200));
    for (const answer of await Promise.all(slow)) {
      expect(answer.status).to.equal(408);
      expect(answer.text).to.include('SERVER_LIMIT');
    }
  });

  it('uploads of one address have a limit of their own', async () => {
    const { port } = served.server;
    const slow = Array.from({ length: 4 }, () =>
      post(port, formOf([], new Uint8Array(1 << 20)), { localAddress: other(3), first: 300 }),
    );
    await new Promise((done) => setTimeout(done, 200));
    expect((await post(port, upload, { localAddress: other(3) })).status).to.equal(429);
    expect((await post(port, upload, { localAddress: other(4) })).status).to.equal(200);
    expect((await post(port, upload)).status).to.equal(200);
    await Promise.all(slow);
  });
});

describe('finding 11: sessions of one address', function () {
  this.timeout(120_000);

  describe('that takes all it can', () => {
    const served = new Served({ workers: 2 }, { maxLoad: 1000, maxSessions: 32 });

    it(`leaves places for ${HONEST} honest clients`, async () => {
      const { port } = served.server;
      const greedy = await Promise.all(
        Array.from({ length: 60 }, async () => {
          const client = new RawSocket(port, '/v1/stream', { localAddress: other(2) });
          await client.opened;
          client.json({ type: 'start' });
          return client;
        }),
      );
      const pings = setInterval(() => {
        for (const client of greedy) if (!client.ended) client.json({ type: 'ping' });
      }, 500);
      const texts = await Promise.all(
        Array.from({ length: HONEST }, (_, i) => recognised(port, { localAddress: other(3 + i) })),
      );
      clearInterval(pings);
      expect(texts).to.deep.equal(Array.from({ length: HONEST }, () => SAID));
      expect(greedy.filter((c) => !c.ended)).to.have.length(16);
      for (const client of greedy) client.cut();
    });

    it('may have only so many connections that have not started', async () => {
      const { port } = served.server;
      const idle = await Promise.all(
        Array.from({ length: 80 }, async () => {
          const client = new RawSocket(port, '/v1/stream', { localAddress: other(2) });
          await client.opened;
          return client;
        }),
      );
      await new Promise((done) => setTimeout(done, 200));
      expect(idle.filter((c) => !c.ended)).to.have.length(64);
      for (const client of idle) client.cut();
      await stillTranscribes(port, { localAddress: other(3) });
    });
  });

  describe('that sends no audio', () => {
    const served = new Served({ workers: 1 }, { firstAudioSeconds: 0.5 });

    for (const [name, path, hello, ping] of [
      ['stream', '/v1/stream', { type: 'start' }, { type: 'ping' }],
      ['vosk', '/', undefined, { config: {} }],
      ['Deepgram', '/v1/listen?encoding=linear16&sample_rate=16000', undefined, { type: 'KeepAlive' }],
    ] as const)
      it(`${name}: ends although its client sends other messages`, async () => {
        const client = new RawSocket(served.server.port, path);
        await client.opened;
        if (hello) client.json(hello);
        const pings = setInterval(() => client.json(ping), 100);
        expect((await client.closed).reason).to.equal('SERVER_LIMIT');
        clearInterval(pings);
      });

    it('one that has sent some goes on', async () => {
      const client = new RawSocket(served.server.port, '/v1/stream');
      await client.opened;
      client.json({ type: 'start' });
      client.audio(SPOKEN);
      await new Promise((done) => setTimeout(done, 1000));
      client.json({ type: 'finish' });
      expect((await client.closed).code).to.equal(1000);
    });
  });

  describe('whose address is known', () => {
    const from = (remoteAddress: string, forwarded?: string): Parameters<typeof clientOf>[0] =>
      ({
        socket: { remoteAddress },
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      }) as never;

    it('by the socket, or by the proxy where one is trusted', () => {
      expect(clientOf(from('127.0.0.1'), false)).to.equal(undefined);
      expect(clientOf(from('::ffff:127.0.0.1'), false)).to.equal(undefined);
      expect(clientOf(from('::1'), false)).to.equal(undefined);
      expect(clientOf(from('127.0.0.2'), false)).to.equal('127.0.0.2');
      expect(clientOf(from('127.0.0.1', '9.9.9.9'), false)).to.equal(undefined);
      expect(clientOf(from('127.0.0.1', '6.6.6.6, 9.9.9.9'), true)).to.equal('9.9.9.9');
      expect(clientOf(from('127.0.0.1', '127.0.0.1'), true)).to.equal('127.0.0.1');
      expect(clientOf(from('127.0.0.1', ''), true)).to.equal(undefined);
    });

    it('of IPv6 by its network', () => {
      const ours = clientOf(from('2001:db8:1:2:3:4:5:6'), false);
      expect(clientOf(from('2001:db8:1:2::9'), false)).to.equal(ours);
      expect(clientOf(from('2001:db8:1:3::9'), false)).to.not.equal(ours);
    });
  });
});
