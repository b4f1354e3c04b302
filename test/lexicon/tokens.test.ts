import { expect } from 'chai';
import { CharacterSpelling, formsOf, letterCaseOf } from '../../src/lexicon/spelling.js';
import { blankByName, readTokens, readVocabulary } from '../../src/lexicon/tokens.js';
import { codeOf } from '../support/errors.js';

describe('readTokens', () => {
  it('reads units and numbers in any order, the space as a line without a name', () => {
    expect(readTokens('<blk> 0\n▁THE 2\nS 1\n', 't')).to.deep.equal(['<blk>', 'S', '▁THE']);
    expect(readTokens('a\t1\r\n  0\r\n', 't')).to.deep.equal([' ', 'a']);
    expect(readTokens('0\nb 1\n', 't')).to.deep.equal([' ', 'b']);
    expect(readTokens('1 0\n2 1\n', 't')).to.deep.equal(['1', '2']);
    expect(readTokens('a 0\nc 2\n', 't')).to.deep.equal(['a', '', 'c']);
  });

  it('refuses lines without a number, numbers taken twice, and numbers far beyond the units', () => {
    for (const text of ['', '\n', 'a b\n', 'a -1\n', 'a 0\nb 0\n', 'a 0\nb 4000000000\n'])
      expect(
        codeOf(() => readTokens(text, 't')),
        text,
      ).to.equal('LEXICON_FORMAT');
    expect(() => readTokens('a 0\nb\n', 'tokens.txt')).to.throw('tokens.txt:2');
  });
});

describe('readVocabulary', () => {
  it('reads units by number', () => {
    expect(readVocabulary('{"<pad>":0,"E":2,"|":1}', 'v')).to.deep.equal(['<pad>', '|', 'E']);
  });

  it('refuses other JSON', () => {
    for (const text of ['', '[]', '{}', '{"a":-1}', '{"a":"b"}', '{"a":0,"b":0}', '{"a":1e9}'])
      expect(
        codeOf(() => readVocabulary(text, 'v')),
        text,
      ).to.equal('LEXICON_FORMAT');
  });
});

describe('blankByName', () => {
  it('finds the blank of each toolkit, the surest name first', () => {
    expect(blankByName(['a', '<blk>'])).to.equal(1);
    expect(blankByName(['<pad>', 'a', '<blank>'])).to.equal(2);
    expect(blankByName(['<pad>', '|'])).to.equal(0);
    expect(blankByName(['a', 'b'])).to.equal(undefined);
  });
});

describe('CharacterSpelling', () => {
  it('spells words in the letters that the units have', () => {
    expect(new CharacterSpelling(['<pad>', '|', 'A', 'B', "'"]).spell("ab'a")).to.deep.equal([[2, 3, 4, 2]]);
    expect(new CharacterSpelling(['a', 'b', '<BLANK>']).spell('AB')).to.deep.equal([[0, 1]]);
    expect(new CharacterSpelling(['a', 'b', 'A']).spell('ab')).to.deep.equal([
      [0, 1],
      [2, 1],
    ]);
  });

  it('gives nothing for words with characters that are not units', () => {
    const spelling = new CharacterSpelling(['a', 'b']);
    expect(spelling.spell('abc')).to.deep.equal([]);
    expect(spelling.spell('')).to.deep.equal([]);
  });

  it('knows the letters by the units, not by the names of special ones', () => {
    expect(letterCaseOf(['<blk>', '▁THE', 'S'])).to.equal('upper');
    expect(letterCaseOf(['<UNK>', '[PAD]', '▁the'])).to.equal('lower');
    expect(letterCaseOf(['▁the', '▁The'])).to.equal('both');
    expect(formsOf('éa', 'both')).to.deep.equal(['éa', 'Éa']);
    expect(formsOf('', 'both')).to.deep.equal(['']);
  });
});
