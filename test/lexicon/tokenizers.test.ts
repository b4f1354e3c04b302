import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { HearkenError } from '../../src/errors.js';
import { PieceSpelling, TokenizedSpelling } from '../../src/lexicon/piece-spelling.js';
import { sentencePieceTokenizer } from '../../src/lexicon/sentencepiece.js';
import type { Tokenizer } from '../../src/lexicon/tokenizer.js';
import { tokenizerOfJson } from '../../src/lexicon/tokenizer-json.js';
import { codeOf } from '../support/errors.js';
import { ProtobufWriter } from '../support/protobuf-writer.js';
import { DATA } from '../support/shared.js';

const bytesOf = (file: string): Uint8Array => readFileSync(resolve(DATA, 'tokenizers', file));
const textOf = (file: string): string => readFileSync(resolve(DATA, 'tokenizers', file), 'utf8');

/** Words and the piece numbers that the reference gives them; undefined where it gives the unknown piece. */
function expectations(file: string): [string, number[] | undefined][] {
  const lines = textOf(file).trimEnd().split('\n');
  return lines.map((line) => {
    const [word, ids] = line.split('\t');
    return [word, ids === 'unk' ? undefined : ids.split(' ').map(Number)];
  });
}

function compare(tokenizer: Tokenizer, file: string): void {
  const all = expectations(file);
  expect(all.length).to.be.above(300);
  for (const [word, ids] of all) expect(tokenizer.encode(word), word).to.deep.equal(ids);
}

describe('sentencePieceTokenizer', () => {
  for (const kind of ['unigram', 'bpe', 'char', 'word'])
    it(`cuts words as SentencePiece does, ${kind}`, () => {
      compare(sentencePieceTokenizer(bytesOf(`${kind}.model`), kind), `${kind}.tsv`);
    });

  it('refuses damaged models with MODEL_FILE', () => {
    const whole = bytesOf('unigram.model');
    expect(codeOf(() => sentencePieceTokenizer(new Uint8Array(0), 'm'))).to.equal('MODEL_FILE');
    expect(codeOf(() => sentencePieceTokenizer(whole.subarray(0, 1001), 'm'))).to.equal('MODEL_FILE');
    const piece = new ProtobufWriter().bytes(1, '▁a').float(2, -1);
    const odd = new ProtobufWriter().bytes(1, piece).bytes(2, new ProtobufWriter().integer(3, 9)).done();
    expect(codeOf(() => sentencePieceTokenizer(odd, 'm'))).to.equal('MODEL_FILE');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(whole);
        changed[at] = byte;
        expect(codeOf(() => sentencePieceTokenizer(changed, 'm').encode('words'))).to.be.oneOf([
          undefined,
          'MODEL_FILE',
        ]);
      }),
      { numRuns: 200 },
    );
  });
});

/** What the tests change in bpe.json. */
interface BpeFile {
  pre_tokenizer: unknown;
  model: { type: string; vocab: Record<string, number> };
}

describe('tokenizerOfJson', () => {
  for (const kind of ['unigram', 'bpe', 'wordlevel'])
    it(`cuts words as Hugging Face's tokenizers do, ${kind}`, () => {
      compare(tokenizerOfJson(textOf(`${kind}.json`), kind), `${kind}.json.tsv`);
    });

  it('refuses what it does not know, by name', () => {
    const changed = (change: (json: BpeFile) => void): string => {
      const json = JSON.parse(textOf('bpe.json')) as BpeFile;
      change(json);
      return JSON.stringify(json);
    };
    const messageOf = (text: string): string => {
      try {
        tokenizerOfJson(text, 't.json');
      } catch (error) {
        expect((error as HearkenError).code).to.equal('LEXICON_FORMAT');
        return (error as HearkenError).message;
      }
      return '';
    };
    expect(messageOf(changed((j) => (j.pre_tokenizer = { type: 'ByteLevel' })))).to.include('ByteLevel');
    expect(messageOf(changed((j) => (j.model.type = 'WordPiece')))).to.include('model.type');
    expect(messageOf(changed((j) => (j.model.vocab['▁the'] = -1)))).to.include('▁the');
    expect(messageOf(changed((j) => (j.model.vocab['▁the'] = 0)))).to.include('have the number 0');
    expect(messageOf('{')).to.match(/^t\.json: /);
  });
});

describe('TokenizedSpelling', () => {
  it('spells a word as the tokenizer cuts it, and none that the pieces cannot write', () => {
    const spelling = new TokenizedSpelling(sentencePieceTokenizer(bytesOf('unigram.model'), 'm'));
    const [[word, ids]] = expectations('unigram.tsv');
    expect(spelling.spell(word)).to.deep.equal([ids]);
    expect(spelling.spell(word.toUpperCase())).to.deep.equal([ids]);
    expect(spelling.spell('日本')).to.deep.equal([]);
    expect(spelling.spell('')).to.deep.equal([]);
  });
});

describe('PieceSpelling', () => {
  for (const kind of ['unigram', 'bpe'])
    it(`of a ${kind} table without scores finds the trained segmentation of nearly every word`, () => {
      const { units } = sentencePieceTokenizer(bytesOf(`${kind}.model`), kind);
      const spelling = new PieceSpelling(units);
      let found = 0;
      let words = 0;
      for (const [word, ids] of expectations(`${kind}.tsv`)) {
        if (!ids || !/^[a-z']+$/.test(word)) continue;
        const ways = spelling.spell(word).map((way) => way.join(' '));
        expect(new Set(ways).size).to.equal(ways.length);
        expect(ways.length).to.be.within(1, 4);
        words++;
        if (ways.includes(ids.join(' '))) found++;
      }
      expect(found).to.be.at.least(0.99 * words);
    });

  it('writes each way back as the word', () => {
    const { units } = sentencePieceTokenizer(bytesOf('bpe.model'), 'm');
    for (const way of new PieceSpelling(units).spell('recognition'))
      expect(way.map((id) => units[id]).join('')).to.equal('▁recognition');
  });

  it('never writes names in angle brackets or empty names', () => {
    expect(new PieceSpelling(['<blk>', '', '▁', '<', 'a', '>', '<a>']).spell('<a>')).to.deep.equal([[2, 3, 4, 5]]);
  });
});
