import { checked, checkLength, type Expansion, type Grammar, type GrammarRule, MAX_DEPTH, wrong } from './grammar.js';

export interface JsgfOptions {
  /** The text of another grammar, for `import <name.rule>`; without it imports are refused. */
  load?: (grammar: string) => string;
}

/** Grammars imported by one another. */
const MAX_IMPORTS = 20;

/** A grammar in the Java Speech Grammar Format (W3C note of 2000). @throws GRAMMAR_FORMAT with line and column */
export function parseJsgf(text: string, options: JsgfOptions = {}): Grammar {
  return new Parser(text, options, []).grammar();
}

interface Token {
  kind: 'word' | 'rule' | 'tag' | 'weight' | 'mark' | 'end';
  text: string;
  line: number;
  column: number;
}

/** Symbols that stand for themselves; what else is not white space is a word. */
const PATTERN =
  /(?<space>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<rule><[^<>\s]+>)|(?<tag>\{(?:\\.|[^\\}])*\})|\/(?<weight>\d*\.?\d+)\/|"(?<quoted>(?:\\.|[^"\\])*)"|(?<mark>[=|;()[\]*+])|(?<word>[^\s=|;()[\]*+<>{}"/]+)/y;

class Parser {
  #tokens: Token[] = [];
  #at = 0;
  #depth = 0;
  #rules = new Map<string, GrammarRule>();

  constructor(
    text: string,
    private readonly options: JsgfOptions,
    private readonly importing: readonly string[],
  ) {
    checkLength(text);
    this.#tokenize(text.replace(/^\ufeff?#JSGF[^;\n]*;/, (header) => ' '.repeat(header.length)));
  }

  #tokenize(text: string): void {
    let line = 1;
    let lineStart = 0;
    PATTERN.lastIndex = 0;
    for (let at = 0; at < text.length; at = PATTERN.lastIndex) {
      const match = PATTERN.exec(text);
      const column = at - lineStart + 1;
      if (!match?.groups) throw wrong({ line, column }, `"${text[at]}" is not expected here`);
      const { space, rule, tag, weight, quoted, mark, word } = match.groups;
      const add = (kind: Token['kind'], value: string): void =>
        void this.#tokens.push({ kind, text: value, line, column });
      if (rule !== undefined) add('rule', rule.slice(1, -1));
      else if (tag !== undefined) add('tag', tag.slice(1, -1).replace(/\\(.)/g, '$1').trim());
      else if (weight !== undefined) add('weight', weight);
      else if (quoted !== undefined) add('word', quoted.replace(/\\(.)/g, '$1'));
      else if (mark !== undefined) add('mark', mark);
      else if (word !== undefined) add('word', word);
      for (const c of space ?? match[0])
        if (c === '\n') {
          line++;
          lineStart = at + match[0].lastIndexOf('\n') + 1;
        }
    }
    this.#tokens.push({ kind: 'end', text: 'the end', line, column: text.length - lineStart + 1 });
  }

  get #token(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
  }

  #is(text: string): boolean {
    return (this.#token.kind === 'mark' || this.#token.kind === 'word') && this.#token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #need(text: string): void {
    if (!this.#take(text)) throw wrong(this.#token, `"${text}" is expected, not "${this.#token.text}"`);
  }

  grammar(): Grammar {
    if (this.#take('grammar')) {
      this.#at++;
      this.#need(';');
    }
    while (this.#take('import')) this.#import();
    while (this.#token.kind !== 'end') this.#rule();
    if (![...this.#rules.values()].some((r) => r.public)) throw wrong(this.#token, 'no rule is public');
    return checked(this.#rules);
  }

  #import(): void {
    const token = this.#token;
    if (token.kind !== 'rule') throw wrong(token, `a <grammar.rule> is expected, not "${token.text}"`);
    this.#at++;
    this.#need(';');
    const dot = token.text.lastIndexOf('.');
    const grammar = token.text.slice(0, dot);
    const wanted = token.text.slice(dot + 1);
    if (dot < 1) throw wrong(token, `<${token.text}> names no grammar`);
    if (!this.options.load) throw wrong(token, 'imports are not allowed here');
    if (this.importing.includes(grammar) || this.importing.length >= MAX_IMPORTS)
      throw wrong(token, `grammars import one another: ${[...this.importing, grammar].join(', ')}`);
    const { rules } = new Parser(this.options.load(grammar), this.options, [...this.importing, grammar]).grammar();
    if (wanted !== '*' && !rules.get(wanted)?.public) throw wrong(token, `${grammar} has no public rule <${wanted}>`);
    for (const [rule, { public: isPublic, what }] of rules) {
      // Rules keep their full names; those imported can also be called by the short one.
      this.#rules.set(`${grammar}.${rule}`, { public: false, what: qualified(what, grammar) });
      if (isPublic && (wanted === '*' || wanted === rule))
        this.#rules.set(rule, {
          public: false,
          what: { kind: 'rule', name: `${grammar}.${rule}`, line: token.line, column: token.column },
        });
    }
  }

  #rule(): void {
    const isPublic = this.#take('public');
    const token = this.#token;
    if (token.kind !== 'rule') throw wrong(token, `a <rule> is expected, not "${token.text}"`);
    if (this.#rules.has(token.text)) throw wrong(token, `<${token.text}> is defined twice`);
    if (token.text === 'NULL' || token.text === 'VOID') throw wrong(token, `<${token.text}> cannot be defined`);
    this.#at++;
    this.#need('=');
    const what = this.#choice();
    this.#need(';');
    this.#rules.set(token.text, { public: isPublic, what });
  }

  #choice(): Expansion {
    if (++this.#depth > MAX_DEPTH) throw wrong(this.#token, `brackets are nested more than ${MAX_DEPTH} deep`);
    const options: { weight: number; what: Expansion }[] = [];
    do {
      let weight = 1;
      if (this.#token.kind === 'weight') {
        weight = Number(this.#token.text);
        this.#at++;
      }
      options.push({ weight, what: this.#sequence() });
    } while (this.#take('|'));
    this.#depth--;
    if (!options.some((o) => o.weight > 0)) throw wrong(this.#token, 'all alternatives have weight 0');
    return options.length === 1 ? options[0].what : { kind: 'choice', options };
  }

  #sequence(): Expansion {
    const parts: Expansion[] = [];
    for (;;) {
      const part = this.#part();
      if (!part) break;
      parts.push(part);
    }
    if (parts.length === 0) throw wrong(this.#token, `words are expected, not "${this.#token.text}"`);
    return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
  }

  #part(): Expansion | undefined {
    const token = this.#token;
    let what: Expansion;
    if (token.kind === 'word') {
      this.#at++;
      const words = token.text.split(/\s+/).filter(Boolean);
      const parts = words.map((word): Expansion => ({ kind: 'word', word: word.toLowerCase() }));
      what = parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
    } else if (token.kind === 'rule') {
      this.#at++;
      const { text: name, line, column } = token;
      what =
        name === 'NULL' ? { kind: 'null' } : name === 'VOID' ? { kind: 'void' } : { kind: 'rule', name, line, column };
    } else if (this.#take('(')) {
      what = this.#choice();
      this.#need(')');
    } else if (this.#take('[')) {
      what = { kind: 'optional', what: this.#choice() };
      this.#need(']');
    } else return undefined;
    if (this.#take('*')) what = { kind: 'repeat', what, least: 0 };
    else if (this.#take('+')) what = { kind: 'repeat', what, least: 1 };
    const tags: string[] = [];
    for (; this.#token.kind === 'tag'; this.#at++) tags.push(this.#token.text);
    return tags.length > 0 ? { kind: 'tagged', what, tags } : what;
  }
}

/** The same with the rules it calls under their full names. */
function qualified(what: Expansion, grammar: string): Expansion {
  switch (what.kind) {
    case 'rule':
      return { ...what, name: `${grammar}.${what.name}` };
    case 'sequence':
      return { ...what, parts: what.parts.map((p) => qualified(p, grammar)) };
    case 'choice':
      return { ...what, options: what.options.map((o) => ({ ...o, what: qualified(o.what, grammar) })) };
    case 'repeat':
    case 'optional':
    case 'tagged':
      return { ...what, what: qualified(what.what, grammar) };
    default:
      return what;
  }
}
