import { expect } from 'chai';
import { RawSocket } from '../support/raw-client.js';
import { Served } from '../support/serving.js';

/**
 * The cases of the Autobahn fuzzing client that matter here, against the socket of /v1/stream. Its echo is `ping`, answered by `pong`;
 * spaces around JSON make a message of any length.
 */

const FIN = 0x80;
const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];

/** A frame from its first byte on. */
function raw(first: number, payload: string | Uint8Array = '', { mask = true, length = -1 } = {}): Buffer {
  const data = Buffer.from(payload as string);
  const n = length >= 0 ? length : data.length;
  const head = Buffer.alloc(n < 126 ? 2 : n < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = (mask ? 0x80 : 0) | (n < 126 ? n : n < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(n, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(n), 2);
  if (!mask) return Buffer.concat([head, data]);
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, key, data.map((byte, i) => byte ^ key[i & 3])]);
}

const echo = (length = 0, id = 'x'): string => JSON.stringify({ type: 'ping', id }).padEnd(length);
const code = (n: number, reason: string | Uint8Array = ''): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(n);
  return Buffer.concat([head, Buffer.from(reason as string)]);
};
const split = (text: string | Uint8Array, at: number): [Uint8Array, Uint8Array] => {
  const bytes = Buffer.from(text as string);
  return [bytes.subarray(0, at), bytes.subarray(at)];
};

/** What is sent, and what comes: so many answers, or the code of the closing frame. */
type Case = [name: string, frames: Buffer[], expected: { answers: number } | { closed: number | number[] }];

const [half, rest] = split(echo(0, 'κόσμε'), 20);
const bad = Buffer.from([0x7b, 0x22, 0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xed, 0xa0, 0x80, 0x22, 0x7d]);

const CASES: Case[] = [
  ...[0, 125, 126, 127, 128, 65_535, 65_536].map(
    (n): Case => [`1.1 text of ${Math.max(n, 24)} bytes`, [raw(FIN | TEXT, echo(n))], { answers: 1 }],
  ),
  ['1.1 text of many small writes', Array.from(raw(FIN | TEXT, echo(200)), (b) => Buffer.from([b])), { answers: 1 }],
  ['2.1 ping without content', [raw(FIN | PING), raw(FIN | TEXT, echo())], { answers: 1 }],
  ['2.4 ping of 125 bytes', [raw(FIN | PING, 'p'.repeat(125)), raw(FIN | TEXT, echo())], { answers: 1 }],
  ['2.5 ping of 126 bytes', [raw(FIN | PING, 'p'.repeat(126))], { closed: 1002 }],
  ['2.7 pong nobody asked for', [raw(FIN | PONG, 'x'), raw(FIN | TEXT, echo())], { answers: 1 }],
  [
    '2.10 ten pings',
    [...Array.from({ length: 10 }, () => raw(FIN | PING, 'x')), raw(FIN | TEXT, echo())],
    { answers: 1 },
  ],
  ...[0x10, 0x20, 0x40, 0x70].map(
    (bit): Case => [`3.x reserved bits ${bit.toString(2)}`, [raw(FIN | bit | TEXT, echo())], { closed: 1002 }],
  ),
  ...[3, 7, 11, 15].map((op): Case => [`4.x reserved opcode ${op}`, [raw(FIN | op, 'x')], { closed: 1002 }]),
  ['5.1 ping in fragments', [raw(PING, 'a'), raw(FIN | CONTINUATION, 'b')], { closed: 1002 }],
  ['5.3 text in two fragments', [raw(TEXT, half), raw(FIN | CONTINUATION, rest)], { answers: 1 }],
  [
    '5.6 a ping between two fragments',
    [raw(TEXT, half), raw(FIN | PING, 'x'), raw(FIN | CONTINUATION, rest)],
    { answers: 1 },
  ],
  ['5.9 a continuation of nothing', [raw(FIN | CONTINUATION, 'x')], { closed: 1002 }],
  ['5.18 text within a fragmented text', [raw(TEXT, half), raw(FIN | TEXT, echo())], { closed: 1002 }],
  ['5.20 an empty fragment', [raw(TEXT, half), raw(CONTINUATION), raw(FIN | CONTINUATION, rest)], { answers: 1 }],
  [
    '6.2 UTF-8 cut inside a letter',
    [raw(TEXT, half), raw(CONTINUATION, rest.subarray(0, 3)), raw(FIN | CONTINUATION, rest.subarray(3))],
    { answers: 1 },
  ],
  ['6.3 text that is no UTF-8', [raw(FIN | TEXT, bad)], { closed: 1007 }],
  [
    '6.4 the same in fragments',
    [raw(TEXT, bad.subarray(0, 8)), raw(FIN | CONTINUATION, bad.subarray(8))],
    { closed: 1007 },
  ],
  ['7.1 text after the closing frame', [raw(FIN | CLOSE, code(1000)), raw(FIN | TEXT, echo())], { closed: 1000 }],
  ['7.3 closing without a code', [raw(FIN | CLOSE)], { closed: 0 }],
  ['7.3 closing with one byte', [raw(FIN | CLOSE, 'x')], { closed: 1002 }],
  ['7.3 a reason of 123 letters', [raw(FIN | CLOSE, code(1000, 'r'.repeat(123)))], { closed: 1000 }],
  ['7.3 a reason of 124 letters', [raw(FIN | CLOSE, code(1000, 'r'.repeat(124)))], { closed: 1002 }],
  ['7.5 a reason that is no UTF-8', [raw(FIN | CLOSE, code(1000, bad))], { closed: 1007 }],
  ...[1000, 1001, 1002, 1003, 1007, 1011, 3000, 4999].map(
    (n): Case => [`7.7 code ${n}`, [raw(FIN | CLOSE, code(n))], { closed: n }],
  ),
  ...[0, 999, 1004, 1005, 1006, 1016, 2999, 5000, 65_535].map(
    (n): Case => [`7.9 code ${n}`, [raw(FIN | CLOSE, code(n))], { closed: 1002 }],
  ),
  ['9.x audio of more than maxMessageBytes', [raw(FIN | BINARY, new Uint8Array((1 << 20) + 1))], { closed: 1009 }],
  ['9.x a length of 2⁶³', [raw(FIN | BINARY, '', { length: 2 ** 63 })], { closed: [1002, 1009] }],
  [
    '9.x 2000 fragments',
    Array.from({ length: 2000 }, (_, i) => raw(i === 0 ? BINARY : CONTINUATION, 'x')),
    { closed: 1008 },
  ],
  ['a frame without a mask', [raw(FIN | TEXT, echo(), { mask: false })], { closed: 1002 }],
];

describe('the WebSocket of /v1/stream, by the cases of Autobahn', function () {
  this.timeout(60_000);
  const served = new Served({ workers: 1 });

  for (const [name, frames, expected] of CASES)
    it(`${name}: ${'answers' in expected ? 'is answered' : `closes with ${String(expected.closed)}`}`, async () => {
      const client = new RawSocket(served.server.port, '/v1/stream');
      expect(await client.opened).to.equal(101);
      for (const bytes of frames) client.socket.write(bytes);
      if ('answers' in expected) {
        const pong = await client.until((m) => m.type === 'pong');
        expect(pong.id).to.be.oneOf(['x', 'κόσμε']);
        client.cut();
      } else expect((await client.closed).code).to.be.oneOf([expected.closed].flat());
    });

  it('12.x compression is not agreed to', async () => {
    const client = new RawSocket(served.server.port, '/v1/stream', {
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' },
    });
    expect(await client.opened).to.equal(101);
    expect(client.head).to.not.match(/sec-websocket-extensions/i);
    client.cut();
  });
});
