import { HearkenError } from '../errors.js';

/** What a rule of a grammar stands for. Weights are as written: alternatives of one choice are relative to each other. */
export type Expansion =
  | { kind: 'word'; word: string }
  | { kind: 'rule'; name: string; line: number; column: number }
  | { kind: 'sequence'; parts: Expansion[] }
  | { kind: 'choice'; options: { weight: number; what: Expansion }[] }
  | { kind: 'repeat'; what: Expansion; least: 0 | 1 }
  | { kind: 'optional'; what: Expansion }
  | { kind: 'tagged'; what: Expansion; tags: string[] }
  /** Says nothing; can never be said. */
  | { kind: 'null' | 'void' };

export interface GrammarRule {
  /** Its sentences are those of the grammar. */
  public: boolean;
  what: Expansion;
}

/** Which sentences there are, by rules; whatever format they came in. */
export interface Grammar {
  rules: ReadonlyMap<string, GrammarRule>;
}

/** Characters of a grammar, nesting of its brackets. */
const MAX_LENGTH = 1 << 20;
export const MAX_DEPTH = 100;

/** @throws GRAMMAR_FORMAT */
export function checkLength(text: string): void {
  if (text.length > MAX_LENGTH)
    throw new HearkenError('GRAMMAR_FORMAT', `a grammar may have ${MAX_LENGTH} characters, this has ${text.length}`);
}

interface Place {
  line: number;
  column: number;
}

export const wrong = ({ line, column }: Place, what: string): HearkenError =>
  new HearkenError('GRAMMAR_FORMAT', `grammar, line ${line}, column ${column}: ${what}`);

/** Every rule called is there, and none calls itself: such a grammar is no finite-state machine. @throws GRAMMAR_FORMAT */
export function checked(rules: ReadonlyMap<string, GrammarRule>): Grammar {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[], at: Place): void => {
    const rule = rules.get(name);
    if (!rule) throw wrong(at, `there is no rule <${name}>`);
    if (trail.includes(name)) throw wrong(at, `rules call themselves: <${[...trail, name].join('> <')}>`);
    if (done.has(name)) return;
    for (const call of calls(rule.what)) visit(call.name, [...trail, name], call);
    done.add(name);
  };
  for (const name of rules.keys()) visit(name, [], { line: 1, column: 1 });
  return { rules };
}

function parts(what: Expansion): Expansion[] {
  switch (what.kind) {
    case 'sequence':
      return what.parts;
    case 'choice':
      return what.options.map((o) => o.what);
    case 'repeat':
    case 'optional':
    case 'tagged':
      return [what.what];
    default:
      return [];
  }
}

function calls(what: Expansion): Extract<Expansion, { kind: 'rule' }>[] {
  return what.kind === 'rule' ? [what] : parts(what).flatMap(calls);
}

/** What one after another say; a part alone is itself. */
export function sequence(parts: Expansion[]): Expansion {
  if (parts.length === 0) return { kind: 'null' };
  return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
}
