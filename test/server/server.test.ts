import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type RunningServer, startServer } from '../../server/index.js';
import { Engine } from '../../src/index.js';
import { DATA } from '../support/shared.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const SHORT_TEXT = 'said the little fellow panting in sympathy';

interface Message {
  type: string;
  text?: string;
  code?: string;
}

/** Send messages, collect answers until the socket closes. */
function converse(url: string, messages: (string | Uint8Array)[]): Promise<{ answers: Message[]; code: number }> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(url);
    const answers: Message[] = [];
    socket.on('open', () => {
      for (const m of messages) socket.send(m);
    });
    socket.on('message', (data: Buffer) => {
      answers.push(JSON.parse(data.toString()) as Message);
    });
    socket.on('close', (code) => done({ answers, code }));
    socket.on('error', fail);
  });
}

describe('server', function () {
  this.timeout(60_000);
  let engine: Engine;
  let server: RunningServer;
  let base: string;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    server = await startServer(engine, { port: 0, maxUploadBytes: 1 << 20 });
    base = `127.0.0.1:${server.port}`;
  });
  after(async () => {
    await server.close();
    await engine.close();
  });

  const pcm = readFileSync(SHORT).subarray(44);

  it('streams partial and final results', async () => {
    const pieces = Array.from({ length: Math.ceil(pcm.length / 3201) }, (_, i) =>
      pcm.subarray(i * 3201, (i + 1) * 3201),
    );
    const { answers, code } = await converse(`ws://${base}/v1/stream`, [
      JSON.stringify({ type: 'start' }),
      ...pieces,
      JSON.stringify({ type: 'finish' }),
    ]);
    expect(code).to.equal(1000);
    expect(answers[0].type).to.equal('ready');
    expect(answers.at(-1)?.type).to.equal('done');
    expect(answers.filter((a) => a.type === 'partial').length).to.be.above(0);
    expect(answers.filter((a) => a.type === 'final').map((a) => a.text)).to.deep.equal([SHORT_TEXT]);
  });

  it('answers senseless messages with a coded error and closes, others unharmed', async () => {
    for (const messages of [
      ['{'],
      [pcm],
      ['{"type":"dance"}'],
      ['{"type":"start","sampleRate":1}'],
      ['{"type":"start"}', '{"type":"start"}'],
      ['{"type":"finish"}'],
    ]) {
      const { answers, code } = await converse(`ws://${base}/v1/stream`, messages);
      expect(answers.at(-1)).to.include({ type: 'error', code: 'SERVER_MESSAGE' });
      expect(code).to.equal(1008);
    }
    expect(((await (await fetch(`http://${base}/healthz`)).json()) as { status: string }).status).to.equal('ok');
  });

  it('answers vosk clients as vosk-server does', async () => {
    // Message by message what vosk-server's test.py sends.
    const chunks = Array.from({ length: Math.ceil(pcm.length / 8000) }, (_, i) =>
      pcm.subarray(i * 8000, (i + 1) * 8000),
    );
    const config = '{ "config" : { "sample_rate" : 16000 } }';
    const { answers, code } = await converse(`ws://${base}`, [config, ...chunks, '{"eof" : 1}']);
    expect(code).to.equal(1000);
    expect(answers.length).to.equal(chunks.length + 1);
    for (const a of answers.slice(0, -1)) expect(a).to.have.all.keys('partial');
    const last = answers.at(-1) as unknown as { text: string; result: Record<string, unknown>[] };
    expect(last.text).to.equal(SHORT_TEXT);
    expect(last.result.map((w) => w.word).join(' ')).to.equal(SHORT_TEXT);
    expect(Object.keys(last.result[0])).to.deep.equal(['conf', 'end', 'start', 'word']);

    const more = '{"config":{"sample_rate":16000,"max_alternatives":3,"words":false}}';
    const reset = await converse(`ws://${base}/`, [more, pcm, '{"reset":1}', pcm, '{"eof":1}']);
    const finals = reset.answers.filter((a) => 'alternatives' in a) as unknown as {
      alternatives: { confidence: number; text: string }[];
    }[];
    expect(finals.length).to.equal(2);
    for (const { alternatives } of finals) {
      expect(alternatives[0]).to.deep.equal({ confidence: 0, text: SHORT_TEXT });
      expect(alternatives).to.have.length(3);
      expect(alternatives[1].confidence).to.be.at.most(0);
    }
    expect((await converse(`ws://${base}/`, ['{"eof":1}'])).answers).to.deep.equal([{ text: '' }]);
    for (const bad of ['{', '{"config":{"sample_rate":"fast"}}', '{"dance":1}']) {
      const refused = await converse(`ws://${base}/`, [bad]);
      expect(refused.answers.at(-1)).to.include({ code: 'SERVER_MESSAGE' });
      expect(refused.code).to.equal(1008);
    }
    const elsewhere = await converse(`ws://${base}/elsewhere`, []).catch((e: Error) => e.message);
    expect(elsewhere).to.match(/404/);
  });

  async function upload(fields: Record<string, string | Blob>): Promise<Response> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return fetch(`http://${base}/v1/audio/transcriptions`, { method: 'POST', body: form });
  }

  it('transcribes uploads as OpenAI does', async () => {
    const file = new Blob([readFileSync(SHORT)]);
    expect(await (await upload({ file, model: 'whisper-1' })).json()).to.deep.equal({
      text: SHORT_TEXT,
      usage: { type: 'duration', seconds: 3 },
    });
    expect(await (await upload({ file, response_format: 'text' })).text()).to.equal(`${SHORT_TEXT}\n`);
    const verbose = (await (await upload({ file, response_format: 'verbose_json' })).json()) as {
      words?: unknown[];
      segments: { text: string }[];
    };
    expect(verbose.words).to.equal(undefined);
    expect(verbose.segments[0].text).to.equal(SHORT_TEXT);
  });

  it("refuses bad uploads in OpenAI's shape", async () => {
    const file = new Blob([readFileSync(SHORT)]);
    for (const [fields, status, param] of [
      [{}, 400, 'file'],
      [{ file: new Blob(['no sound']) }, 400, null],
      [{ file, response_format: 'pdf' }, 400, 'response_format'],
      [{ file, language: 'fr' }, 400, 'language'],
      [{ file, 'timestamp_granularities[]': 'word' }, 400, 'timestamp_granularities'],
      [{ file, 'include[]': 'logprobs' }, 400, 'include'],
      [{ file, response_format: 'srt', stream: 'true' }, 400, 'stream'],
      [{ file: new Blob([new Uint8Array(2 << 20)]) }, 413, 'file'],
    ] as const) {
      const response = await upload(fields as unknown as Record<string, Blob>);
      expect(response.status).to.equal(status);
      const { error } = (await response.json()) as { error: { param: string | null } };
      expect(error).to.have.keys('message', 'type', 'param', 'code');
      expect(error.param).to.equal(param);
    }
  });
});
