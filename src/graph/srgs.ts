import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { HearkenError } from '../errors.js';
import {
  checked,
  checkLength,
  type Expansion,
  type Grammar,
  type GrammarRule,
  MAX_DEPTH,
  sequence,
  wrong,
} from './grammar.js';

/** A part may be said at most so many times where a number is written. */
const MAX_REPEAT = 50;

/** An element that is open, and what has come inside it. */
interface Open {
  name: string;
  attributes: Record<string, string>;
  line: number;
  column: number;
  parts: Expansion[];
  options: { weight: number; what: Expansion }[];
  text: string;
  tags: string[];
}

/**
 * A grammar in the XML form of the Speech Recognition Grammar Specification 1.0 (W3C recommendation of 2004): rules, items with
 * repeats and weights, alternatives, tags. The root rule's sentences count, or those of all public rules where none is named.
 * References into other documents, `GARBAGE` and `mode="dtmf"` are refused. @throws GRAMMAR_FORMAT with line and column
 */
export function parseSrgs(text: string): Grammar {
  checkLength(text);
  const parser = new SaxesParser();
  const reader = new Reader(() => ({ line: parser.line, column: parser.column }));
  let failure: HearkenError | undefined;
  const guarded = (act: () => void): void => {
    try {
      if (!failure) act();
    } catch (error) {
      failure = error as HearkenError;
    }
  };
  parser.on('error', (error) =>
    guarded(() => {
      throw wrong(parser, error.message.replace(/^\d+:\d+: /, ''));
    }),
  );
  parser.on('opentag', (tag) => guarded(() => reader.open(tag)));
  parser.on('closetag', (tag) => guarded(() => reader.close(tag.name)));
  parser.on('text', (data) => guarded(() => reader.text(data)));
  parser.on('cdata', (data) => guarded(() => reader.text(data)));
  parser.write(text).close();
  if (failure) throw failure;
  return reader.grammar();
}

class Reader {
  #stack: Open[] = [];
  #rules = new Map<string, GrammarRule>();
  #root: string | undefined;
  #place: () => { line: number; column: number };

  constructor(place: () => { line: number; column: number }) {
    this.#place = place;
  }

  open({ name, attributes }: SaxesTagPlain): void {
    const place = this.#place();
    if (this.#stack.length > MAX_DEPTH) throw wrong(place, `elements are nested more than ${MAX_DEPTH} deep`);
    const inside = this.#stack.at(-1);
    if (!inside !== (name === 'grammar')) throw wrong(place, `<${name}> is not expected here`);
    if (inside?.name === 'one-of' && name !== 'item') throw wrong(place, `<one-of> holds <item>, not <${name}>`);
    if ((name === 'rule') !== (inside?.name === 'grammar') && !OUTSIDE_RULES.has(name) && name !== 'grammar')
      throw wrong(place, `<${name}> is not expected here`);
    if (inside) this.#words(inside);
    if (name === 'grammar') {
      this.#root = attributes.root;
      if ((attributes.mode ?? 'voice') !== 'voice') throw wrong(place, `mode "${attributes.mode}" is not voice`);
    }
    this.#stack.push({ name, attributes, ...place, parts: [], options: [], text: '', tags: [] });
  }

  text(data: string): void {
    const inside = this.#stack.at(-1);
    if (inside) inside.text += data;
  }

  /** Text so far becomes words, where words may be. */
  #words(inside: Open): void {
    const words = inside.text.split(/\s+/).filter(Boolean);
    inside.text = '';
    if (words.length === 0 || OUTSIDE_RULES.has(inside.name)) return;
    if (inside.name === 'grammar' || inside.name === 'one-of')
      throw wrong(this.#place(), `"${words[0]}" is in no rule`);
    // Quotation marks only hold the words of a token together.
    for (const word of words) inside.parts.push({ kind: 'word', word: word.replace(/"/g, '').toLowerCase() });
  }

  close(name: string): void {
    const element = this.#stack.pop() as Open;
    const { attributes } = element;
    const outer = this.#stack.at(-1);
    if (name === 'tag') {
      outer?.tags.push(element.text.trim());
      return;
    }
    this.#words(element);
    if (!outer || OUTSIDE_RULES.has(name)) return;
    if (name === 'rule') this.#rule(element);
    else if (name === 'one-of') {
      if (!element.options.some((o) => o.weight > 0)) throw wrong(element, '<one-of> offers nothing');
      outer.parts.push({ kind: 'choice', options: element.options });
    } else if (name === 'ruleref') outer.parts.push(reference(element));
    else if (name === 'token') outer.parts.push(...element.parts);
    else if (name === 'item') {
      const what = repeated(this.#tagged(element), element);
      if (outer.name === 'one-of') outer.options.push({ weight: weightOf(element), what });
      else outer.parts.push(what);
    } else throw wrong(element, `<${name}> is not understood${attributes.id ? ` (${attributes.id})` : ''}`);
  }

  #tagged({ parts, tags }: Open): Expansion {
    const what = sequence(parts);
    return tags.length > 0 ? { kind: 'tagged', what, tags } : what;
  }

  #rule(element: Open): void {
    const { id, scope } = element.attributes;
    if (!id) throw wrong(element, '<rule> has no id');
    if (this.#rules.has(id)) throw wrong(element, `<${id}> is defined twice`);
    this.#rules.set(id, { public: scope === 'public', what: this.#tagged(element) });
  }

  grammar(): Grammar {
    const root = this.#root;
    const start = { line: 1, column: 1 };
    if (root !== undefined && !this.#rules.has(root)) throw wrong(start, `there is no root rule <${root}>`);
    const rules = new Map(
      [...this.#rules].map(([name, rule]) => [name, root === undefined ? rule : { ...rule, public: name === root }]),
    );
    if (![...rules.values()].some((r) => r.public)) throw wrong(start, 'no rule is the root or public');
    return checked(rules);
  }
}

/** Elements that say nothing of sentences. */
const OUTSIDE_RULES = new Set(['meta', 'metadata', 'lexicon', 'tag', 'example']);

function reference(element: Open): Expansion {
  const { uri, special } = element.attributes;
  const { line, column } = element;
  if (special === 'NULL') return { kind: 'null' };
  if (special === 'VOID') return { kind: 'void' };
  if (special !== undefined) throw wrong(element, `special rule ${special} is not understood`);
  if (!uri?.startsWith('#')) throw wrong(element, `reference "${uri ?? ''}" is not to a rule of this document`);
  return { kind: 'rule', name: uri.slice(1), line, column };
}

function weightOf(element: Open): number {
  const weight = Number(element.attributes.weight ?? 1);
  if (!(weight >= 0)) throw wrong(element, `weight "${element.attributes.weight}" is no number from 0 up`);
  return weight;
}

function repeated(what: Expansion, element: Open): Expansion {
  const { repeat } = element.attributes;
  if (repeat === undefined) return what;
  const range = /^(\d+)(?:(-)(\d*))?$/.exec(repeat.trim());
  const least = Number(range?.[1]);
  const open = range?.[2] !== undefined && range[3] === '';
  const most = range?.[2] === undefined ? least : Number(range[3]);
  if (!range || least > MAX_REPEAT || most > MAX_REPEAT || (!open && most < least))
    throw wrong(element, `repeat "${repeat}" is no range up to ${MAX_REPEAT}`);
  const copies = Array<Expansion>(least).fill(what);
  if (open) {
    if (least <= 1) return { kind: 'repeat', what, least: least as 0 | 1 };
    return sequence([...copies, { kind: 'repeat', what, least: 0 }]);
  }
  let rest: Expansion | undefined;
  for (let i = least; i < most; i++) rest = { kind: 'optional', what: rest ? sequence([what, rest]) : what };
  return sequence(rest ? [...copies, rest] : copies);
}
