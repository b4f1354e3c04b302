import { expect } from 'chai';
import fc from 'fast-check';
import type { AcousticModel } from '../../src/acoustic/index.js';
import type { Search } from '../../src/decoder/index.js';
import { pieces, SecondPass } from '../../src/recognizer/second-pass.js';
import { SegmentAudio } from '../../src/recognizer/segment-audio.js';

const FRAME = 4;

/** A model of one column whose row is the sum of a frame's samples. */
const sums = (maxSeconds: number): AcousticModel => ({
  sampleRate: 1,
  columns: 1,
  frameSeconds: FRAME,
  frameShift: 1,
  latencyFrames: 0,
  streaming: false,
  maxSeconds,
  open() {
    let all: number[] = [];
    return {
      position: 0,
      async accept(samples) {
        all = [...all, ...samples];
        return [];
      },
      async finish() {
        const rows = Array.from({ length: Math.ceil(all.length / FRAME) }, (_, r) =>
          all.slice(FRAME * r, FRAME * (r + 1)).reduce((a, b) => a + b, 0),
        );
        return [Float32Array.from(rows)];
      },
      reset: () => undefined,
      skip: () => undefined,
    };
  },
});

/** A search that only keeps its rows. */
class Rows implements Search {
  rows: number[] = [];
  get frames(): number {
    return this.rows.length;
  }
  start(): void {
    this.rows = [];
  }
  advance(rows: Float32Array): void {
    this.rows.push(...rows);
  }
  bestPath = (): never => expect.fail();
  stableLabels = (): never => expect.fail();
  relativeCost = (): never => expect.fail();
  lattice = (): never => expect.fail();
}

describe('SecondPass', () => {
  it('gives the search one row per frame of the segment, however its audio came and however long it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 60, max: 90 }),
        async (values, segment, maxFrames) => {
          const audio = new SegmentAudio(100);
          for (let at = 0; at < values.length; at += 7) audio.accept(Float32Array.from(values.slice(at, at + 7)));
          const from = Math.min(segment * FRAME, FRAME * Math.floor((values.length - 1) / FRAME));
          audio.dropBefore(100 + from);
          const search = new Rows();
          const pass = new SecondPass(sums(maxFrames * FRAME), audio, search);
          const frames = Math.ceil((values.length - from) / FRAME);
          await pass.run(100 + from, frames);
          const expected = Array.from({ length: frames }, (_, f) =>
            values.slice(from + f * FRAME, from + (f + 1) * FRAME).reduce((a, b) => a + b, 0),
          );
          expect(search.rows).to.deep.equal(expected);
        },
      ),
    );
  });

  it('refuses a model that gives another number of rows', async () => {
    const audio = new SegmentAudio();
    audio.accept(new Float32Array(40));
    const model = { ...sums(1000), open: () => ({ ...sums(1000).open(), finish: async () => [new Float32Array(3)] }) };
    const error = await new SecondPass(model, audio, new Rows()).run(0, 10).catch((e: unknown) => e);
    expect(error).to.include({ code: 'MODEL_CARD' });
  });
});

describe('pieces of a segment', () => {
  it('cover it without gap or overlap, none above the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 60, max: 300 }), (length, maxFrames) => {
        let at = 0;
        for (const { begin, end } of pieces(new Float32Array(length), FRAME, maxFrames)) {
          expect(begin).to.equal(at);
          expect(end - begin).to.be.within(1, maxFrames * FRAME);
          at = end;
        }
        expect(at).to.equal(length);
      }),
    );
  });

  it('are cut where it is quietest', () => {
    const samples = new Float32Array(150 * FRAME).fill(1);
    samples.fill(0, 80 * FRAME, 84 * FRAME);
    expect([...pieces(samples, FRAME, 100)].map((p) => p.end / FRAME)).to.deep.equal([82, 150]);
  });
});
