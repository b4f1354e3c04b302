import { expect } from 'chai';
import fc from 'fast-check';
import { exchange, statusOf, upgrade } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { stillTranscribes } from '../support/spoken.js';

/** Each ended a server with tokens: `new URL` throws for it. */
const ODD = ['//', '///', '//[', 'http://[', 'http://x:99999/', '/\\\\', 'ws://:', '//:@', '/%', '*', '//v1/stream'];

const target = fc.oneof(
  fc.constantFrom(...ODD),
  fc.webUrl(),
  fc.string({ unit: fc.constantFrom(...Array.from('/\\:@?#[]%*.&=ae1\u00ff')), minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }).map((s) => `/${s.replace(/[\r\n]/g, '')}`),
);
const header = fc.record({
  authorization: fc.constantFrom('', 'Bearer', 'Bearer x', 'Token \u0001', `Bearer ${'a'.repeat(5000)}`),
  origin: fc.constantFrom('null', 'http://[', 'https://evil.example', '//', ''),
  'sec-websocket-protocol': fc.constantFrom('token', 'token.', 'token, ', ',,,', 'hearken, token.x'),
});
const method = fc.constantFrom('GET', 'POST', 'OPTIONS', 'CONNECT', 'HEAD', 'TRACE', 'get', 'G\u0000T');

const request = fc.oneof(
  fc.tuple(target, header).map(([t, h]) => upgrade(t, h)),
  fc.tuple(method, target, header).map(([m, t, h]) => {
    const lines = Object.entries(h).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${m} ${t} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}Connection: close\r\n\r\n`;
  }),
);

const RUNS = 5000;
const AT_ONCE = 50;

describe('finding 1: addresses nobody can parse', function () {
  this.timeout(300_000);
  for (const tokens of [[], ['secret']])
    describe(tokens.length > 0 ? 'with tokens' : 'without tokens', () => {
      let server: ServerProcess;
      before(async () => {
        server = await ServerProcess.start(['-j', '1'], tokens.length > 0 ? { HEARKEN_TOKENS: tokens.join() } : {});
      });
      after(() => server.kill());

      it('are answered one by one and end nothing', async () => {
        for (const odd of ODD) {
          const status = statusOf(await exchange(server.port, upgrade(odd)));
          expect(status, odd).to.be.oneOf([400, 401, 404]);
        }
      });

      it('are answered by the thousand, and speech is still transcribed', async () => {
        const requests = fc.sample(request, { numRuns: RUNS, seed: 23 });
        for (let at = 0; at < RUNS; at += AT_ONCE)
          await Promise.all(
            requests.slice(at, at + AT_ONCE).map(async (r) => {
              // Some are half requests to the server, which waits for more: those are not waited for.
              const answer = await exchange(server.port, Buffer.from(r, 'latin1'), { ms: 300 });
              expect(answer).to.not.match(/node_modules|\bat .*\.js:/);
            }),
          );
        await stillTranscribes(server.port, {
          headers: tokens.length > 0 ? { authorization: `Bearer ${tokens[0]}` } : {},
        });
      });
    });
});
