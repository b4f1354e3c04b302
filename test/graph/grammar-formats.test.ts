import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { connect, VectorFst } from '../../src/fst/index.js';
import { type Grammar, grammarFst, parseJsgf, parseJulius, parseSrgs } from '../../src/graph/index.js';
import { PHONES } from '../../src/lexicon/index.js';

/** All sentences of a finite grammar, with their costs. */
function sentencesOf(grammar: Grammar): Map<string, number> {
  const names: string[] = [];
  const fst = connect(
    grammarFst(grammar, (word) => 4 + (names.includes(word) ? names.indexOf(word) : names.push(word) - 1)),
  );
  const out = new Map<string, number>();
  const walk = (state: number, words: string[], cost: number, depth: number): void => {
    if (depth > 30) return;
    if (fst.isFinal(state)) out.set(words.join(' '), cost + fst.final(state));
    for (const arc of fst.arcs(state)) walk(arc.next, [...words, names[arc.ilabel - 4]], cost + arc.weight, depth + 1);
  };
  expect(fst).to.be.instanceOf(VectorFst);
  walk(fst.start, [], 0, 0);
  return out;
}

const same = (a: Grammar, b: Grammar): void => {
  const [left, right] = [sentencesOf(a), sentencesOf(b)];
  expect([...left.keys()].sort()).to.deep.equal([...right.keys()].sort());
  for (const [text, cost] of left) expect(cost, text).to.be.closeTo(right.get(text) as number, 1e-4);
};

const SRGS = (body: string, attributes = 'root="main"'): string =>
  `<?xml version="1.0"?>\n<grammar version="1.0" xmlns="http://www.w3.org/2001/06/grammar" ${attributes}>${body}</grammar>`;

describe('grammars of the XML kind (SRGS)', () => {
  it('say what the same grammar in JSGF says', () => {
    same(
      parseSrgs(
        SRGS(`<rule id="main" scope="public">
          <item repeat="0-1">please</item> turn
          <one-of><item weight="3">on</item><item>off<tag>out = "off"</tag></item></one-of>
          the <ruleref uri="#room"/> <token>light</token>
        </rule>
        <rule id="room"><one-of><item>kitchen</item><item>"Living  room"</item><item><ruleref special="VOID"/></item></one-of></rule>`),
      ),
      parseJsgf(`grammar g; public <main> = [please] turn (/3/ on | off {out}) the <room> light;
        <room> = kitchen | living room | <VOID>;`),
    );
  });

  it('repeat what they are told to', () => {
    const all = (repeat: string): string[] => [
      ...sentencesOf(parseSrgs(SRGS(`<rule id="main">so <item repeat="${repeat}">very</item> good</rule>`))).keys(),
    ];
    expect(all('2')).to.deep.equal(['so very very good']);
    expect(all('0-2').sort()).to.deep.equal(['so good', 'so very good', 'so very very good']);
    expect(all('2-')).to.include.members(['so very very good', 'so very very very good']);
    expect(all('2-')).to.not.include('so very good');
  });

  it('tell line and column of what is wrong', () => {
    for (const [text, what] of [
      [SRGS('<rule id="main">a <ruleref uri="#none"/></rule>'), 'there is no rule <none>'],
      [SRGS('<rule id="main">a <ruleref uri="http://x/y#z"/></rule>'), 'is not to a rule of this document'],
      [SRGS('<rule id="main"><ruleref special="GARBAGE"/></rule>'), 'GARBAGE'],
      [SRGS('<rule id="main"><ruleref uri="#main"/></rule>'), 'rules call themselves'],
      [SRGS('<rule id="main">a</rule>', 'root="other"'), 'no root rule'],
      [SRGS('<rule id="main">a</rule>', ''), 'no rule is the root'],
      [SRGS('<rule id="main">a</rule>', 'root="main" mode="dtmf"'), 'dtmf'],
      [SRGS('<rule>a</rule>'), 'no id'],
      [SRGS('stray<rule id="main">a</rule>'), 'is in no rule'],
      [SRGS('<rule id="main"><item repeat="2-1">a</item></rule>'), 'repeat "2-1"'],
      [SRGS('<rule id="main"><item repeat="9999">a</item></rule>'), 'repeat "9999"'],
      [SRGS('<rule id="main"><one-of>a</one-of></rule>'), 'is in no rule'],
      [SRGS('<rule id="main"><b>a</b></rule>'), '<b> is not understood'],
      [SRGS('<rule id="main">a'), 'column'],
      ['<speak>a</speak>', '<speak> is not expected'],
      ['', 'column'],
      [`<!DOCTYPE x [<!ENTITY a "b">]>${SRGS('<rule id="main">&a;</rule>')}`, 'column'],
      [SRGS(`<rule id="main">${'<item>'.repeat(200)}a${'</item>'.repeat(200)}</rule>`), 'nested more than'],
    ])
      expect(() => parseSrgs(text), text)
        .to.throw(HearkenError, what)
        .with.property('code', 'GRAMMAR_FORMAT');
  });

  it('that are damaged are errors of their kind', () => {
    const whole = SRGS(
      '<rule id="main"><one-of><item weight="2">a<tag>t</tag></item><item repeat="1-2">b</item></one-of></rule>',
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 3 }), fc.nat(4), (at, put, drop) => {
        try {
          parseSrgs(whole.slice(0, at) + put + whole.slice(at + drop));
        } catch (error) {
          expect(error).to.be.instanceOf(HearkenError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const GRAMMAR = `# fruit, after the sample of Julius
S : NS_B SENT NS_E
SENT : TAKE FRUIT PLEASE
SENT : TAKE FRUIT
`;
const VOCA = `% NS_B
<s> sil
% NS_E
</s> sil
% TAKE
take t ey k
% FRUIT
Apple ae p ax l
apple ae p ah l
orange ao r ah n jh
% PLEASE
please p l iy z
`;

describe('grammars of Julius', () => {
  it('say what the same grammar in JSGF says, with their own pronunciations', () => {
    const julius = parseJulius(GRAMMAR, VOCA, PHONES);
    same(
      julius,
      parseJsgf('grammar g; public <s> = take <fruit> please | take <fruit>; <fruit> = apple | apple | orange;'),
    );
    expect(julius.pronunciations.get('apple')).to.deep.equal([['AE', 'P', 'AH', 'L']]);
    expect(julius.pronunciations.get('take')).to.deep.equal([['T', 'EY', 'K']]);
  });

  it('tell the line of what is wrong', () => {
    for (const [grammar, voca, what] of [
      ['S SENT', VOCA, 'line 1'],
      ['S :', VOCA, 'stands for nothing'],
      ['T : TAKE', VOCA, 'no rule for S'],
      ['S : NONE', VOCA, 'there is no rule <NONE>'],
      ['S : TAKE S', VOCA, 'rules call themselves'],
      ['S : TAKE', 'take t ey k', 'is in no class'],
      ['S : TAKE', '% TAKE\n', 'has no words'],
      ['S : TAKE\nTAKE : S', VOCA, 'both a rule and a class'],
    ])
      expect(() => parseJulius(grammar, voca, PHONES), what)
        .to.throw(HearkenError, what)
        .with.property('code', 'GRAMMAR_FORMAT');
  });
});
