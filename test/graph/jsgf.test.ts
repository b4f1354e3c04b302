import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import type { VectorFst } from '../../src/fst/index.js';
import { grammarFst, grammarTags, parseJsgf } from '../../src/graph/index.js';
import { sentenceCost } from '../support/sentence-cost.js';

const HEADER = '#JSGF V1.0;\ngrammar test;\n';
const ids = new Map<string, number>();
const id = (word: string): number => {
  if (!ids.has(word)) ids.set(word, 4 + ids.size);
  return ids.get(word) as number;
};

/** Cost of a sentence, Infinity where the grammar does not allow it. */
const cost = (text: string, sentence: string): number => costIn(grammarFst(parseJsgf(HEADER + text), id), sentence);

const costIn = (fst: VectorFst, sentence: string): number =>
  sentenceCost(fst, sentence.split(' ').filter(Boolean).map(id));

const refusal = (text: string, options = {}): string => {
  try {
    grammarFst(parseJsgf(text, options), (word) => (word === 'zyx' ? undefined : id(word)));
  } catch (error) {
    if (error instanceof HearkenError && (error.code === 'GRAMMAR_FORMAT' || error.code === 'FST_LIMIT'))
      return error.message;
    throw error;
  }
  return 'none';
};

describe('JSGF grammars', () => {
  const COMMANDS = `
    // Lights and doors.
    public <command> = <polite> (<light> | open the door {open}) [please];
    <polite> = [could you | /3/ kindly];
    <light> = turn (on {on} | off {off}) the lights* ; /* any number of lights */
  `;

  it('allow their sentences and no others', () => {
    for (const [sentence, allowed] of [
      ['turn on the', true],
      ['turn off the lights lights please', true],
      ['kindly open the door', true],
      ['could you open the door please', true],
      ['open door', false],
      ['turn the lights', false],
      ['please', false],
      ['', false],
    ] as const)
      expect(Number.isFinite(cost(COMMANDS, sentence)), sentence).to.equal(allowed);
  });

  it('say the same words in ways whose weights drift apart', () => {
    const ways = 'public <x> = /3/ yes+ | (yes | no)+;';
    const [loop, choice] = [Math.LN2, Math.LN2];
    expect(cost(ways, 'yes yes yes')).to.be.closeTo(Math.log(4 / 3) + 3 * loop, 1e-3);
    expect(cost(ways, 'yes no')).to.be.closeTo(Math.log(4) + 2 * (loop + choice), 1e-3);
    expect(cost(ways, 'maybe')).to.equal(Number.POSITIVE_INFINITY);
  });

  it('that say one word in very many such ways are refused, not written out', () => {
    const ways = Array.from({ length: 700 }, (_, i) => `(yes no w${i})`).join(' | ');
    expect(refusal(`${HEADER}public <x> = /3/ yes+ | (yes | no)+ | ${ways};`)).to.match(/passed 200000 states/);
  });

  it('weigh alternatives', () => {
    const text = 'public <a> = /3/ yes | /1/ no | /0/ never;';
    expect(cost(text, 'yes')).to.be.closeTo(-Math.log(3 / 4), 1e-6);
    expect(cost(text, 'no')).to.be.closeTo(-Math.log(1 / 4), 1e-6);
    expect(cost(text, 'never')).to.equal(Number.POSITIVE_INFINITY);
    expect(cost('public <a> = very* good;', 'very very good')).to.be.closeTo(3 * Math.LN2, 1e-6);
    expect(cost('public <a> = one; public <b> = two;', 'two')).to.be.closeTo(Math.LN2, 1e-6);
  });

  it('give the tags of what was said', () => {
    const grammar = parseJsgf(HEADER + COMMANDS);
    expect(grammarTags(grammar, 'kindly turn off the lights please'.split(' '))).to.deep.equal(['off']);
    expect(grammarTags(grammar, 'open the door'.split(' '))).to.deep.equal(['open']);
    expect(grammarTags(grammar, 'open the window'.split(' '))).to.equal(undefined);
  });

  it('import rules of others', () => {
    const files: Record<string, string> = {
      'home.rooms': 'grammar home.rooms; public <room> = the (<kind> room | kitchen); <kind> = living | dining;',
      loop: 'grammar loop; import <loop.x>; public <x> = a;',
    };
    const load = (name: string): string => files[name];
    const text = 'grammar x; import <home.rooms.room>; public <a> = go to <room>;';
    const fst = grammarFst(parseJsgf(text, { load }), id);
    const allowed = (sentence: string): boolean => Number.isFinite(costIn(fst, sentence));
    expect(['go to the living room', 'go to the kitchen', 'go to the dining room'].every(allowed)).to.equal(true);
    expect(['go to the room', 'the kitchen', 'go to living room'].some(allowed)).to.equal(false);
    expect(refusal(text)).to.match(/line 1, column 19: imports are not allowed/);
    expect(refusal('import <home.rooms.kind>; public <a> = <kind>;', { load })).to.match(/no public rule <kind>/);
    expect(refusal('import <loop.x>; public <a> = <x>;', { load })).to.match(/import one another/);
  });

  it('that are wrong are refused with line and column', () => {
    for (const [text, what] of [
      ['public <a> = yes', /line 1, column 17: ";" is expected/],
      ['public <a> = yes;\n\n <b> = (no;', /line 3, column 11: "\)" is expected/],
      ['public <a> = <b>;', /column 14: there is no rule <b>/],
      ['public <a> = <b>;\n<b> = x <a>;', /line 2, column 9: rules call themselves: <a> <b> <a>/],
      ['<a> = yes;', /no rule is public/],
      ['public <a> = ;', /words are expected/],
      ['public <a> = yes; public <a> = no;', /defined twice/],
      ['public <a> = <VOID>;', /allows no sentence/],
      ['public <a> = /0/ yes;', /weight 0/],
      ['public <a> = zyx;', /without a pronunciation: zyx/],
      ['public <a> = yes > no;', /column 18: ">" is not expected/],
      [`public <a> = ${'('.repeat(200)}x${')'.repeat(200)};`, /nested more than 100/],
      // A dozen words that would be written out a million times.
      [
        `public <r0> = x; ${Array.from({ length: 24 }, (_, i) => `public <r${i + 1}> = <r${i}> <r${i}>;`).join('')}`,
        /200000 states/,
      ],
    ] as const)
      expect(refusal(text), text.slice(0, 60)).to.match(what);
  });

  it('are never the cause of anything but a typed error', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'public',
        '<a>',
        '<b>',
        '=',
        ';',
        '|',
        '(',
        ')',
        '[',
        ']',
        '*',
        '+',
        '{t}',
        '/2/',
        'yes',
        '"',
        '<',
        '/*',
        '//',
        '\n',
        '\\',
        'import',
        'grammar',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        refusal(parts.join(' '));
      }),
      { numRuns: 500 },
    );
  });
});
