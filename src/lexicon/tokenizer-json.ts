import { z } from 'zod';
import { HearkenError } from '../errors.js';
import {
  BpeTokenizer,
  type PieceModel,
  TableTokenizer,
  type Tokenizer,
  UnigramTokenizer,
  WORD_MARK,
} from './tokenizer.js';
import { parseJson, vocabularyUnits } from './tokens.js';

const ID = z.number().int().nonnegative();
const VOCABULARY = z.record(z.string(), ID);

/** A step that text goes through; only the fields that some step has. */
const STEP = z.looseObject({
  type: z.string(),
  prepend_scheme: z.string().optional(),
  add_prefix_space: z.boolean().optional(),
  prepend: z.string().optional(),
});
type Step = z.infer<typeof STEP>;

const STEPS = z.union([
  z.looseObject({ type: z.literal('Sequence'), normalizers: z.array(STEP) }).transform((s) => s.normalizers),
  z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(STEP) }).transform((s) => s.pretokenizers),
  STEP.transform((s) => [s]),
]);

const TOKENIZER = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: ID, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
  normalizer: STEPS.nullish(),
  pre_tokenizer: STEPS.nullish(),
  model: z.discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('Unigram'),
      vocab: z.array(z.tuple([z.string(), z.number()])),
      unk_id: ID.nullish(),
      byte_fallback: z.boolean().default(false),
    }),
    z.looseObject({
      type: z.literal('BPE'),
      vocab: VOCABULARY,
      merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
      unk_token: z.string().nullish(),
      byte_fallback: z.boolean().default(false),
    }),
    z.looseObject({ type: z.literal('WordLevel'), vocab: VOCABULARY, unk_token: z.string().nullish() }),
  ]),
});

/** Steps before the model that change nothing of a single word, or that are done here otherwise. */
const HARMLESS = new Set([
  'Metaspace',
  'Prepend',
  'Replace',
  'Strip',
  'Whitespace',
  'WhitespaceSplit',
  'Split',
  'Punctuation',
]);
const NORMAL_FORMS: Record<string, 'NFC' | 'NFD' | 'NFKC' | 'NFKD'> = {
  NFC: 'NFC',
  NFD: 'NFD',
  NFKC: 'NFKC',
  NFKD: 'NFKD',
  // SentencePiece's table, which differs from NFKC in rare characters only.
  Precompiled: 'NFKC',
};

/**
 * The tokenizer of a Hugging Face `tokenizer.json`: unigram, BPE or one piece a word. Pieces over GPT-2's byte alphabet are
 * refused: no CTC network has them. @throws LEXICON_FORMAT naming what is wrong or not known
 */
export function tokenizerOfJson(text: string, where: string): Tokenizer {
  const parsed = TOKENIZER.safeParse(parseJson(text, where));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HearkenError('LEXICON_FORMAT', `${where}: ${issue.path.join('.') || 'the tokenizer'}: ${issue.message}`);
  }
  const { added_tokens: added, model, normalizer, pre_tokenizer: before } = parsed.data;
  const steps = [...(normalizer ?? []), ...(before ?? [])];
  const vocabulary = new Map(
    model.type === 'Unigram' ? model.vocab.map(([piece], id) => [piece, id]) : Object.entries(model.vocab),
  );
  const pieces = new Map(vocabulary);
  const unknown = model.type === 'Unigram' ? model.vocab[model.unk_id ?? -1]?.[0] : model.unk_token;
  if (unknown) pieces.delete(unknown);
  for (const token of added) {
    vocabulary.set(token.content, token.id);
    if (token.special) pieces.delete(token.content);
  }
  const base: PieceModel = {
    units: vocabularyUnits(Object.fromEntries(vocabulary), where),
    pieces,
    normalize: normalization(steps, where),
    prefix: steps.some(addsMark),
  };
  if (model.type === 'WordLevel') return new TableTokenizer(base, 'word');
  const full = { ...base, bytes: model.byte_fallback ? bytePieces(vocabulary, pieces) : undefined };
  if (model.type === 'Unigram')
    return new UnigramTokenizer(
      full,
      Float32Array.from(model.vocab, ([, score]) => score),
    );
  const ranks = new Map(model.merges.map((m, rank) => [typeof m === 'string' ? m : m.join(' '), rank]));
  return new BpeTokenizer(full, (left, right) => ranks.get(`${left} ${right}`));
}

/** Whether a step puts the word mark before the first word. */
const addsMark = (step: Step): boolean =>
  step.type === 'Metaspace'
    ? step.prepend_scheme !== undefined
      ? step.prepend_scheme !== 'never'
      : step.add_prefix_space !== false
    : step.type === 'Prepend' && step.prepend === WORD_MARK;

/** @throws LEXICON_FORMAT for a step that is not known */
function normalization(steps: readonly Step[], where: string): (text: string) => string {
  const doing: ((text: string) => string)[] = [];
  for (const { type } of steps) {
    const form = NORMAL_FORMS[type];
    if (form) doing.push((text) => text.normalize(form));
    else if (type === 'Lowercase') doing.push((text) => text.toLowerCase());
    else if (type === 'StripAccents') doing.push((text) => text.replace(/\p{M}/gu, ''));
    else if (!HARMLESS.has(type))
      throw new HearkenError('LEXICON_FORMAT', `${where}: the tokenizer has a step of the unknown type ${type}`);
  }
  return (text) => doing.reduce((t, step) => step(t), text);
}

/** Numbers of the pieces `<0x00>` to `<0xFF>`, taken out of the pieces of text. */
function bytePieces(vocabulary: ReadonlyMap<string, number>, pieces: Map<string, number>): number[] | undefined {
  const names = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const ids = names.map((name) => vocabulary.get(name));
  if (ids.includes(undefined)) return undefined;
  for (const name of names) pieces.delete(name);
  return ids as number[];
}
