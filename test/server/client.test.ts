import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type ClientOptions, type ClientResult, HearkenClient, type SocketLike } from '../../client/index.js';
import { type RunningServer, startServer } from '../../server/index.js';
import { Engine } from '../../src/index.js';
import { random } from '../support/random-fst.js';
import { DATA, ROOT } from '../support/shared.js';

const SHORT = readFileSync(resolve(DATA, 'libri-3526-176653-0051.wav')).subarray(44);
const SAMPLE = readFileSync(resolve(ROOT, 'examples/data/sample.wav'));
const TEXT = 'said the little fellow panting in sympathy';

describe('client of the streaming protocol', function () {
  this.timeout(120_000);
  let engine: Engine;
  let server: RunningServer;
  let url: string;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    server = await startServer(engine, { port: 0, tokens: ['secret'], idleSeconds: 4, resumeSeconds: 8 });
    url = `ws://127.0.0.1:${server.port}/v1/stream`;
  });
  after(async () => {
    await server.close();
    await engine.close();
  });
  const connect = (options: ClientOptions = {}): Promise<HearkenClient> =>
    HearkenClient.connect(url, { token: 'secret', ...options });

  async function all(client: HearkenClient): Promise<ClientResult[]> {
    const out: ClientResult[] = [];
    for await (const r of client) out.push(r);
    return out;
  }
  const finals = (results: ClientResult[]): Extract<ClientResult, { type: 'final' }>[] =>
    results.filter((r) => r.type === 'final');

  it('streams, finalizes, resets and finishes', async () => {
    const client = await connect({ alternatives: 2, metadata: { room: 'four' } });
    const results = all(client);
    await client.send(SHORT);
    client.finalize();
    await client.send(SHORT.subarray(0, 40_000));
    client.reset();
    await client.send(SHORT);
    client.finish();
    const got = await results;
    expect(finals(got).map((f) => f.text)).to.deep.equal([TEXT, TEXT]);
    expect(finals(got).map((f) => f.reason)).to.deep.equal(['finalize', 'end']);
    expect(finals(got)[0].words).to.have.length(7);
    expect(finals(got)[0].latency).to.be.within(0, 10_000);
    expect(finals(got)[0].alternatives).to.have.length(2);
    expect(got.at(-1)).to.deep.include({ type: 'done', segments: 2, warnings: [] });
    const seqs = got.map((r) => r.seq);
    expect(seqs).to.deep.equal([...seqs].sort((a, b) => a - b));
  });

  it('sends containers and interleaved channels', async () => {
    const file = await connect({ encoding: 'container', words: false, partials: false });
    await file.send(SAMPLE);
    file.finish();
    const [final] = await all(file);
    expect(final).to.include({ text: readFileSync(resolve(ROOT, 'examples/data/sample.txt'), 'utf8').trim() });
    expect(final).to.not.have.property('words');
    const stereo = new Uint8Array(2 * SHORT.length);
    for (let i = 0; i < SHORT.length; i += 2) stereo.set(SHORT.subarray(i, i + 2), 2 * i + 2); // on the right only
    const two = await connect({ channels: 2, channelMode: 'split', partials: false });
    await two.send(stereo);
    two.finish();
    expect(finals(await all(two)).map((f) => [f.channel, f.text])).to.deep.equal([[1, TEXT]]);
  });

  it('goes on after its connection breaks at any point, with nothing lost or doubled', async () => {
    const next = random(5);
    const run = async (breaking: boolean): Promise<{ results: ClientResult[]; breaks: number }> => {
      let breaks = 0;
      let current: WebSocket | undefined;
      let stands = (): void => undefined;
      const client = await connect({
        socket: (address, protocols) => (current = new WebSocket(address, protocols)) as unknown as SocketLike,
        onConnection: (state) => {
          if (state === 'retrying') breaks++;
          else stands();
        },
      });
      const results = all(client);
      for (let round = 0; round < 3; round++) {
        for (let at = 0; at < SHORT.length; at += 9001) {
          await client.send(SHORT.subarray(at, at + 9001));
          if (breaking && next() < 0.25) {
            const open = new Promise<void>((done) => (stands = done));
            current?.terminate();
            // Sometimes audio comes while there is no connection, sometimes only after.
            if (next() < 0.6) await open;
          }
          if (next() < 0.3) await new Promise((done) => setTimeout(done, 30 * next()));
        }
        client.finalize();
        if (breaking) current?.terminate();
      }
      client.finish();
      return { results: await results, breaks };
    };
    const whole = await run(false);
    const cut = await run(true);
    expect(cut.breaks).to.be.above(4);
    const said = ({ results }: typeof cut): unknown => finals(results).map(({ text, words }) => ({ text, words }));
    expect(said(cut)).to.deep.equal(said(whole));
    expect(finals(whole.results).map((f) => f.text)).to.deep.equal([TEXT, TEXT, TEXT]);
    expect(cut.results.at(-1)).to.deep.include({ type: 'done', segments: 3 });
  });

  it('says why the server refuses', async () => {
    const code = async (options: ClientOptions): Promise<string> => {
      try {
        const client = await connect({ retries: 0, ...options });
        client.finish();
        await all(client);
        return 'none';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(await code({ phrases: [{ text: '—' }] })).to.equal('OPTION_INVALID');
    expect(await code({ sampleRate: 1 })).to.equal('SERVER_MESSAGE');
    expect(await code({ token: 'wrong' })).to.equal('CONNECTION_LOST');
    const idle = await connect();
    const error = await all(idle).catch((e: unknown) => e);
    expect(error).to.include({ code: 'SERVER_LIMIT' });
  });
});
