import { resolve } from 'node:path';
import { expect } from 'chai';
import { type ChannelResult, Engine, type LiveOptions, type Phrase, type Segment } from '../../src/index.js';
import { samplesOf } from '../support/audio.js';
import { rejects } from '../support/errors.js';
import { DATA } from '../support/shared.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy';

describe('live streams', function () {
  this.timeout(60_000);
  let engine: Engine;
  let samples: Float32Array;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    samples = await samplesOf(SHORT);
  });
  after(() => engine.close());

  async function collect(stream: AsyncIterable<ChannelResult>): Promise<Segment[]> {
    const out: Segment[] = [];
    for await (const r of stream) if (r.type === 'final') out.push(r);
    return out;
  }

  async function heard(phrases: Phrase[]): Promise<{ text: string; warnings: string[] }> {
    const stream = engine.createStream({ phrases });
    await stream.accept(samples);
    const { warnings } = await stream.finish();
    return { text: (await collect(stream)).map((s) => s.text).join(' '), warnings };
  }

  it('give a segment when told to, and go on with the right times', async () => {
    const stream = engine.createStream();
    const results = collect(stream);
    await stream.accept(samples);
    await stream.finalize();
    await stream.accept(samples);
    await stream.finalize();
    await stream.finalize();
    await stream.finish();
    const segments = await results;
    expect(segments.map((s) => s.text)).to.deep.equal([TEXT, TEXT, '']);
    expect(segments.map((s) => [s.reason, s.index])).to.deep.equal([
      ['finalize', 0],
      ['finalize', 1],
      ['finalize', 2],
    ]);
    const seconds = samples.length / 16000;
    for (const [i, word] of segments[1].words.entries())
      expect(word.start - segments[0].words[i].start).to.be.closeTo(seconds, 0.1);
    expect(segments[1].end).to.be.at.most(2 * seconds);
  });

  it('listen for phrases, and say which they cannot listen for', async () => {
    expect(await heard([{ text: 'Painting', boost: 12 }])).to.deep.include({ warnings: [] });
    expect((await heard([{ text: 'Painting', boost: 12 }])).text).to.include('painting');
    expect((await heard([{ text: 'sympathy', boost: -20 }])).text).to.not.include('sympathy');
    const { text, warnings } = await heard([{ text: '東京 street' }, { text: 'little fellow' }]);
    expect(text).to.equal(TEXT);
    expect(warnings).to.deep.equal([
      '"東京" cannot be listened for: no pronunciation, or a closed grammar',
      'phrase "東京 street" left out: no word "東京" in the vocabulary',
    ]);
  });

  it('hear words that the vocabulary lacks: spelled, pronounced as told, or members of a class', async () => {
    const text = async (options: LiveOptions): Promise<string> => {
      const stream = engine.createStream(options);
      await stream.accept(samples);
      expect((await stream.finish()).warnings).to.deep.equal([]);
      return (await collect(stream)).map((s) => s.text).join(' ');
    };
    expect(await text({ phrases: [{ text: 'littel fellow', boost: 20 }] })).to.equal(TEXT.replace('little', 'littel'));
    const newWords = [{ text: 'phelo', pronunciations: ['F EH1 L OW0'], like: 'fellow' }];
    expect(await text({ newWords })).to.match(/^said the little (fellow|phelo) panting in sympathy$/);
    const phrases = [{ text: 'little $animal', boost: 10 }];
    expect(await text({ newWords, phrases, classes: { animal: ['cat', 'phelo'] } })).to.equal(
      TEXT.replace('fellow', 'phelo'),
    );
    expect(await text({})).to.equal(TEXT);
  });

  it('refuse words and classes that are none', async () => {
    for (const options of [
      { newWords: [{ text: 'two words' }] },
      { newWords: [{ text: 'a', pronunciations: ['Q X'] }] },
      { newWords: [{ text: 'xyzzy', like: 'zzzyyyxxx' }] },
      { phrases: [{ text: 'call $nobody' }] },
      { phrases: [{ text: 'call $a' }], classes: { a: [''] } },
      { grammar: 'nowhere' },
    ])
      await rejects((async () => engine.createStream(options).finish())(), 'OPTION_INVALID');
  });

  it('tell of keywords by their sound, with or without recognising the rest', async () => {
    const keywords = [{ text: 'little fellow' }, { text: 'sympathy' }, { text: 'elephant' }];
    for (const recognize of [true, false]) {
      const stream = engine.createStream({ keywords, recognize });
      await stream.accept(samples);
      await stream.finalize();
      await stream.accept(samples);
      await stream.finish();
      const hits: ChannelResult[] = [];
      const finals: string[] = [];
      for await (const r of stream) {
        if (r.type === 'keyword') hits.push(r);
        if (r.type === 'final') finals.push(r.text);
      }
      expect(finals).to.deep.equal(recognize ? [TEXT, TEXT] : []);
      const heard = hits.filter((h) => h.type === 'keyword');
      expect(heard.map((h) => h.text)).to.deep.equal(['little fellow', 'sympathy', 'little fellow', 'sympathy']);
      const seconds = samples.length / 16000;
      expect(heard[0].start).to.be.closeTo(0.6, 0.1);
      expect(heard[2].start - heard[0].start).to.be.closeTo(seconds, 0.1);
    }
    for (const bad of [{ text: '—' }, { text: 'a', threshold: 1 }, { text: '東京' }])
      await rejects(engine.createStream({ keywords: [bad] }).finish(), 'OPTION_INVALID');
  });

  it('give segments as they are written, times kept', async () => {
    const stream = engine.createStream({ written: true });
    await stream.accept(samples);
    await stream.finish();
    const [segment] = await collect(stream);
    expect(segment.written?.map(({ text, start, end }) => ({ text, start, end }))).to.deep.equal(
      segment.words.map(({ text, start, end }) => ({ text, start, end })),
    );
  });

  it('refuse phrases that are none', async () => {
    for (const phrase of [
      { text: '—' },
      { text: 'a', boost: Number.NaN },
      { text: 'a', boost: 21 },
      { text: 'a '.repeat(21) },
    ])
      await rejects(engine.createStream({ phrases: [phrase] }).finish(), 'OPTION_INVALID');
  });
});
