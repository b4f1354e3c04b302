import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type RunningServer, startServer } from '../../server/index.js';
import { Engine } from '../../src/index.js';
import { rejects } from '../support/errors.js';
import { DATA, ROOT } from '../support/shared.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');

/** 101 where the socket opens, else the HTTP status. */
function handshake(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((done) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => {
      socket.terminate();
      done(101);
    });
    socket.on('unexpected-response', (_, response) => {
      done(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('error', () => undefined);
  });
}

describe('server access', function () {
  this.timeout(60_000);
  let engine: Engine;
  let server: RunningServer;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    server = await startServer(engine, { port: 0, tokens: ['first', 'second'], origins: ['https://app.example'] });
  });
  after(async () => {
    await server.close();
    await engine.close();
  });

  it('lets in who has a token, by header or query', async () => {
    for (const path of ['/v1/stream', '/']) {
      const url = `ws://127.0.0.1:${server.port}${path}`;
      expect(await handshake(url)).to.equal(401);
      expect(await handshake(`${url}?token=wrong`)).to.equal(401);
      expect(await handshake(url, { authorization: 'Bearer third' })).to.equal(401);
      expect(await handshake(url, { authorization: 'Bearer second' })).to.equal(101);
      expect(await handshake(`${url}?token=first`)).to.equal(101);
    }
    const post = (headers: Record<string, string>): Promise<Response> => {
      const body = new FormData();
      body.append('file', new Blob([readFileSync(SHORT)]));
      return fetch(`http://127.0.0.1:${server.port}/v1/audio/transcriptions`, { method: 'POST', headers, body });
    };
    const refused = await post({});
    expect(refused.status).to.equal(401);
    expect(((await refused.json()) as { error: { code: string } }).error.code).to.equal('SERVER_UNAUTHORIZED');
    expect((await post({ authorization: 'Bearer first' })).status).to.equal(200);
    expect((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status).to.equal(200);
  });

  it('lets pages in only from its own address and those listed', async () => {
    const url = `ws://127.0.0.1:${server.port}/v1/stream?token=first`;
    for (const [origin, status] of [
      ['https://evil.example', 403],
      ['null', 403],
      ['https://app.example', 101],
      [`http://127.0.0.1:${server.port}`, 101],
    ] as const)
      expect(await handshake(url, { origin }), origin).to.equal(status);
  });

  it('refuses to be open beyond this machine unless told', async () => {
    expect((await rejects(startServer(engine, { port: 0, host: '0.0.0.0' }), 'OPTION_INVALID')).message).to.match(
      /tokens/,
    );
    const open = await startServer(engine, { port: 0, host: '0.0.0.0', open: true });
    await open.close();
  });

  it('takes its tokens from the environment, and ends on SIGTERM', async () => {
    const child = spawn(process.execPath, [resolve(ROOT, 'dist/src/cli/main.js'), 'serve', '-p', '0', '-j', '1'], {
      env: { ...process.env, HEARKEN_TOKENS: 'from-env' },
    });
    let err = '';
    const port = await new Promise<string>((done) => {
      child.stderr.on('data', (d: Buffer) => {
        err += d.toString();
        const match = /listening on .*:(\d+)/.exec(err);
        if (match) done(match[1]);
      });
    });
    expect(await handshake(`ws://127.0.0.1:${port}/`)).to.equal(401);
    expect(await handshake(`ws://127.0.0.1:${port}/?token=from-env`)).to.equal(101);
    expect(err).to.not.include('from-env');
    child.kill('SIGTERM');
    expect(await new Promise((done) => child.on('close', done))).to.equal(0);
  });
});
