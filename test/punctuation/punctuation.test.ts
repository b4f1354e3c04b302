import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Engine } from '../../src/index.js';
import { evaluate, PunctuationTrainer, Punctuator, stretches, tokensOf } from '../../src/punctuation/index.js';
import { masked } from '../../src/written/index.js';
import { hearken } from '../support/cli.js';
import { random } from '../support/random-fst.js';
import { ROOT } from '../support/shared.js';

const SAMPLE = resolve(ROOT, 'examples/data/sample.wav');

describe('punctuation', function () {
  this.timeout(60_000);
  const shipped = Punctuator.shipped();
  const add = (text: string): string =>
    shipped
      .punctuate(text.split(' '))
      .map((w) => w.text + w.mark)
      .join(' ');

  it('reads written text as words and the marks behind them', () => {
    const read = tokensOf('Mr. Smith paid $25, didn’t he? "Yes!" said Ann; e.g. twice…');
    expect(read.map((t) => t.word + ['', ',', '.', '?'][t.mark]).join(' ')).to.equal(
      "mister smith paid twenty five dollars, didn't he? yes. said ann. e g twice.",
    );
    expect(read.map((t) => t.form).filter(Boolean)).to.include.members(['Smith', "didn't", 'Yes', 'Ann']);
  });

  it('is added to words alone', () => {
    expect(add('how are you')).to.equal('How are you?');
    expect(add('thank you very much')).to.equal('Thank you very much.');
    expect(add("what's your name i'm from london")).to.match(/^What's your name\? I'm from London\.?$/);
    expect(shipped.punctuate([])).to.deep.equal([]);
    // A sentence that goes on has no capital.
    expect(shipped.punctuate(['and', 'then'], true)[0].text).to.equal('and');
  });

  it('never changes a word but for its capitals', () => {
    const next = random(3);
    const words = 'the of i you london what is it going monday yes please where'.split(' ');
    for (let trial = 0; trial < 200; trial++) {
      const said = Array.from({ length: 1 + Math.floor(next() * 30) }, () => words[Math.floor(next() * words.length)]);
      expect(shipped.punctuate(said).map((w) => w.text.toLowerCase())).to.deep.equal(said);
    }
  });

  it('is learnt from text, and its file is checked', () => {
    const lines = Array.from({ length: 400 }, (_, i) =>
      i % 2 ? 'Where is my cat? It went to Paris.' : 'Well, I like my dog. He likes Paris, too.',
    );
    const tokens = lines.flatMap(tokensOf);
    const trainer = new PunctuationTrainer();
    for (const stretch of stretches(tokens, random(1))) trainer.learn(stretch);
    const dir = mkdtempSync(resolve(tmpdir(), 'hearken-punctuation-'));
    try {
      writeFileSync(resolve(dir, 'model.br'), trainer.result().toBytes());
      const learnt = Punctuator.load(resolve(dir, 'model.br'));
      const figures = evaluate(learnt, stretches(tokens, random(2)));
      expect(figures.marks.any.f1).to.be.above(0.95);
      expect(figures.capitals).to.be.above(0.98);
      writeFileSync(resolve(dir, 'bad.br'), 'no model');
      expect(() => Punctuator.load(resolve(dir, 'bad.br'))).to.throw('bad.br');
      expect(() => Punctuator.load(resolve(dir, 'none.br'))).to.throw('no punctuation model');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('comes with segments, their times kept, and leaves the words alone', async () => {
    await using engine = await Engine.load({ workers: 1 });
    const texts: string[] = [];
    for await (const r of engine.transcribe(SAMPLE, { punctuation: true })) {
      if (r.type !== 'final') continue;
      expect(r.text).to.equal(r.text.toLowerCase());
      expect(r.written?.map((p) => [p.start, p.end])).to.deep.equal(r.words.map((w) => [w.start, w.end]));
      texts.push((r.written ?? []).map((p) => p.text).join(' '));
    }
    expect(texts.join(' ')).to.match(/^He knew every line in that sharp profile\.$/);
    const { out } = hearken('transcribe', SAMPLE, '--punctuate');
    expect(out).to.match(/^He knew every line/);
  });

  it('and profane words can be masked', () => {
    expect(['shitty', 'class', 'pass', 'cocktail', 'Bitch', 'dickens'].map(masked)).to.deep.equal([
      's*****',
      'class',
      'pass',
      'cocktail',
      'B****',
      'dickens',
    ]);
  });
});
