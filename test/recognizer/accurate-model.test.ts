import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { manifest, withClips } from '../../bench/scores.js';
import { Engine, type Segment, type TranscribeOptions } from '../../src/index.js';
import { standardLexicon } from '../../src/lexicon/index.js';
import { compileGrammar, findModel, readCard } from '../../src/package/index.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../../src/scoring/index.js';
import { samplesOf } from '../support/audio.js';
import { DATA, ROOT, sharedOrSkip } from '../support/shared.js';

const CLIPS = [resolve(ROOT, 'examples/data/sample.wav'), resolve(DATA, 'libri-3526-176653-0051.wav')];
const TEXT = 'said the little fellow panting in sympathy';

async function finals(engine: Engine, input: string, options: TranscribeOptions = {}): Promise<Segment[]> {
  const out: Segment[] = [];
  for await (const { channel: _, ...r } of engine.transcribe(input, options)) if (r.type === 'final') out.push(r);
  return out;
}

describe('the accurate model', function () {
  this.timeout(240_000);
  let engine: Engine;
  before(async () => {
    engine = await Engine.load({ model: 'en', workers: 1 });
  });
  after(() => engine.close());

  it('transcribes a real clip word for word, with ordered times inside the audio and confidences', async () => {
    const [segment] = await finals(engine, CLIPS[1]);
    expect(segment.text).to.equal(TEXT);
    let at = 0;
    for (const { start, end, confidence } of segment.words) {
      expect(start).to.be.at.least(at);
      expect(end).to.be.above(start);
      expect(confidence).to.be.within(0, 1);
      at = end;
    }
  });

  it('live audio in any pieces, with partial results: the words and times of the file', async () => {
    for (const clip of CLIPS) {
      const want = await finals(engine, clip);
      const samples = await samplesOf(clip);
      for (const size of [160, 1600, 7919]) {
        const stream = engine.createStream({ partials: true });
        const got: Segment[] = [];
        const reading = (async () => {
          for await (const { channel: _, ...r } of stream) if (r.type === 'final') got.push(r);
        })();
        for (let at = 0; at < samples.length; at += size) await stream.accept(samples.subarray(at, at + size));
        await stream.finish();
        await reading;
        for (const segment of got) delete segment.corrected;
        expect(got).to.deep.equal(want);
      }
    }
  });

  it('makes far fewer errors than its first pass on real speech', async function () {
    sharedOrSkip(this, 'speech/speechocean762-dev.tar');
    const clips = manifest('speechocean762', 'dev').filter((_, i) => i % 12 === 0);
    const [second, first] = await withClips('speechocean762', 'dev', async (directory) => {
      const rates = [];
      for (const secondPass of [true, false]) {
        const scores = [];
        for (const { id, text } of clips) {
          const segments = await finals(engine, resolve(directory, `${id}.opus`), { secondPass });
          scores.push(scoreOf(align(scoringWords(text), scoringWords(segments.map((s) => s.text).join(' ')))));
        }
        rates.push(wordErrorRate(addScores(scores)));
      }
      return rates;
    });
    expect(second).to.be.below(0.85 * first);
  });

  it('phrases and new words reach the second pass', async () => {
    const newWords = [{ text: 'phelo', pronunciations: ['F EH1 L OW0'], like: 'fellow' }];
    const phrases = [{ text: 'little phelo', boost: 12 }];
    const [segment] = await finals(engine, CLIPS[1], { newWords, phrases });
    expect(segment.text).to.equal(TEXT.replace('fellow', 'phelo'));
  });

  it('a grammar made from it: the second pass runs, and its confidences are not those of dictation', async () => {
    const dir = mkdtempSync(resolve(tmpdir(), 'hearken-grammar-'));
    try {
      writeFileSync(resolve(dir, 'little.gram'), `#JSGF V1.0; grammar g; public <g> = ${TEXT};`);
      const out = resolve(dir, 'little');
      compileGrammar({
        ...{ grammar: resolve(dir, 'little.gram'), base: findModel('en'), out },
        lexicon: standardLexicon(),
      });
      const card = readCard(out);
      expect(card.secondPass?.file).to.equal('second-pass.onnx');
      expect(card.secondPass?.confidence).to.equal(undefined);
      await using own = await Engine.load({ model: out, workers: 1 });
      const [alone] = await finals(own, CLIPS[1]);
      expect(alone.text).to.equal(TEXT);
      await using both = await Engine.load({ model: 'en', grammars: { little: out }, workers: 1 });
      expect(await finals(both, CLIPS[1], { grammar: 'little' })).to.deep.equal([alone]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
