import type { Pronunciation } from '../lexicon/index.js';
import { checked, checkLength, type Expansion, type Grammar, type GrammarRule, sequence, wrong } from './grammar.js';

/** A grammar with the pronunciations its word list gives. */
export interface JuliusGrammar extends Grammar {
  pronunciations: ReadonlyMap<string, Pronunciation[]>;
}

/** Words of silence at the ends of sentences, which every graph has anyway. */
const SILENT = /^(<s>|<\/s>|silb|sile|sil|<sil>)$/i;

/**
 * A grammar of Julius: rules `LEFT : SYMBOL …` and classes `% CLASS` of lines `word phones`. The sentences are those of the
 * symbol S. Phones are taken in capitals; a word whose phones are none of ours is left to the lexicon.
 * @param grammar text of the .grammar file
 * @param voca text of the .voca file
 * @throws GRAMMAR_FORMAT with the line
 */
export function parseJulius(grammar: string, voca: string, phones: readonly string[]): JuliusGrammar {
  checkLength(grammar);
  checkLength(voca);
  const { classes, pronunciations } = wordClasses(voca, phones);
  const rules = new Map<string, GrammarRule>();
  for (const { text, line } of lines(grammar)) {
    const match = /^(\S+?)\s*:\s*(.*)$/.exec(text);
    if (!match) throw wrong({ line, column: 1 }, `"${text}" is no rule LEFT : SYMBOLS`);
    const [, left, right] = match;
    const symbols = right.split(/\s+/).filter(Boolean);
    if (symbols.length === 0) throw wrong({ line, column: 1 }, `${left} stands for nothing`);
    const what = sequence(symbols.map((name): Expansion => ({ kind: 'rule', name, line, column: 1 })));
    const known = rules.get(left);
    const options = known?.what.kind === 'choice' ? known.what.options : [];
    rules.set(left, { public: left === 'S', what: { kind: 'choice', options: [...options, { weight: 1, what }] } });
  }
  if (!rules.has('S')) throw wrong({ line: 1, column: 1 }, 'there is no rule for S');
  for (const [name, what] of classes) {
    if (rules.has(name)) throw wrong({ line: 1, column: 1 }, `${name} is both a rule and a class of words`);
    rules.set(name, { public: false, what });
  }
  return { ...checked(rules), pronunciations };
}

function* lines(text: string): Generator<{ text: string; line: number }> {
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line) yield { text: line, line: i + 1 };
  }
}

function wordClasses(
  voca: string,
  phones: readonly string[],
): { classes: Map<string, Expansion>; pronunciations: Map<string, Pronunciation[]> } {
  const classes = new Map<string, Expansion>();
  const pronunciations = new Map<string, Pronunciation[]>();
  let options: { weight: number; what: Expansion }[] | undefined;
  for (const { text, line } of lines(voca)) {
    const [, name] = /^%\s*(\S+)/.exec(text) ?? [];
    if (name !== undefined) {
      options = [];
      classes.set(name, { kind: 'choice', options });
      continue;
    }
    if (!options) throw wrong({ line, column: 1 }, `"${text}" is in no class`);
    const [spelled, ...sounds] = text.split(/\s+/);
    if (SILENT.test(spelled) || sounds.every((s) => SILENT.test(s))) {
      options.push({ weight: 1, what: { kind: 'null' } });
      continue;
    }
    const word = spelled.toLowerCase();
    options.push({ weight: 1, what: { kind: 'word', word } });
    const given = sounds.map((s) => s.replace(/\d$/, '').toUpperCase());
    if (!given.every((s) => phones.includes(s))) continue;
    const known = pronunciations.get(word) ?? [];
    if (!known.some((k) => k.join(' ') === given.join(' '))) pronunciations.set(word, [...known, given]);
  }
  for (const [name, what] of classes)
    if (what.kind === 'choice' && what.options.length === 0)
      throw wrong({ line: 1, column: 1 }, `class ${name} has no words`);
  return { classes, pronunciations };
}
