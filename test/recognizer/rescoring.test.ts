import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { manifest, withClips } from '../../bench/scores.js';
import { Engine, type Segment, type TranscribeOptions } from '../../src/index.js';
import { DEFAULT_MODEL } from '../../src/package/index.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../../src/scoring/index.js';
import { rejects } from '../support/errors.js';
import { DATA, ROOT, sharedOrSkip } from '../support/shared.js';

const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');
const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');

async function finals(engine: Engine, path: string, options: TranscribeOptions): Promise<Segment[]> {
  const out: Segment[] = [];
  for await (const { channel: _, ...r } of engine.transcribe(path, options)) if (r.type === 'final') out.push(r);
  return out;
}

describe('rescoring by the recurrent model', function () {
  this.timeout(240_000);
  let engine: Engine;
  before(async () => {
    engine = await Engine.load({ workers: 2 });
  });
  after(() => engine.close());

  it('makes fewer errors on real speech', async function () {
    sharedOrSkip(this, 'speech/librispeech-dev.tar');
    const clips = manifest('librispeech', 'dev').filter((_, i) => i % 8 === 0);
    const errors = await withClips('librispeech', 'dev', (directory) =>
      Promise.all(
        [false, true].map(async (rescore) => {
          const scores = [];
          for (const { id, text } of clips) {
            const heard = await finals(engine, resolve(directory, `${id}.opus`), { rescore });
            scores.push(scoreOf(align(scoringWords(text), scoringWords(heard.map((s) => s.text).join(' ')))));
          }
          return wordErrorRate(addScores(scores));
        }),
      ),
    );
    expect(errors[1]).to.be.below(errors[0]);
  });

  it('finals of a stream with partial results are those of one without, and corrections are marked', async () => {
    const once = await finals(engine, SAMPLE, { rescore: false });
    const twice = await finals(engine, SAMPLE, {});
    expect(twice).to.not.deep.equal(once); // other confidences at least
    const live = await finals(engine, SAMPLE, { partials: true });
    for (const segment of live) delete segment.corrected;
    expect(live).to.deep.equal(twice);
    const plain = await finals(engine, SAMPLE, { partials: true, rescore: false });
    expect(plain).to.deep.equal(once);
    expect(plain.some((s) => s.corrected)).to.equal(false);
  });

  it('gives times, confidences and alternatives of the second hearing', async () => {
    const { least = 0, most = 1 } = engine.card.confidence ?? {};
    for (const path of [SAMPLE, SHORT]) {
      for (const { words, alternatives } of await finals(engine, path, { alternatives: 3 })) {
        let at = 0;
        for (const { start, end, confidence } of words) {
          expect(start).to.be.at.least(at);
          expect(end).to.be.above(start);
          expect(confidence).to.be.within(least, most);
          at = end;
        }
        for (const { cost } of alternatives ?? []) expect(cost).to.be.at.least(0);
      }
    }
  });

  describe('in a package', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(resolve(tmpdir(), 'hearken-'));
      cpSync(DEFAULT_MODEL, directory, { recursive: true });
    });
    afterEach(() => rmSync(directory, { recursive: true }));

    const change = (edit: (card: { recurrentLm?: object; checksums: Record<string, string> }) => void): void => {
      const path = resolve(directory, 'card.json');
      const card = JSON.parse(readFileSync(path, 'utf8'));
      edit(card);
      writeFileSync(path, JSON.stringify(card));
    };

    it('is optional', async () => {
      change((card) => delete card.recurrentLm);
      await using without = await Engine.load({ model: directory, workers: 1 });
      expect(await finals(without, SHORT, {})).to.deep.equal(await finals(engine, SHORT, { rescore: false }));
    });

    it('is refused where its files do not fit', async () => {
      const words = resolve(directory, 'recurrent-words.txt');
      writeFileSync(words, readFileSync(words, 'utf8').replace('\n', '\nonemore\n'));
      await rejects(Engine.load({ model: directory }), 'MODEL_CHECKSUM');
      change((card) => delete card.checksums['recurrent-words.txt']);
      await rejects(Engine.load({ model: directory }), 'MODEL_FILE');
      change((card) => delete card.checksums['recurrent-lm.onnx']);
      writeFileSync(resolve(directory, 'recurrent-lm.onnx'), 'no network');
      await rejects(Engine.load({ model: directory }), 'MODEL_FILE');
    });
  });
});
