import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import OpenAI from 'openai';
import { type RunningServer, startServer } from '../../server/index.js';
import { Engine } from '../../src/index.js';
import { DATA } from '../support/shared.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy';

describe("OpenAI's own client", function () {
  this.timeout(60_000);
  let engine: Engine;
  let server: RunningServer;
  let openai: OpenAI;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    server = await startServer(engine, { port: 0, tokens: ['secret'], maxOpenUploads: 1 });
    openai = new OpenAI({ apiKey: 'secret', baseURL: `http://127.0.0.1:${server.port}/v1`, maxRetries: 0 });
  });
  after(async () => {
    await server.close();
    await engine.close();
  });
  const request = { model: 'whisper-1', language: 'en' } as const;
  const file = (): ReturnType<typeof createReadStream> => createReadStream(SHORT);

  it('lists the model', async () => {
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).to.deep.equal([engine.card.name]);
  });

  it('gets every format', async () => {
    const { text } = await openai.audio.transcriptions.create({ ...request, file: file() });
    expect(text).to.equal(TEXT);
    const srt = await openai.audio.transcriptions.create({ ...request, file: file(), response_format: 'srt' });
    expect(srt).to.match(/^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\nsaid the little/);
    const verbose = await openai.audio.transcriptions.create({
      ...request,
      file: file(),
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    });
    expect(verbose.words?.map((w) => w.word).join(' ')).to.equal(TEXT);
    expect(verbose.segments?.[0].text).to.equal(TEXT);
    expect(verbose.duration).to.be.closeTo(2.9, 0.5);
  });

  it('gets a stream of events', async () => {
    const stream = await openai.audio.transcriptions.create({ ...request, file: file(), stream: true });
    const deltas: string[] = [];
    let whole = '';
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') deltas.push(event.delta);
      else if (event.type === 'transcript.text.done') whole = event.text;
    }
    expect(deltas.join('')).to.equal(TEXT);
    expect(whole).to.equal(TEXT);
  });

  it('gets errors it knows', async () => {
    const refused = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => undefined,
        (e: unknown) => e,
      );
    const bad = await refused(openai.audio.transcriptions.create({ ...request, file: file(), language: 'fr' }));
    expect(bad).to.be.instanceOf(OpenAI.BadRequestError);
    expect((bad as { param: string }).param).to.equal('language');
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL: openai.baseURL, maxRetries: 0 });
    expect(await refused(stranger.models.list())).to.be.instanceOf(OpenAI.AuthenticationError);
    const both = await Promise.all(
      [0, 1].map(() => refused(openai.audio.transcriptions.create({ ...request, file: file() }))),
    );
    expect(both.filter((e) => e instanceof OpenAI.InternalServerError)).to.have.length(1); // 503: one at a time
  });
});
