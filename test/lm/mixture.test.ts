import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HearkenError } from '../../src/errors.js';
import {
  type BackoffModel,
  NgramLm,
  perplexityOf,
  rankWords,
  readTexts,
  trainMixture,
  vocabularyOf,
  writeArpa,
} from '../../src/lm/index.js';
import { randomModel, WORDS } from '../support/random-lm.js';

describe('mixtures of texts and models', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hearken-mixture-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  after(() => rmSync(directory, { recursive: true }));

  const text = file('text.txt', 'gnu ant gnu ant\nant gnu\n'.repeat(20));
  const empty = file('empty.txt', '');
  const tune = file('tune.txt', 'ant gnu ant\nant bee cat dog\ndog eel\nfox ant bee\n');
  const arpa = file('model.arpa', [...writeArpa(randomModel(500), vocabularyOf(WORDS))].join('\n'));
  const odd = file(
    'odd.arpa',
    '\\data\\\nngram 1=5\n\\1-grams:\n-1 </s>\n-1 ant\n-1 b.\n-1 e-mail\n-1 <unk>\n\\end\\\n',
  );
  const silent = (): void => undefined;

  it('join the words of both, and foretell better than the text alone', async () => {
    const { sources, heldOut } = await readTexts({ texts: [text, empty, arpa], exclude: [], tune: [tune] }, silent);
    const words = rankWords(sources, heldOut)
      .map(([word]) => word)
      .sort();
    expect(words).to.deep.equal([...WORDS, 'gnu'].sort());
    const { model, weights } = trainMixture(sources, words, 2, [0], heldOut);
    expect(weights).to.have.length(2);
    expect(weights[1]).to.be.within(0.3, 0.95);
    const ids = new Map(vocabularyOf(words).map((w, i) => [w, i]));
    const perplexity = (m: BackoffModel): number => perplexityOf(NgramLm.fromBackoff(m), ids, heldOut).perplexity;
    const alone = trainMixture(sources.slice(0, 1), words, 2, [0], heldOut).model;
    expect(perplexity(model)).to.be.below(0.9 * perplexity(alone));
  });

  it('take words as texts have them only', async () => {
    const { sources, heldOut } = await readTexts({ texts: [odd, text], exclude: [], tune: [tune] }, silent);
    expect(rankWords(sources, heldOut).map(([word]) => word)).to.have.members(['ant', 'gnu']);
  });

  it('of texts without words are models without words', async () => {
    const { sources, heldOut } = await readTexts({ texts: [empty, empty], exclude: [], tune: [tune] }, silent);
    expect(rankWords(sources, heldOut)).to.deep.equal([]);
    expect(trainMixture(sources, [], 2, [0], heldOut).weights).to.deep.equal([1]);
  });

  it('need sentences to weigh them on', async () => {
    const failure = await readTexts({ texts: [text, arpa], exclude: [], tune: [] }, silent).catch((e: unknown) => e);
    expect(failure).to.be.instanceOf(HearkenError).with.property('code', 'OPTION_INVALID');
  });
});
