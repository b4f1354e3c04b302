import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { ADDITIONS, G2p, Lexicon, PHONES, standardLexicon } from '../../src/lexicon/index.js';
import { codeOf } from '../support/errors.js';
import { ROOT } from '../support/shared.js';

describe('Lexicon', () => {
  const lexicon = Lexicon.standard();
  const said = (word: string): string[] => lexicon.pronounce(word).map((p) => p.join(' '));

  it('holds CMUdict without stress', () => {
    expect(lexicon.size).to.be.above(120_000);
    expect(said('read')).to.deep.equal(['R EH D', 'R IY D']);
    expect(said('sympathy')).to.deep.equal(['S IH M P AH TH IY']);
    for (const p of lexicon.pronounce('the')[0]) expect(PHONES).to.include(p);
  });

  it('derives regular endings and beginnings, and leaves the rest to G2P', () => {
    expect(said("zebra's")).to.deep.equal(['Z IY B R AH Z']);
    expect(said('stammered')).to.deep.equal(['S T AE M ER D']);
    expect(said('bonnets')).to.deep.equal(['B AA N AH T S']);
    expect(said('unselfish')).to.deep.equal(['AH N S EH L F IH SH']);
    expect(said('xqzv')).to.deep.equal([]);
    expect(lexicon.lookup('waistcoat').source).to.equal('none');
    const guessing = Lexicon.standard({ g2p: G2p.load(resolve(ROOT, 'lexicon/g2p.bin.br')) });
    expect(guessing.lookup('waistcoat').source).to.equal('guessed');
    expect(guessing.lookup('waistcoat', 3).pronunciations.map((p) => p.join(' '))).to.include('W EY S T K OW T');
    expect(guessing.lookup("zebra's").source).to.equal('derived');
  });

  it('reads additions, naming the line that is wrong', () => {
    const directory = mkdtempSync(resolve(tmpdir(), 'hearken-lexicon-'));
    const path = resolve(directory, 'words.tsv');
    try {
      writeFileSync(path, '# ours\nhearken\tHH AA R K AH N\n');
      expect(Lexicon.standard({ additions: path }).pronounce('hearken')[0].join(' ')).to.equal('HH AA R K AH N');
      writeFileSync(path, 'hearken\tHH AA R QQ\n');
      expect(codeOf(() => Lexicon.standard({ additions: path }))).to.equal('LEXICON_FORMAT');
      writeFileSync(path, ';;; of PocketSphinx\nquokka  K W AA1 K AH0\nquokka(2) K W AO1 K AH0 # rare\n');
      expect(
        Lexicon.standard({ additions: path })
          .pronounce('quokka')
          .map((p) => p.join(' ')),
      ).to.deep.equal(['K W AA K AH', 'K W AO K AH']);
      writeFileSync(path, 'hearken\n');
      expect(() => Lexicon.standard({ additions: path })).to.throw(/words\.tsv:1/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('knows which pronunciations are said how often', () => {
    const standard = standardLexicon(ADDITIONS);
    const costs = (word: string): number[] => standard.pronounce(word).map((p) => standard.costOf(word, p));
    expect(Math.min(...costs('the'))).to.equal(0);
    expect(Math.max(...costs('the'))).to.be.above(0);
    expect(standard.costOf('the', ['T'])).to.equal(0);
    const directory = mkdtempSync(resolve(tmpdir(), 'hearken-lexicon-'));
    try {
      writeFileSync(resolve(directory, 'costs.tsv'), 'a\tAH\tx\n');
      expect(() => Lexicon.standard({ costs: resolve(directory, 'costs.tsv') })).to.throw(/costs\.tsv:1/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('answers any additions file with entries or a typed error', () => {
    const piece = fc.constantFrom('word', '\t', ' ', '\n', 'AA', 'K', 'QQ', '#', '\r', '\0', '__proto__', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          new Lexicon().addDictionary(pieces.join(''), 'words');
        } catch (error) {
          if (!(error instanceof HearkenError && error.code === 'LEXICON_FORMAT')) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
