import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { flacBomb, opusBomb } from '../support/bombs.js';
import { converse, type Step } from '../support/documented-client.js';
import { formOf, post } from '../support/forms.js';
import { random } from '../support/random-fst.js';
import { BINARY, exchange, frame, RawSocket, TEXT, upgrade } from '../support/raw-client.js';
import { ServerProcess } from '../support/server-process.js';
import { recognised, SAID, SPOKEN, SPOKEN_WAV } from '../support/spoken.js';

export interface ChaosOptions {
  seconds: number;
  seed: number;
  /** Called now and then. */
  tell?: (line: string) => void;
}

/** What came of it; all but the counts must be as at the start. */
export interface ChaosReport {
  utterances: number;
  cuts: number;
  uploads: number;
  attacks: number;
  kills: number;
  /** Honest clients whose words were not theirs, and what they got. */
  wrong: string[];
  megabytes: { before: number; after: number };
  /** What is open after it and was not before. */
  leftOpen: string[];
  sessionsLeft: number;
  /** 99 % of the delays of the event loop of the server under attack, over the whole time, in ms. */
  loopDelay: number;
}

const ARGS = ['-j', '2', '--limit', 'maxLoad=1000', '--limit', 'maxUploadSeconds=5', '--limit', 'resumeSeconds=5'];
/** Addresses of attackers; honest clients have others. */
const attacker = (i: number): string => `127.0.0.${100 + (i % 100)}`;

/** What the process has open, `socket:[…]` as `socket`. */
function handles(server: ServerProcess): string[] {
  const folder = `/proc/${server.child.pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(`${folder}/${fd}`).replace(/:?\[.*\]/, '')];
    } catch {
      return []; // closed meanwhile
    }
  });
}

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

/** Each hurts one server in its own way for a second or two. */
const ATTACKS: ((port: number, from: string, next: () => number) => Promise<unknown>)[] = [
  // Tiny messages as fast as they go.
  async (port, localAddress, next) => {
    const path = next() < 0.5 ? '/' : '/v1/stream';
    const client = new RawSocket(port, path, { localAddress });
    await client.opened;
    if (path !== '/') client.json({ type: 'start' });
    const block = Buffer.concat(Array.from({ length: 4000 }, () => frame(BINARY, 'ab')));
    for (let i = 0; i < 40 && !client.ended; i++) {
      if (client.socket.writableLength < 1 << 20) client.socket.write(block);
      await pause(25);
    }
    client.cut();
  },
  // Asks much and reads nothing.
  async (port, localAddress) => {
    const client = new RawSocket(port, '/v1/stream', { localAddress });
    await client.opened;
    client.socket.pause();
    client.json({ type: 'start' });
    for (let i = 0; i < 500 && !client.ended; i++) client.socket.write(frame(TEXT, '{"type":"ping","id":"xxxxxxxx"}'));
    await pause(1000);
    client.cut();
  },
  // Speaks and is gone.
  async (port, localAddress, next) => {
    const client = new RawSocket(port, '/v1/stream', { localAddress });
    await client.opened;
    client.json({ type: 'start' });
    client.audio(SPOKEN);
    await pause(300 * next());
    client.cut();
  },
  // Lists that stand for more than there is, or for much.
  async (port, localAddress, next) => {
    const client = new RawSocket(port, '/v1/stream', { localAddress });
    await client.opened;
    const many = Array.from({ length: 300 }, (_, i) => ({
      text: `qzx${'abcdefgh'[i % 8]}${'aeiou'[i % 5]}v${'klmn'[i % 4]}`,
    }));
    client.json(
      next() < 0.5
        ? {
            type: 'start',
            classes: { b: Array.from({ length: 60 }, () => 'x'), a: [] },
            phrases: ['$b $b $b $b $b $a'],
          }
        : { type: 'start', newWords: many },
    );
    await pause(500);
    client.cut();
  },
  // Addresses and headers nobody can parse.
  async (port, localAddress, next) => {
    const odd = ['//', 'http://[', '/\\\\', '//:@', '/%', '*', '/v1/stream?token=%'];
    for (let i = 0; i < 20; i++)
      await exchange(port, upgrade(odd[Math.floor(next() * odd.length)], { Host: 'evil.example' }), {
        ms: 100,
        localAddress,
      });
  },
  // Small files of hours.
  (port, localAddress, next) =>
    post(
      port,
      formOf(
        [],
        next() < 0.5 ? opusBomb({ pages: 20, channels: 2 }) : flacBomb({ bytes: 30_000, channels: 8, rate: 48_000 }),
      ),
      { localAddress },
    ),
  // Forms of many parts, and one that never ends.
  (port, localAddress) => post(port, formOf(Array.from({ length: 5000 }, (_, i) => [`a${i}`, 'x'])), { localAddress }),
  (port, localAddress) => post(port, formOf([], new Uint8Array(1 << 20)), { localAddress, first: 500 }),
];

/** The sentence twice, in pieces. */
function steps(next: () => number): Step[] {
  const out: Step[] = [];
  for (const end of ['finalize', 'finish'] as const) {
    for (let at = 0; at < SPOKEN.length; ) {
      const to = at + 2 * Math.ceil(next() * 4000);
      out.push(SPOKEN.subarray(at, to));
      at = to;
    }
    out.push({ type: end });
  }
  return out;
}

/**
 * Attack a server from every side while honest clients speak, upload, lose their connections and come back; and kill another one again
 * and again under clients that start over. Everything on loopback, and over when the time is.
 */
export async function chaos({ seconds, seed, tell = () => undefined }: ChaosOptions): Promise<ChaosReport> {
  const next = random(seed);
  const server = await ServerProcess.start(ARGS);
  const { port } = server;
  const report: ChaosReport = {
    utterances: 0,
    cuts: 0,
    uploads: 0,
    attacks: 0,
    kills: 0,
    wrong: [],
    megabytes: { before: 0, after: 0 },
    leftOpen: [],
    sessionsLeft: 0,
    loopDelay: 0,
  };
  const attackOnce = async (i: number): Promise<void> => {
    report.attacks++;
    await ATTACKS[i % ATTACKS.length](port, attacker(i), next);
  };
  // What code, buffers and decoders take once is not what the chaos leaves.
  for (let round = 0; round < 3; round++) await Promise.all(ATTACKS.map((_, i) => attackOnce(i)));
  await settle(port);
  report.megabytes.before = server.megabytes();
  const before = handles(server);
  const until = Date.now() + 1000 * seconds;
  const going = (): boolean => Date.now() < until;
  const check = (got: string, who: string): void => {
    if (got !== who) report.wrong.push(got);
  };
  const speaker = async (): Promise<void> => {
    while (going()) {
      const outcome = await converse(port, { partials: true }, steps(next), () => next() < 0.03);
      check(outcome.finals.map((f) => f.text).join('|') + outcome.errors.map((e) => e.code).join(), `${SAID}|${SAID}`);
      report.utterances++;
      report.cuts += outcome.cuts;
    }
  };
  const uploader = async (): Promise<void> => {
    while (going()) {
      const { status, text } = await post(port, formOf([], SPOKEN_WAV));
      // A full server may say so: nothing is lost.
      if (status === 503) await pause(100);
      else {
        check(status === 200 ? ((JSON.parse(text) as { text: string }).text ?? '') : `${status} ${text}`, SAID);
        report.uploads++;
      }
    }
  };
  const attacks = async (at: number): Promise<void> => {
    for (let i = at; going(); i += 3) await attackOnce(i).catch(() => undefined);
  };
  const telling = setInterval(
    () =>
      tell(
        `${report.utterances} utterances, ${report.cuts} cuts, ${report.uploads} uploads, ${report.attacks} attacks, ${report.kills} kills, ${report.wrong.length} wrong, ${server.megabytes().toFixed(0)} MB`,
      ),
    10_000,
  );
  try {
    await Promise.all([
      speaker(),
      speaker(),
      uploader(),
      attacks(0),
      attacks(1),
      attacks(2),
      killed(report, going, next),
    ]);
    report.loopDelay = 1000 * (await metric(port, 'nodejs_eventloop_lag_p99_seconds'));
    await settle(port);
    report.megabytes.after = server.megabytes();
    report.leftOpen = beyond(handles(server), before);
    report.sessionsLeft = await metric(port, 'hearken_sessions_open');
    check(await recognised(port), SAID);
  } finally {
    clearInterval(telling);
    await server.kill();
  }
  return report;
}

/** Those of `now` that are not among `before`. */
function beyond(now: readonly string[], before: readonly string[]): string[] {
  const known = [...before];
  return now.filter((handle) => {
    const at = known.indexOf(handle);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

/** Until no session or upload is open, and memory has had time to be collected. */
async function settle(port: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const open = (await metric(port, 'hearken_sessions_open')) + (await metric(port, 'hearken_uploads_open'));
    if (open === 0) break;
    await pause(100);
  }
  // Connections that are kept alive have ended by then.
  await pause(8000);
}

/** A server that dies every few seconds: its clients start over until they have their words. */
async function killed(report: ChaosReport, going: () => boolean, next: () => number): Promise<void> {
  let server = await ServerProcess.start(['-j', '1']);
  const client = async (): Promise<void> => {
    while (going()) {
      const text = await recognised(server.port).catch(() => '');
      // Nothing where it was killed, the beginning where it was asked to end: never other words.
      if (!SAID.startsWith(text.trim()) && text !== '') report.wrong.push(text);
      if (text === '') await pause(100);
    }
  };
  const killer = async (): Promise<void> => {
    while (going()) {
      await pause(2000 + 6000 * next());
      server.signal(next() < 0.5 ? 'SIGKILL' : 'SIGTERM');
      await server.ended;
      report.kills++;
      server = await ServerProcess.start(['-j', '1']);
    }
  };
  try {
    await Promise.all([client(), killer()]);
  } finally {
    await server.kill();
  }
}
