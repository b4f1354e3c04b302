import { HearkenError } from '../errors.js';
import { connect, determinizeAcceptor, minimize, pushWeights, removeEpsilon, VectorFst } from '../fst/index.js';
import { disambiguate } from './disambiguate.js';
import type { Expansion, Grammar } from './grammar.js';

/** States of a grammar written out: each call of a rule is a copy of it. */
const MAX_STATES = 200_000;

/**
 * The sentences of a grammar's public rules as an acceptor, deterministic and minimal; where no deterministic one exists, as
 * with `(<a>+ | <b>+)` of words that both have, BACK_OFF arcs tell the ways apart. A choice costs −ln of its share of the
 * weights; going on with a repetition, or taking what is optional, costs −ln ½, and so does not.
 * @param wordId label of a word, undefined where it cannot be pronounced
 * @throws GRAMMAR_FORMAT naming words without a label, or where no sentence is left; FST_LIMIT
 */
export function grammarFst({ rules }: Grammar, wordId: (word: string) => number | undefined): VectorFst {
  const fst = new VectorFst();
  const unknown = new Set<string>();
  const state = (): number => {
    if (fst.numStates >= MAX_STATES)
      throw new HearkenError('FST_LIMIT', `the grammar has more than ${MAX_STATES} states written out`);
    return fst.addState();
  };
  const half = Math.LN2;
  /** Write `what` from a state; returns where it ends. */
  const write = (what: Expansion, from: number): number => {
    switch (what.kind) {
      case 'word': {
        const label = wordId(what.word);
        const to = state();
        if (label === undefined) unknown.add(what.word);
        else fst.addArc(from, label, label, 0, to);
        return to;
      }
      case 'rule':
        return write((rules.get(what.name) as { what: Expansion }).what, from);
      case 'sequence':
        return what.parts.reduce((at, part) => write(part, at), from);
      case 'choice': {
        const to = state();
        const total = what.options.reduce((sum, o) => sum + o.weight, 0);
        for (const { weight, what: option } of what.options) {
          if (weight === 0) continue;
          const begin = state();
          fst.addArc(from, 0, 0, -Math.log(weight / total), begin);
          fst.addArc(write(option, begin), 0, 0, 0, to);
        }
        return to;
      }
      case 'optional': {
        const begin = state();
        const to = state();
        fst.addArc(from, 0, 0, half, begin);
        fst.addArc(write(what.what, begin), 0, 0, 0, to);
        fst.addArc(from, 0, 0, half, to);
        return to;
      }
      case 'repeat': {
        const begin = state();
        const to = state();
        fst.addArc(from, 0, 0, what.least === 0 ? half : 0, begin);
        const end = write(what.what, begin);
        fst.addArc(end, 0, 0, half, begin);
        fst.addArc(end, 0, 0, half, to);
        if (what.least === 0) fst.addArc(from, 0, 0, half, to);
        return to;
      }
      case 'tagged':
        return write(what.what, from);
      case 'null':
        return from;
      case 'void':
        return state();
    }
  };
  fst.start = state();
  const sentences = [...rules.values()].filter((r) => r.public);
  for (const { what } of sentences) {
    const begin = state();
    fst.addArc(fst.start, 0, 0, Math.log(sentences.length), begin);
    fst.setFinal(write(what, begin));
  }
  if (unknown.size > 0)
    throw new HearkenError('GRAMMAR_FORMAT', `words without a pronunciation: ${[...unknown].join(', ')}`);
  const plain = connect(removeEpsilon(fst));
  if (plain.start < 0) throw new HearkenError('GRAMMAR_FORMAT', 'the grammar allows no sentence');
  const small = determinizedIfPossible(plain) ?? disambiguate(minimize(plain), MAX_STATES);
  const total = pushWeights(small);
  const out = minimize(small);
  // What was pushed off the whole is paid on ending, where it changes no choice.
  for (let s = 0; s < out.numStates; s++) if (out.isFinal(s)) out.setFinal(s, out.final(s) + total);
  return out;
}

/** Undefined where states become many more than there were, as they do without end where weights of two ways drift apart. */
function determinizedIfPossible(fst: VectorFst): VectorFst | undefined {
  try {
    return determinizeAcceptor(fst, { maxStates: Math.min(MAX_STATES, 4 * fst.numStates + 10_000) });
  } catch (error) {
    if (error instanceof HearkenError && error.code === 'FST_LIMIT') return undefined;
    throw error;
  }
}

/**
 * The tags of the way a grammar says some words, in order; undefined where it does not say them. Of several ways the first
 * in the order of the grammar counts.
 */
export function grammarTags({ rules }: Grammar, words: readonly string[]): string[] | undefined {
  /** Every way `what` covers words from `at`: where it ends, and its tags. */
  function* ways(what: Expansion, at: number): Generator<{ end: number; tags: string[] }> {
    switch (what.kind) {
      case 'word':
        if (words[at] === what.word) yield { end: at + 1, tags: [] };
        return;
      case 'rule':
        yield* ways((rules.get(what.name) as { what: Expansion }).what, at);
        return;
      case 'sequence':
        yield* inOrder(what.parts, 0, at);
        return;
      case 'choice':
        for (const { weight, what: option } of what.options) if (weight > 0) yield* ways(option, at);
        return;
      case 'optional':
        yield* ways(what.what, at);
        yield { end: at, tags: [] };
        return;
      case 'repeat':
        for (const first of ways(what.what, at)) {
          if (first.end === at) continue;
          for (const rest of ways({ ...what, least: 0 }, first.end))
            yield { end: rest.end, tags: [...first.tags, ...rest.tags] };
        }
        if (what.least === 0) yield { end: at, tags: [] };
        return;
      case 'tagged':
        for (const way of ways(what.what, at)) yield { end: way.end, tags: [...way.tags, ...what.tags] };
        return;
      case 'null':
        yield { end: at, tags: [] };
        return;
      case 'void':
    }
  }
  function* inOrder(parts: readonly Expansion[], i: number, at: number): Generator<{ end: number; tags: string[] }> {
    if (i === parts.length) {
      yield { end: at, tags: [] };
      return;
    }
    for (const first of ways(parts[i], at))
      for (const rest of inOrder(parts, i + 1, first.end)) yield { end: rest.end, tags: [...first.tags, ...rest.tags] };
  }
  for (const { public: isPublic, what } of rules.values()) {
    if (!isPublic) continue;
    for (const way of ways(what, 0)) if (way.end === words.length) return way.tags;
  }
  return undefined;
}
