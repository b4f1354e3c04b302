import { expect } from 'chai';
import fc from 'fast-check';
import { numberWords } from '../../src/lm/index.js';
import { written } from '../../src/written/index.js';

const write = (spoken: string): string =>
  written(spoken.split(' '))
    .map((w) => w.text)
    .join(' ');

describe('written forms', () => {
  it('of what people say with numbers', () => {
    for (const [spoken, text] of [
      ['there were twenty five of them', 'there were 25 of them'],
      ['one of the two', 'one of the two'],
      ['a hundred and one reasons', 'a hundred and one reasons'],
      ['three hundred and seven people', '307 people'],
      ['it costs five dollars', 'it costs $5'],
      ['twelve hundred dollars', '$1200'],
      ['nine dollars and ninety nine cents please', '$9.99 please'],
      ['two point five percent', '2.5%'],
      ['on march third nineteen eighty four', 'on March 3, 1984'],
      ['may the twenty third be fine', 'may the 23rd be fine'],
      ['meet me at five thirty p m', 'meet me at 5:30 p.m.'],
      ["it is eight o'clock", "it is 8 o'clock"],
      ['in twenty twenty six', 'in 2026'],
      ['in two thousand and nine', 'in 2009'],
      ['since nineteen oh five', 'since 1905'],
      ['the second and the thirteenth', 'the second and the 13th'],
      ['ten kilometers away', '10 km away'],
      ['call five five five one two three four', 'call 555-1234'],
      ['two million three hundred thousand and five', '2,300,005'],
      ['forty five thousand six hundred seventy eight', '45,678'],
      ['hello world', 'hello world'],
      ['', ''],
    ])
      expect(write(spoken), spoken).to.equal(text);
  });

  it('of every number from ten up are its digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 999_999_999 }), (n) => {
        expect(Number(write(numberWords(n)).replaceAll(',', ''))).to.equal(n);
      }),
      { numRuns: 200 },
    );
  });

  it('cover every word once, in order', () => {
    const word = fc.constantFrom(
      'one',
      'twenty',
      'hundred',
      'and',
      'point',
      'dollars',
      'p',
      'm',
      'first',
      'may',
      'oh',
      'zebra',
      'thousand',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 15 }), (words) => {
        let at = 0;
        for (const { begin, end, text } of written(words)) {
          expect(begin).to.equal(at);
          expect(end).to.be.above(begin);
          expect(text).to.not.equal('');
          at = end;
        }
        expect(at).to.equal(words.length);
      }),
      { numRuns: 100 },
    );
  });
});
