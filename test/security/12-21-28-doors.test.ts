import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { defaultLimits, limitsOf } from '../../server/limits.js';
import { logged, shown } from '../../server/shown.js';
import { workersFor } from '../../src/cli/options.js';
import { hearken, MAIN } from '../support/cli.js';
import { codeOf } from '../support/errors.js';
import { exchange, RawSocket, statusOf, upgrade } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { Served } from '../support/serving.js';
import { DATA } from '../support/shared.js';
import { SAID, SPOKEN, stillTranscribes } from '../support/spoken.js';

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries({ Host: '127.0.0.1', ...headers, Connection: 'close' })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** A program, and a page of that name. */
const both = (host: string): Record<string, string>[] => [{ Host: host }, { Host: host, Origin: `http://${host}` }];

describe('finding 12: names that lead here', function () {
  this.timeout(60_000);
  const served = new Served({ workers: 1 }, { origins: ['https://app.example'], allowedHosts: ['Captions.Example'] });
  const status = async (request: string): Promise<number> => statusOf(await exchange(served.server.port, request));

  for (const host of [
    'evil.example',
    'evil.example:2700',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'a@b',
    '',
  ])
    it(`Host ${JSON.stringify(host)} is refused by WebSocket and HTTP, whatever Origin says`, async () => {
      for (const headers of both(host)) {
        expect(await status(upgrade('/v1/stream', headers))).to.equal(403);
        for (const path of ['/', '/v1/models', '/metrics', '/healthz', '/client/index.js'])
          expect(await status(get(path, headers)), path).to.equal(403);
      }
    });

  for (const host of [
    'localhost',
    'LOCALHOST:2700',
    '127.0.0.1',
    '[::1]:2700',
    '10.1.2.3:80',
    'captions.example',
    'a.localhost',
  ])
    it(`Host ${host} is served, and its own pages`, async () => {
      for (const headers of both(host)) {
        expect(await status(upgrade('/v1/stream', headers))).to.equal(101);
        expect(await status(get('/v1/models', headers))).to.equal(200);
      }
    });

  for (const origin of [
    'http://evil.example',
    'null',
    'https://127.0.0.1',
    'http://127.0.0.1:1',
    'http://6.6.6.6',
    '//',
    'http://[',
  ])
    it(`pages of ${origin} are refused by WebSocket and HTTP`, async () => {
      expect(await status(upgrade('/v1/stream', { Origin: origin }))).to.equal(403);
      expect(await status(get('/v1/models', { Origin: origin }))).to.equal(403);
    });

  describe('finding 24: CORS', () => {
    it('listed origins may ask, and read answers', async () => {
      const origin = { Origin: 'https://app.example' };
      const asked = await exchange(
        served.server.port,
        get('/v1/audio/transcriptions', { ...origin, 'Access-Control-Request-Method': 'POST' }, 'OPTIONS'),
      );
      expect(statusOf(asked)).to.equal(204);
      expect(asked).to.match(/access-control-allow-origin: https:\/\/app\.example/i);
      expect(asked).to.match(/access-control-allow-headers: authorization, content-type/i);
      const answered = await exchange(served.server.port, get('/v1/models', origin));
      expect(answered).to.match(/access-control-allow-origin: https:\/\/app\.example/i);
      expect(answered).to.match(/vary: Origin/i);
      expect(await exchange(served.server.port, get('/v1/models'))).to.not.match(/access-control/i);
    });
  });
});

describe('finding 21: wrong tokens', function () {
  this.timeout(60_000);
  let server: ServerProcess;
  before(async () => {
    server = await ServerProcess.start(['-j', '1'], { HEARKEN_TOKENS: 'secret' });
  });
  after(() => server.kill());
  const right = { authorization: 'Bearer secret' };
  const guess = (i: number, localAddress?: string): Promise<string> =>
    exchange(server.port, upgrade('/v1/stream', { authorization: `Bearer guess${i}` }), {
      ms: 20_000,
      ...(localAddress !== undefined && { localAddress }),
    });

  it('are logged with the address and without the token, and counted', async () => {
    for (let i = 0; i < 3; i++) expect(statusOf(await guess(i, '127.0.0.7'))).to.equal(401);
    expect(server.log.match(/SERVER_UNAUTHORIZED.*127\.0\.0\.7/g)).to.have.length(3);
    expect(server.log).to.not.match(/guess|secret/);
    const metrics = await exchange(server.port, get('/metrics', right));
    expect(metrics).to.match(/hearken_errors_total\{code="SERVER_UNAUTHORIZED"\} 3/);
    expect(statusOf(await exchange(server.port, get('/metrics')))).to.equal(401);
  });

  it('are slowed for their address: of many at once most are refused unread; others come in', async () => {
    const from = '127.0.0.8';
    const many = Promise.all(Array.from({ length: 60 }, (_, i) => guess(i, from)));
    for (let i = 0; i < 6; i++) await guess(i, from);
    const later = await Promise.all(Array.from({ length: 60 }, (_, i) => guess(i, from)));
    expect(later.filter((a) => statusOf(a) === 429).length).to.be.at.least(40);
    await stillTranscribes(server.port, { headers: right, localAddress: '127.0.0.9' });
    await many;
  });
});

describe('findings of options', function () {
  this.timeout(60_000);

  it('finding 22: times longer than a timer holds are refused, and numbers that are none', () => {
    for (const name of ['idleSeconds', 'resumeSeconds', 'drainSeconds', 'firstAudioSeconds']) {
      expect(
        codeOf(() => limitsOf(1, { [name]: 2_592_000 })),
        name,
      ).to.equal('OPTION_INVALID');
      expect(
        codeOf(() => limitsOf(1, { [name]: 2_147_483 })),
        name,
      ).to.equal(undefined);
    }
    for (const wrong of [{ maxSessions: 0.5 }, { maxSessions: -1 }, { maxLoad: Number.NaN }, { idleSeconds: 0 }])
      expect(
        codeOf(() => limitsOf(1, wrong)),
        JSON.stringify(wrong),
      ).to.equal('OPTION_INVALID');
    expect(limitsOf(3, {})).to.deep.equal(defaultLimits(3));
    expect(hearken('serve', '--limit', 'idleSeconds=2592000').status).to.equal(2);
  });

  it('finding 23: sources of tokens that hold none, and limits without a number, are refused', () => {
    for (const limit of ['maxSessions=', 'maxSessions', 'maxSessions= 1', 'maxSessions=1e3', 'nothing=1'])
      expect(hearken('serve', '--limit', limit).status, limit).to.equal(2);
    const { status, err } = hearken('serve', '--token-file', '/dev/null');
    expect([status, /holds no token/.test(err)]).to.deep.equal([2, true]);
  });

  it('more worker threads than cores and memory can carry are not started', () => {
    const GB = 2 ** 30;
    expect(workersFor(64, 2, 16 * GB)).to.equal(4);
    expect(workersFor(64, 32, GB)).to.equal(5);
    expect(workersFor(2, 8, 16 * GB)).to.equal(2);
    expect(workersFor(1, 1, 0)).to.equal(1);
    const { out, err } = hearken('transcribe', '-j', '64', resolve(DATA, 'libri-3526-176653-0051.wav'), 'nothing.wav');
    expect(out).to.include(SAID);
    expect(err).to.match(/\d+ of 64 worker threads/);
  });

  it('finding 25: half a request is open for the 10 s it has, and not for 30', async () => {
    const served = await ServerProcess.start(['-j', '1']);
    try {
      const began = Date.now();
      const answer = await exchange(served.port, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n', { ms: 28_000 });
      expect(statusOf(answer)).to.equal(408);
      expect(Date.now() - began).to.be.at.least(9000);
    } finally {
      await served.kill();
    }
  });

  it('finding 28: session ids, phrases and long messages stay out of the log', async () => {
    const server = await ServerProcess.start(['-j', '1', '--log-level', 'debug']);
    try {
      const client = new RawSocket(server.port, '/v1/stream');
      await client.opened;
      client.json({ type: 'start', phrases: ['Grace Hopper'] });
      const { session } = await client.until((m) => m.type === 'ready');
      client.audio(SPOKEN);
      client.json({ type: 'finish' });
      await client.closed;
      const bad = new RawSocket(server.port, '/v1/stream');
      await bad.opened;
      bad.json({ type: 'start', phrases: ['Ada Lovelace $nobody'] });
      await bad.closed;
      expect(bad.of('error')[0].message).to.include('Ada Lovelace');
      expect(server.log).to.include('session done');
      expect(server.log).to.include('OPTION_INVALID');
      expect(server.log).to.not.match(/Grace|Ada|fellow/);
      expect(server.log).to.not.include(session);
    } finally {
      await server.kill();
    }
    expect(shown('x'.repeat(5000))).to.have.length(200);
    expect(logged('phrase "a "quoted" word" is wrong')).to.equal('phrase "…" is wrong');
  });

  it('finding 28: a full disk under standard output is OUTPUT_WRITE', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, 'transcribe', '-j', '1', resolve(DATA, 'tone24.wav'), '-f', 'json'], {
      stdio: ['ignore', full, 'pipe'],
    });
    let err = '';
    child.stderr?.on('data', (d: Buffer) => {
      err += d.toString();
    });
    expect(await new Promise((done) => child.on('close', done))).to.equal(1);
    expect(err).to.include('[OUTPUT_WRITE]');
    expect(err).to.not.match(/\n\s+at /);
  });
});

describe('finding 27: names of recordings', function () {
  this.timeout(60_000);
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'hearken-names-'));
    mkdirSync(join(root, 'in'));
    for (const name of [`${'x'.repeat(251)}.wav`, '.hidden.wav', 'a b\nc.wav'])
      copyFileSync(resolve(DATA, 'tone24.wav'), join(root, 'in', name));
    symlinkSync('.', join(root, 'in', 'loop'));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/in/bad`), Buffer.from([0xff]), Buffer.from('.wav')]), '');
  });
  after(() => rmSync(root, { recursive: true }));

  it('as long as the file system allows are written; hidden ones are said, links to a folder double nothing', () => {
    const { err, status } = hearken('transcribe', '-j', '1', join(root, 'in'), '-o', join(root, 'out'));
    expect(err).to.match(/1 hidden recording/);
    expect(err).to.match(/bad.*not UTF-8/);
    expect(status).to.equal(1);
    const { err: again } = hearken('transcribe', '-j', '1', join(root, 'in'), '-o', join(root, 'out'), '--resume');
    expect(again).to.include('2 of 3 recordings are done');
  });
});
