import { resolve } from 'node:path';
import { expect } from 'chai';
import { Resampler } from '../../src/audio/index.js';
import { partJob } from '../../src/batch/job.js';
import { joined } from '../../src/batch/join.js';
import { Engine, type Segment } from '../../src/index.js';
import { segmentsOf } from '../../src/recognizer/segments.js';
import { concat, samplesOf } from '../support/audio.js';
import { rejects } from '../support/errors.js';
import { DATA, ROOT } from '../support/shared.js';
import { s16, wav } from '../support/wav.js';

const CLIPS = [
  resolve(ROOT, 'examples/data/sample.wav'),
  resolve(DATA, 'libri-3526-176653-0051.wav'),
  resolve(DATA, 'an4-cen1-fash-b.wav'),
];

describe('parts of a recording', function () {
  this.timeout(120_000);
  let engine: Engine;
  /** About 40 s of speech, pauses of a second between clips, and where these begin. */
  let recording: Float32Array;
  before(async () => {
    engine = await Engine.load({ workers: 2 });
    const clips = await Promise.all(CLIPS.map(samplesOf));
    const pieces: Float32Array[] = [];
    for (let i = 0; i < 10; i++)
      pieces.push(
        clips[i % 3].map((x) => x * (1 - i / 20)),
        new Float32Array(16000),
      );
    recording = concat(pieces);
  });
  after(() => engine.close());

  /** As a stream hears it that is finalized at the cuts. */
  async function whole(cuts: readonly number[]): Promise<Segment[]> {
    const stream = engine.createStream();
    const reading = segmentsOf(stream);
    let at = 0;
    for (const cut of cuts) {
      await stream.accept(recording.subarray(at, cut));
      await stream.finalize();
      at = cut;
    }
    await stream.accept(recording.subarray(at));
    await stream.finish();
    const [segments] = (await reading).segments;
    // A call of finalize() is answered where nothing was said too; parts have no such calls.
    return segments.filter((s) => s.words.length > 0).map((s, index) => ({ ...s, index }));
  }

  async function inParts(bytes: Uint8Array, cuts: readonly number[]): Promise<Segment[]> {
    const all = { id: 'whole', path: '', options: {} };
    const edges = [0, ...cuts, 160_000_000];
    const heard = await Promise.all(
      edges.slice(1).map(async (to, i) => {
        const { segments, summary } = await segmentsOf(
          engine.open(bytes, partJob(all, { from: edges[i], to }).options),
        );
        return { type: 'heard' as const, seconds: summary.seconds, segments, warnings: summary.warnings };
      }),
    );
    const { segments, seconds } = joined(heard);
    expect(seconds).to.be.closeTo(recording.length / 16000, 1e-3);
    return segments[0];
  }

  it('give the words, times and confidences of the whole, wherever they are cut', async () => {
    const bytes = wav({ data: s16(recording) });
    recording = Float32Array.from(recording, (x) => Math.max(-32768, Math.min(32767, Math.round(x * 32768))) / 32768);
    for (const cuts of [[160 * 1000], [160 * 700, 160 * 1501, 160 * 2450], [160 * 12, 160 * 2000]]) {
      const want = await whole(cuts);
      expect(want.length).to.be.above(5);
      expect(await inParts(bytes, cuts), `cut at ${cuts.join(', ')}`).to.deep.equal(want);
    }
  });

  it('are counted at the rate of the model, whatever that of the recording', async () => {
    const slow = recording.filter((_, i) => i % 2 === 0);
    const resampler = new Resampler(8000, 16000);
    const fast = concat([resampler.process(slow), resampler.flush()]);
    const float = (samples: Float32Array, rate: number): Uint8Array =>
      wav({ data: new Uint8Array(samples.slice().buffer), code: 3, bits: 32, rate });
    const cuts = [160 * 1000];
    expect(await inParts(float(slow, 8000), cuts)).to.deep.equal(await inParts(float(fast, 16000), cuts));
  });

  it('begin on a frame, and end behind their beginning', async () => {
    const bytes = wav({ data: s16(recording.subarray(0, 16000)) });
    for (const part of [
      { from: 1, to: 160 },
      { from: 160, to: 160 },
      { from: -160, to: 160 },
      { from: 0, to: 161 },
    ])
      await rejects((async () => segmentsOf(engine.open(bytes, { part })))(), 'OPTION_INVALID');
  });
});
