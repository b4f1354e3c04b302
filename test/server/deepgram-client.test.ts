import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeepgramClient } from '@deepgram/sdk';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Served } from '../support/serving.js';
import { DATA } from '../support/shared.js';

const WAV = readFileSync(resolve(DATA, 'libri-3526-176653-0051.wav'));
const PCM = WAV.subarray(44);
const TEXT = 'said the little fellow panting in sympathy';

interface Results {
  type: string;
  is_final?: boolean;
  from_finalize?: boolean;
  duration?: number;
  channel?: { alternatives: { transcript: string; confidence: number; words: { word: string; start: number }[] }[] };
}

describe("Deepgram's own client", function () {
  this.timeout(60_000);
  const served = new Served({ workers: 1 }, { tokens: ['secret'] });

  /** Stream the clip in pieces; all messages until the connection closes. */
  async function listen(options: Record<string, unknown>, audio: Uint8Array, key = 'secret'): Promise<Results[]> {
    const base = `ws://${served.address}`;
    const client = new DeepgramClient({
      apiKey: key,
      environment: { base: `http://${served.address}`, production: base, agent: base, agentRest: base },
    });
    const socket = await client.listen.v1.connect({
      model: 'any',
      Authorization: `Token ${key}`,
      reconnectAttempts: 0,
      ...options,
    } as never);
    const messages: Results[] = [];
    const closed = new Promise<void>((done) => {
      socket.on('message', (m) => messages.push(m as Results));
      socket.on('close', () => done());
      socket.on('error', () => undefined);
    });
    socket.connect();
    await socket.waitForOpen();
    for (let at = 0; at < audio.length; at += 3200) socket.sendMedia(audio.subarray(at, at + 3200));
    socket.sendKeepAlive({ type: 'KeepAlive' });
    if (options.encoding) socket.sendFinalize({ type: 'Finalize' });
    socket.sendCloseStream({ type: 'CloseStream' });
    await closed;
    return messages;
  }

  it('streams, with interim results, finalize and the end', async () => {
    const messages = await listen({ encoding: 'linear16', sample_rate: 16000, interim_results: 'true' }, PCM);
    const finals = messages.filter((m) => m.type === 'Results' && m.is_final);
    expect(finals.map((m) => m.channel?.alternatives[0].transcript)).to.deep.equal([TEXT]);
    expect(finals[0].from_finalize).to.equal(true);
    const { words, confidence } = finals[0].channel?.alternatives[0] ?? { words: [], confidence: 0 };
    expect(words.map((w) => w.word).join(' ')).to.equal(TEXT);
    expect(words[0].start).to.be.within(0, 1);
    expect(confidence).to.be.within(0.3, 1);
    expect(messages.filter((m) => m.type === 'Results' && !m.is_final).length).to.be.above(2);
    expect(messages.at(-1)).to.deep.include({ type: 'Metadata' });
    expect(messages.at(-1)?.duration).to.be.closeTo(PCM.length / 32000, 0.01);
  });

  it('streams containers, written out', async () => {
    const messages = await listen({ smart_format: 'true', keyterm: 'little fellow' }, WAV);
    const finals = messages.filter((m) => m.type === 'Results');
    expect(finals.map((m) => m.channel?.alternatives[0].transcript)[0]).to.match(/^Said the little fellow/);
  });

  it('is refused without the token, and told what is wrong', async () => {
    const url = `ws://${served.address}/v1/listen`;
    const ended = (query: string, key: string): Promise<[number, string]> =>
      new Promise((done) => {
        const socket = new WebSocket(url + query, { headers: { authorization: `Token ${key}` } });
        socket.on('unexpected-response', (_, response) => done([response.statusCode ?? 0, '']));
        socket.on('close', (code, reason) => done([code, reason.toString()]));
        socket.on('error', () => undefined);
      });
    expect(await ended('', 'wrong')).to.deep.equal([401, '']);
    expect(await ended('?encoding=opus', 'secret')).to.deep.equal([1008, 'SERVER_MESSAGE']);
    expect(await ended('?encoding=linear16&sample_rate=1', 'secret')).to.deep.equal([1008, 'SERVER_MESSAGE']);
    const byProtocol = new WebSocket(url, ['token', 'secret']);
    await new Promise((done) => byProtocol.on('open', done));
    byProtocol.close();
  });
});
