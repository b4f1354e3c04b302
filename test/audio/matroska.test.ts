import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { mixDown, openAudio } from '../../src/audio/index.js';
import { framesOf } from '../../src/audio/matroska.js';
import { codeOf } from '../support/errors.js';
import { DATA } from '../support/shared.js';

const WEBM = readFileSync(resolve(DATA, 'tone.webm'));
const bytes = (frames: Uint8Array[]): number[][] => frames.map((f) => [...f]);

async function samples(input: Uint8Array): Promise<{ count: number; warnings: string[] }> {
  const { chunks, warnings } = await openAudio(input);
  let count = 0;
  for await (const planes of chunks) count += mixDown(planes).length;
  return { count, warnings };
}

describe('WebM', () => {
  it('blocks hold frames laced in any way', () => {
    const head = [0x81, 0, 0];
    expect(bytes(framesOf(Uint8Array.of(...head, 0, 7, 8, 9), 1))).to.deep.equal([[7, 8, 9]]);
    expect(framesOf(Uint8Array.of(...head, 0, 7), 2)).to.deep.equal([]);
    // Xiph: sizes 2 and 256, the rest is the last.
    const long = new Array<number>(256).fill(5);
    expect(bytes(framesOf(Uint8Array.of(...head, 2, 2, 2, 255, 1, 1, 2, ...long, 9), 1))).to.deep.equal([
      [1, 2],
      long,
      [9],
    ]);
    expect(bytes(framesOf(Uint8Array.of(...head, 4, 2, 1, 2, 3, 4, 5, 6), 1))).to.deep.equal([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    // EBML: 2, then one more (bias 63), the rest is the last.
    expect(bytes(framesOf(Uint8Array.of(...head, 6, 2, 0x82, 0xc0, 1, 2, 3, 4, 5, 6), 1))).to.deep.equal([
      [1, 2],
      [3, 4, 5],
      [6],
    ]);
    for (const bad of [[], [0x81], [0x81, 0, 0], [...head, 2], [...head, 2, 1, 9], [...head, 6, 1, 0xff]])
      expect(
        codeOf(() => framesOf(Uint8Array.from(bad), 1)),
        String(bad),
      ).to.equal('AUDIO_HEADER');
  });

  it('streams without sizes, and cut off, give what they hold', async () => {
    const whole = await samples(WEBM);
    expect(whole.count).to.be.above(10_000);
    // A live recording: segment and clusters do not say how long they are.
    const live = Uint8Array.from(WEBM);
    const segment = WEBM.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]));
    live.fill(0xff, segment + 5, segment + 12);
    live[segment + 4] = 0x01;
    expect(await samples(live)).to.deep.equal(whole);
    const cut = await samples(WEBM.subarray(0, WEBM.length >> 1));
    expect(cut.count).to.be.within(1000, whole.count - 1000);
    expect(cut.warnings.join()).to.include('input ends inside');
  });
});
