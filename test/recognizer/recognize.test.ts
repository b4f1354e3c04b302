import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Engine } from '../../src/index.js';
import { concat, samplesOf } from '../support/audio.js';
import { rejects } from '../support/errors.js';
import { DATA, ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const CLIP = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy';
const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');
const SAMPLE_TEXT = readFileSync(resolve(ROOT, 'examples/data/sample.txt'), 'utf8').trim();

describe('Engine.recognize', function () {
  this.timeout(60_000);
  let engine: Engine;
  let samples: Float32Array;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    samples = await samplesOf(CLIP);
  });
  after(() => engine.close());

  it('of a path, bytes, a Blob or samples: text, words, segments and duration', async () => {
    const bytes = readFileSync(CLIP);
    const whole = await engine.recognize(CLIP);
    expect(whole.text).to.equal(TEXT);
    expect(whole.words.map((w) => w.text).join(' ')).to.equal(TEXT);
    expect(whole.segments.map((s) => s.words)).to.deep.equal([whole.words]);
    expect(whole.duration).to.be.closeTo(samples.length / 16_000, 0.001);
    expect(whole.warnings).to.deep.equal([]);
    for (const input of [bytes, new Blob([bytes])]) expect(await engine.recognize(input)).to.deep.equal(whole);
    expect(await engine.recognize(samples, { sampleRate: 16_000 })).to.deep.equal(whole);
  });

  it('of several segments: their texts in one, in order', async () => {
    const pause = new Float32Array(32_000);
    const both = concat([await samplesOf(SAMPLE), pause, samples]);
    const { text, segments } = await engine.recognize(both, { sampleRate: 16_000 });
    expect(text).to.equal(`${SAMPLE_TEXT} ${TEXT}`);
    expect(segments.length).to.be.above(1);
  });

  it('with punctuation: the text has it, the words do not', async () => {
    const { text, words } = await engine.recognize(CLIP, { punctuation: true });
    expect(text).to.match(/^Said the little fellow/);
    expect(words[0].text).to.equal('said');
  });

  it('of channels apart: segments name their channel, ordered by their start', async () => {
    const stereo = new Float32Array(samples.length * 2 + 64_000);
    for (const [i, x] of samples.entries()) stereo[2 * (i + 32_000) + 1] = x;
    for (const [i, x] of samples.entries()) stereo[2 * i] = x;
    const { segments, text } = await engine.recognize(wav({ data: s16(stereo), channels: 2 }), { channels: 'split' });
    expect(segments.map((s) => s.channel)).to.deep.equal([0, 1]);
    expect(text).to.equal(`${TEXT} ${TEXT}`);
  });

  it('of silence: no text, but a duration', async () => {
    const nothing = await engine.recognize(new Float32Array(16_000), { sampleRate: 16_000 });
    expect(nothing).to.deep.equal({ text: '', segments: [], words: [], duration: 1, warnings: [] });
  });

  it('of what is no audio: its error; what comes before the end cannot be asked for', async () => {
    await rejects(engine.recognize(Buffer.from('not audio')), 'AUDIO_FORMAT');
    await rejects(engine.recognize('/no/such.wav'), 'INPUT_NOT_FOUND');
    await rejects(engine.recognize(CLIP, { partials: true } as object), 'OPTION_INVALID');
    const gone = engine.recognize(CLIP, { signal: AbortSignal.abort() });
    await rejects(gone, 'STREAM_ABORTED');
  });
});
