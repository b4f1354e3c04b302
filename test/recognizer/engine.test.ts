import { setMaxListeners } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { type ChannelResult, Engine, type Segment } from '../../src/index.js';
import { DEFAULT_MODEL } from '../../src/package/index.js';
import { concat, samplesOf } from '../support/audio.js';
import { rejects } from '../support/errors.js';
import { DATA, ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');
const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');
/** What is said in the two clips, and what the shipped model must hear. */
const SAMPLE_TEXT = readFileSync(resolve(ROOT, 'examples/data/sample.txt'), 'utf8').trim();
const SHORT_TEXT = 'said the little fellow panting in sympathy';

async function finals(results: AsyncIterable<ChannelResult>): Promise<Segment[]> {
  const out: Segment[] = [];
  for await (const { channel: _, ...r } of results) if (r.type === 'final') out.push(r);
  return out;
}

const textOf = (segments: Segment[]): string => segments.map((s) => s.text).join(' ');

/** Push samples in pieces of a size, reading along. */
async function stream(engine: Engine, samples: Float32Array, size: number): Promise<Segment[]> {
  const s = engine.createStream();
  const reading = finals(s);
  for (let at = 0; at < samples.length; at += size) await s.accept(samples.subarray(at, at + size));
  await s.finish();
  return reading;
}

describe('Engine', function () {
  this.timeout(120_000);
  let engine: Engine;
  before(async () => {
    engine = await Engine.load({ workers: 2 });
  });
  after(() => engine.close());

  it('writes down two real clips word for word', async () => {
    expect(textOf(await finals(engine.transcribe(SAMPLE)))).to.equal(SAMPLE_TEXT);
    expect(textOf(await finals(engine.transcribe(SHORT)))).to.equal(SHORT_TEXT);
  });

  it('gives the same words, times and segments however the samples are cut', async () => {
    const samples = await samplesOf(SHORT);
    const whole = await stream(engine, samples, samples.length);
    expect(textOf(whole)).to.equal(SHORT_TEXT);
    for (const size of [160, 317, 4001])
      expect(await stream(engine, samples, size), `${size} samples`).to.deep.equal(whole);
    // One sample at a time over the first second: messages of four bytes are slow.
    const second = samples.subarray(0, 16000);
    expect(await stream(engine, second, 1)).to.deep.equal(await stream(engine, second, second.length));
  });

  it('gives the same from a path, bytes and a chunked source, alone or beside others', async () => {
    const alone = await finals(engine.transcribe(SAMPLE));
    const bytes = readFileSync(SAMPLE);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777);
    }
    const together = await Promise.all(
      [engine.transcribe(bytes), engine.transcribe(pieces()), engine.transcribe(SHORT), engine.transcribe(SAMPLE)].map(
        finals,
      ),
    );
    expect(together[0]).to.deep.equal(alone);
    expect(together[1]).to.deep.equal(alone);
    expect(together[3]).to.deep.equal(alone);
  });

  it('takes any number of files at once: each worker does a few at a time, the rest wait, or are given up waiting', async () => {
    const alone = await finals(engine.transcribe(SAMPLE));
    const controller = new AbortController();
    setMaxListeners(30, controller.signal);
    const last = finals(engine.transcribe(SAMPLE, { signal: controller.signal }));
    const others = await Promise.all(Array.from({ length: 24 }, () => finals(engine.transcribe(SAMPLE))));
    for (const found of others) expect(found).to.deep.equal(alone);
    expect(await last).to.deep.equal(alone);
    const waiting = Array.from({ length: 24 }, () => finals(engine.transcribe(SAMPLE, { signal: controller.signal })));
    controller.abort();
    await Promise.all(waiting.map((given) => rejects(given, 'STREAM_ABORTED')));
    expect(await finals(engine.transcribe(SAMPLE))).to.deep.equal(alone);
  });

  it('keeps word times in order and inside the audio', async () => {
    for (const path of [SAMPLE, SHORT]) {
      const seconds = (await samplesOf(path)).length / 16000;
      let last = 0;
      for (const { words } of await finals(engine.transcribe(path))) {
        for (const { start, end } of words) {
          expect(start).to.be.at.least(last);
          expect(end).to.be.above(start);
          last = end;
        }
      }
      expect(last).to.be.at.most(seconds);
    }
  });

  it('hears the words at the right place: after two seconds of silence they come two seconds later', async () => {
    const samples = await samplesOf(SHORT);
    const [plain] = await stream(engine, samples, 1600);
    const later = await stream(engine, concat([new Float32Array(32000), samples]), 1600);
    expect(textOf(later)).to.equal(SHORT_TEXT);
    expect(later[0].words[1].start - plain.words[1].start).to.be.closeTo(2, 0.1);
  });

  it('gives partial results whose stable part only grows', async () => {
    const samples = await samplesOf(SAMPLE);
    const s = engine.createStream({ partials: true });
    const reading = (async () => {
      let stable = '';
      let index = 0;
      let partials = 0;
      for await (const r of s) {
        if (r.type === 'final') {
          // Rescoring may change what the first pass called stable, and then says so.
          expect(`${r.text} `.startsWith(`${stable} `), `"${stable}" begins "${r.text}"`).to.equal(!r.corrected);
          stable = '';
          continue;
        }
        if (r.type !== 'partial') continue;
        if (r.index !== index) stable = '';
        index = r.index;
        expect(r.stable.startsWith(stable)).to.equal(true);
        stable = r.stable;
        partials++;
      }
      return partials;
    })();
    for (let at = 0; at < samples.length; at += 1600) await s.accept(samples.subarray(at, at + 1600));
    await s.finish();
    expect(await reading).to.be.above(3);
  });

  it('while two files are decoded the event loop is mostly idle', async () => {
    const before = performance.eventLoopUtilization();
    await Promise.all([finals(engine.transcribe(SAMPLE)), finals(engine.transcribe(SAMPLE))]);
    // A share of the time, not a time: a busy machine slows both alike.
    expect(performance.eventLoopUtilization(before).utilization).to.be.below(0.5);
  });

  it('says how sure it is of each word, and what else it may have heard', async () => {
    const [segment] = await finals(engine.transcribe(SHORT, { alternatives: 5 }));
    for (const { confidence } of segment.words) expect(confidence).to.be.within(0, 1);
    expect(segment.alternatives).to.have.length(5);
    const texts = segment.alternatives?.map((a) => a.text) ?? [];
    expect(new Set([segment.text, ...texts]).size).to.equal(6);
    const costs = segment.alternatives?.map((a) => a.cost) ?? [];
    expect(costs[0]).to.be.at.least(0);
    expect(costs).to.deep.equal([...costs].sort((a, b) => a - b));
    const [plain] = await finals(engine.transcribe(SHORT, { decoder: { latticeBeam: 0 } }));
    expect(plain.text).to.equal(segment.text);
    expect(plain.words[0]).to.not.have.property('confidence');
    await rejects(finals(engine.transcribe(SHORT, { alternatives: 101 })), 'OPTION_INVALID');
    await rejects(finals(engine.transcribe(SHORT, { alternatives: 1, decoder: { latticeBeam: 0 } })), 'OPTION_INVALID');
  });

  it('gives a transcript a channel where channels are split', async () => {
    const samples = await samplesOf(SHORT);
    const stereo = new Float32Array(samples.length * 2);
    for (const [i, x] of samples.entries()) stereo[2 * i] = x;
    const heard: string[] = ['', ''];
    const s = engine.open(wav({ data: s16(stereo), channels: 2 }), { channels: 'split' });
    for await (const r of s) if (r.type === 'final') heard[r.channel] += r.text;
    expect(heard).to.deep.equal([SHORT_TEXT, '']);
    expect((await s.done).channels).to.equal(2);
  });

  it('resamples: 8 kHz and 44.1 kHz input give words too', async () => {
    const { Resampler } = await import('../../src/audio/index.js');
    const samples = await samplesOf(SHORT);
    const up = new Resampler(16000, 44100);
    const s = engine.createStream({ sampleRate: 44100 });
    const reading = finals(s);
    await s.accept(up.process(samples).slice());
    await s.accept(up.flush().slice());
    await s.finish();
    expect(textOf(await reading)).to.equal(SHORT_TEXT);
  });

  it('tells a bad recording apart, and goes on with others', async () => {
    const [bad, good] = await Promise.allSettled([
      finals(engine.transcribe(Buffer.from('not audio'))),
      finals(engine.transcribe(SHORT)),
    ]);
    expect((bad as PromiseRejectedResult).reason.code).to.equal('AUDIO_FORMAT');
    expect(textOf((good as PromiseFulfilledResult<Segment[]>).value)).to.equal(SHORT_TEXT);
    await rejects(finals(engine.transcribe('/no/such.wav')), 'INPUT_NOT_FOUND');
    await rejects(finals(engine.transcribe(new Uint8Array(0))), 'AUDIO_EMPTY');
  });

  it('stops on an AbortSignal, on leaving the loop, and refuses input after the end', async () => {
    const abort = new AbortController();
    const s = engine.createStream({ signal: abort.signal });
    await s.accept(new Float32Array(16000));
    abort.abort();
    await rejects(s.done, 'STREAM_ABORTED');
    for await (const _ of engine.transcribe(SAMPLE, { partials: true })) break;
    const ended = engine.createStream();
    await ended.finish();
    await rejects(ended.accept(new Float32Array(10)), 'STREAM_CLOSED');
    expect(textOf(await finals(engine.transcribe(SHORT)))).to.equal(SHORT_TEXT);
  });

  it('gives nothing for silence', async () => {
    expect(await stream(engine, new Float32Array(16000 * 8), 1600)).to.deep.equal([]);
  });
});

describe('Engine.load', function () {
  this.timeout(60_000);

  it('names a missing, damaged or impossible model', async () => {
    await rejects(Engine.load({ model: '/no/such/model' }), 'MODEL_NOT_FOUND');
    const copy = mkdtempSync(resolve(tmpdir(), 'hearken-'));
    try {
      cpSync(DEFAULT_MODEL, copy, { recursive: true });
      const lm = readFileSync(resolve(copy, 'graph.bin'));
      lm[lm.length - 100] ^= 1;
      writeFileSync(resolve(copy, 'graph.bin'), lm);
      expect((await rejects(Engine.load({ model: copy }), 'MODEL_CHECKSUM')).message).to.match(/graph\.bin/);
      rmSync(resolve(copy, 'graph.bin'));
      await rejects(Engine.load({ model: copy }), 'MODEL_NOT_FOUND');
      writeFileSync(resolve(copy, 'card.json'), '{"format": 1}');
      await rejects(Engine.load({ model: copy }), 'MODEL_CARD');
      writeFileSync(resolve(copy, 'card.json'), '{');
      await rejects(Engine.load({ model: copy }), 'MODEL_CARD');
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('refuses unknown providers and senseless options, and falls back loudly', async () => {
    await rejects(Engine.load({ providers: ['abacus'] }), 'PROVIDER_UNKNOWN');
    await rejects(Engine.load({ workers: 0 }), 'OPTION_INVALID');
    await rejects(Engine.load({ workers: 1, providers: ['cuda'] }), 'PROVIDER_UNAVAILABLE');
    const warnings: string[] = [];
    await using engine = await Engine.load({
      workers: 1,
      providers: ['cuda', 'cpu'],
      onWarning: (m) => warnings.push(m),
    });
    expect(engine.provider).to.equal('cpu');
    expect(warnings[0]).to.match(/"cuda" did not start/);
    await rejects(
      Promise.resolve().then(() => engine.createStream({ sampleRate: 5 })),
      'OPTION_INVALID',
    );
  });
});
