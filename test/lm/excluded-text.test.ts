import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { sentences, TextStore } from '../../src/lm/index.js';
import { sharedOrSkip } from '../support/shared.js';

const TEXTS = ['commonvoice-prompts', 'novels', 'conversations', 'dialogues'];
/** Of each text but with HEARKEN_ALL_TEXT=1, which goes through all of them in about two minutes. */
const BYTES = 4 << 20;

describe('text of the language model', function () {
  this.timeout(600_000);

  it('holds no sentence of a dev or test transcript', function () {
    const texts = sharedOrSkip(this, 'text');
    const manifest = readFileSync(sharedOrSkip(this, 'speech/manifest.tsv'), 'utf8').split('\n').slice(1);
    const heldOut = new Set(
      manifest
        .map((line) => line.split('\t'))
        .filter((row) => row.length > 5 && row[2] !== 'train')
        .flatMap((row) => sentences(row[5]).map((s) => s.join(' '))),
    );
    expect(heldOut.size).to.be.above(900);
    let met = 0;
    for (const name of TEXTS) {
      const { stdout } = spawnSync('xz', ['-dc', resolve(texts, `${name}.txt.xz`)], { maxBuffer: 1 << 30 });
      const text = process.env.HEARKEN_ALL_TEXT === '1' ? stdout : stdout.subarray(0, BYTES);
      const store = new TextStore(heldOut);
      for (const line of text.toString().split('\n')) store.addLine(line);
      met += store.excluded;
      console.log(
        `      ${name}: ${store.sentences} sentences kept, ${store.excluded} of dev and test transcripts left out`,
      );
      // What is kept, read back as the estimation reads it.
      const words = store.frequencies().map(([word]) => word);
      const ids = new Map(words.map((word, i) => [word, i + 4]));
      let sentence: string[] = [];
      for (const piece of store.tokens(ids))
        for (const id of piece) {
          if (id >= 4) sentence.push(words[id - 4]);
          if (id !== 2) continue;
          if (heldOut.has(sentence.join(' '))) expect.fail(`${name} keeps "${sentence.join(' ')}"`);
          sentence = [];
        }
    }
    expect(met).to.be.above(100); // the texts do hold such sentences
  });
});
