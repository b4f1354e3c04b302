import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { HearkenClient } from '../../client/index.js';
import { type RunningServer, startServer } from '../../server/index.js';
import { Engine } from '../../src/index.js';
import { random } from '../support/random-fst.js';
import { DATA } from '../support/shared.js';

const SHORT = readFileSync(resolve(DATA, 'libri-3526-176653-0051.wav')).subarray(44);
const TEXT = 'said the little fellow panting in sympathy';

/** Open, send all, and tell how it was closed: code and reason. */
function provoke(
  url: string,
  messages: (string | Uint8Array)[],
  linger = 0,
  localAddress = '127.0.0.1',
): Promise<[number, string]> {
  return new Promise((done) => {
    const socket = new WebSocket(url, { localAddress });
    socket.on('open', () => {
      for (const m of messages) socket.send(m);
      if (linger > 0) setTimeout(() => socket.terminate(), linger);
    });
    socket.on('close', (code, reason) => done([code, reason.toString()]));
    socket.on('error', () => undefined);
  });
}

describe('hostile clients', function () {
  this.timeout(120_000);
  let engine: Engine;
  let server: RunningServer;
  let url: string;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    server = await startServer(engine, {
      port: 0,
      maxSessions: 6,
      maxLoad: 100,
      maxSessionsPerClient: 4,
      maxSessionSeconds: 20,
      maxMessageBytes: 1 << 18,
      resumeSeconds: 0,
    });
    url = `ws://127.0.0.1:${server.port}`;
  });
  after(async () => {
    await server.close();
    await engine.close();
  });

  async function stillWorks(): Promise<void> {
    const client = await HearkenClient.connect(`${url}/v1/stream`);
    await client.send(SHORT);
    client.finish();
    const texts: string[] = [];
    for await (const r of client) if (r.type === 'final') texts.push(r.text);
    expect(texts).to.deep.equal([TEXT]);
  }
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  };

  /** Sessions end when their sockets have closed, a moment after the last answer. */
  async function allGone(): Promise<void> {
    for (let tries = 0; (await metric('hearken_sessions_open')) > 0; tries++) {
      if (tries > 50) expect.fail(`${await metric('hearken_sessions_open')} sessions stay open`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  it('sending random bytes and half messages harm nobody', async () => {
    const next = random(17);
    const noise = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => Math.floor(next() * 256));
    const words = [
      'start',
      'finish',
      'resume',
      'reset',
      'finalize',
      'ping',
      'config',
      'eof',
      'type',
      '{',
      '}',
      '"',
      ':',
      '1',
    ];
    const text = (): string =>
      Array.from({ length: 1 + Math.floor(next() * 8) }, () => words[Math.floor(next() * words.length)]).join('');
    for (let run = 0; run < 60; run++) {
      const path = next() < 0.5 ? '/v1/stream' : '/';
      const messages = Array.from({ length: 5 }, () => (next() < 0.5 ? text() : noise(Math.floor(next() * 3000))));
      if (next() < 0.5) messages.unshift('{"type":"start"}');
      await provoke(`${url}${path}`, messages, 30);
    }
    // Below WebSocket: half a request, and no HTTP at all.
    for (const bytes of [Buffer.from('GET /v1/stream HTTP/1.1\r\nUpgrade: webso'), Buffer.from(noise(500))]) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(bytes);
      setTimeout(() => socket.destroy(), 50);
    }
    await stillWorks();
    await allGone();
  });

  it('going past limits are closed with the code', async () => {
    const stream = `${url}/v1/stream`;
    expect((await provoke(stream, ['{"type":"start"}', new Uint8Array(1 << 19)]))[0]).to.equal(1009);
    const long = Array.from({ length: 8 }, () => new Uint8Array(100_000)); // 25 s
    expect(await provoke(stream, ['{"type":"start"}', ...long])).to.deep.equal([1008, 'SERVER_LIMIT']);
    expect(await provoke(url, ['{"config":{"sample_rate":16000}}', ...long])).to.deep.equal([1008, 'SERVER_LIMIT']);
    expect(await provoke(stream, ['{"type":"resume","session":"guess","seq":0}'])).to.deep.equal([
      1008,
      'SERVER_SESSION',
    ]);
    const open = await Promise.all(
      Array.from({ length: 4 }, () =>
        HearkenClient.connect(stream, { socket: (u) => new WebSocket(u, { localAddress: '127.0.0.2' }) as never }),
      ),
    );
    expect(await provoke(stream, ['{"type":"start"}'], 0, '127.0.0.2')).to.deep.equal([1008, 'SERVER_LIMIT']);
    for (const client of open) client.close();
    await new Promise((done) => setTimeout(done, 100));
    await stillWorks();
  });

  it('leaving mid-utterance or sitting idle by the thousand cost nothing that stays', async () => {
    const before = process.memoryUsage().rss;
    const idle = Array.from({ length: 2000 }, () => {
      const socket = new WebSocket(`${url}/v1/stream`);
      socket.on('error', () => undefined);
      return socket;
    });
    await Promise.all(idle.map((s) => new Promise((done) => s.on('open', done))));
    await Promise.all([1, 2, 3].map(() => provoke(`${url}/v1/stream`, ['{"type":"start"}', SHORT], 40)));
    await stillWorks();
    for (const socket of idle) socket.terminate();
    await allGone();
    expect((process.memoryUsage().rss - before) / 2 ** 20, 'MB more').to.be.below(300);
  });

  it('find full servers busy and closing ones closed', async () => {
    const small = await startServer(engine, { port: 0, maxSessions: 1, maxLoad: 100, drainSeconds: 5 });
    const address = `ws://127.0.0.1:${small.port}/v1/stream`;
    const client = await HearkenClient.connect(address);
    expect(await provoke(address, ['{"type":"start"}'])).to.deep.equal([1013, 'SERVER_BUSY']);
    expect((await fetch(`http://127.0.0.1:${small.port}/readyz`)).status).to.equal(503);
    await client.send(SHORT);
    await new Promise((done) => setTimeout(done, 100));
    const closing = small.close();
    const texts: string[] = [];
    for await (const r of client) if (r.type === 'final') texts.push(r.text);
    expect(texts).to.deep.equal([TEXT]); // what was said before the end is told
    await closing;
  });
});
