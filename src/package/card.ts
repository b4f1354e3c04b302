import { z } from 'zod';
import type { NetworkContract } from '../acoustic/index.js';
import { HearkenError } from '../errors.js';
import type { FeatureSpec } from '../frontend/index.js';
import { migrateCard } from './card-format-1.js';

const positive = z.number().int().positive();
const count = z.number().int().nonnegative();

/** A file of the package itself: a card never leads outside its directory. */
export const FILE_NAME = z.string().regex(/^[^./\\][^/\\]*$/, 'a plain file name is needed');

const CMVN = z.object({
  /** Mean of the training data: prior of the online mean normalisation. */
  globalMean: z.array(z.number()),
  window: positive.default(600),
  globalFrames: count.default(200),
});

const KALDI = {
  sampleRate: positive,
  melBins: positive,
  lowFrequency: z.number(),
  highFrequency: z.number(),
  snipEdges: z.boolean(),
  frameLengthMs: z.number().positive().optional(),
  frameShiftMs: z.number().positive().optional(),
  dither: z.boolean().default(false),
  scale: z.number().positive().optional(),
  cmvn: CMVN.optional(),
};

const FEATURES = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('kaldi-fbank'), ...KALDI }),
  z.object({ kind: z.literal('kaldi-mfcc'), ceps: positive, ...KALDI }),
  /** Defined at 16 kHz only, as are NeMo's. */
  z.object({
    kind: z.literal('whisper-mel'),
    sampleRate: z.literal(16_000),
    melBins: positive.max(256),
    padTo: count.max(1 << 20).default(0),
  }),
  z.object({
    kind: z.literal('nemo-mel'),
    sampleRate: z.literal(16_000),
    melBins: positive.max(256),
    normalize: z.enum(['per-feature', 'none']),
  }),
  z.object({
    kind: z.literal('waveform'),
    sampleRate: positive,
    normalize: z.boolean(),
    epsilon: z.number().positive().default(1e-7),
  }),
]) satisfies z.ZodType<FeatureSpec>;

const STATE = z.object({
  in: z.string().min(1),
  out: z.string().min(1),
  type: z.enum(['float32', 'float16', 'int64', 'int32', 'uint8', 'bool']),
  dims: z.array(count).max(8),
  initial: z.number().optional(),
});

/** Most elements of all states together: what a stream keeps of its past has a bound. */
const MAX_STATE = 1 << 26;

const NETWORK = z.object({
  input: z.object({
    name: z.string().min(1),
    layout: z.enum(['NTC', 'NCT', 'NT']),
    lengths: z.string().min(1).optional(),
    mask: z.string().min(1).optional(),
  }),
  output: z.object({ name: z.string().min(1), layout: z.enum(['NTC', 'NCT']) }),
  scores: z.enum(['log-likelihoods', 'log-posteriors', 'logits']),
  columns: positive,
  merge: z.array(z.array(count).min(1)).optional(),
  subsampling: positive,
  latency: count,
  chunk: z.object({ frames: positive.max(10_000), shift: positive }).optional(),
  padding: z.number().optional(),
  maxSeconds: z.number().positive().max(600).optional(),
  states: z.array(STATE).max(1000),
}) satisfies z.ZodType<NetworkContract>;

const ACOUSTIC = NETWORK.extend({
  /** The network, in ONNX. */
  file: FILE_NAME,
  parameters: positive.optional(),
  /** Per row of scores. */
  multiplyAdds: positive.optional(),
});

const TOPOLOGY = z.discriminatedUnion('kind', [
  /** Two pdfs per context-dependent unit: entry, then self-loop. `contexts`: file that says which unit a phone is after each left phone; without it units are phones. */
  z.object({ kind: z.literal('chain'), contexts: FILE_NAME.optional() }),
  /** One column per unit in the order of the list; the blank is one of them, which no word is spelled with. */
  z.object({ kind: z.literal('ctc'), blank: count, blankCost: z.number().optional() }),
]);

const SPELLING = z.object({
  /** What words are spelled in. */
  kind: z.enum(['phones', 'pieces', 'characters']),
  /** The units by number; of phones, silence is the first. */
  units: z.array(z.string()).min(1),
  /** Of pieces: the file of the tokenizer that cuts words into them, a SentencePiece model or a `tokenizer.json`. */
  tokenizer: FILE_NAME.optional(),
  /** Probability of the first unit between two words, where it stands for what is there; 0 where no unit does. */
  silence: z.number().min(0).max(0.999).default(0.3),
  /** Ways to say words besides the dictionary's: phones with spaces between. */
  pronunciations: z.record(z.string(), z.array(z.string().min(1))).optional(),
});

const DECODER = z
  .object({
    beam: z.number(),
    latticeBeam: z.number(),
    maxActive: positive,
    minActive: count,
    lmWeight: z.number(),
    wordPenalty: z.number(),
  })
  .partial();

/**
 * Share of words that are right where the lattice's posterior of them is 0, and where it is 1; between, a word's confidence lies
 * on the line between the two. Absent: the posterior is the confidence.
 */
const CONFIDENCE = z.object({ least: z.number().min(0).max(1), most: z.number().min(0).max(1) });

const SOURCES = z.array(z.object({ name: z.string(), licence: z.string(), attribution: z.string() }));

/** What a model package says of itself: `card.json`. */
const CARD = z.object({
  format: z.literal(2),
  name: z.string().min(1),
  /** Name of the package that has the files which this one lacks: next to it, or where packages are found by name. */
  extends: FILE_NAME.optional(),
  language: z.string(),
  features: FEATURES,
  acoustic: ACOUSTIC,
  topology: TOPOLOGY,
  spelling: SPELLING,
  /** `lookahead`: unigram costs in the graph, the n-gram of lm.bin applied in the search; `static`: the whole grammar in the graph. */
  graph: z.enum(['lookahead', 'static']).default('lookahead'),
  decoder: DECODER.default({}),
  /**
   * A second acoustic model of the same topology and spelling, which takes whole segments: finals are its words. Its rows last as
   * long as the first one's, so one graph serves both.
   */
  secondPass: ACOUSTIC.extend({
    features: FEATURES,
    /** Settings that differ from the first pass's. */
    decoder: DECODER.default({}),
    confidence: CONFIDENCE.optional(),
  }).optional(),
  /** A language model that finals are rescored with: its network, its word vectors, and the words they belong to. */
  recurrentLm: z
    .object({
      network: FILE_NAME,
      tables: FILE_NAME,
      words: FILE_NAME,
      /** Its share of a word's language cost; the n-gram model has the rest. */
      share: z.number().min(0).max(1),
      /** Nats that a word costs more than in the first pass. */
      wordPenalty: z.number().default(0),
    })
    .optional(),
  confidence: CONFIDENCE.optional(),
  /** SHA-256 of every other file of the package. */
  checksums: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).default({}),
  data: SOURCES.min(1),
  text: SOURCES.default([]),
  figures: z.record(z.string(), z.unknown()).default({}),
});

export type ModelCard = z.infer<typeof CARD>;

/** The files of a recurrent language model; none where there is none. */
export const recurrentFiles = (lm: ModelCard['recurrentLm']): string[] => (lm ? [lm.network, lm.tables, lm.words] : []);

/**
 * A checked card. One of format 1 is read as the same card in format 2.
 * @param where what an error names: the card's path
 * @throws MODEL_CARD naming the field
 */
export function parseCard(json: unknown, where: string): ModelCard {
  const parsed = CARD.safeParse(migrateCard(json, where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new HearkenError('MODEL_CARD', `${where}: ${issue.path.join('.') || 'card'}: ${issue.message}`);
  }
  const card = parsed.data;
  const problem = inconsistency(card);
  if (problem) throw new HearkenError('MODEL_CARD', `${where}: ${problem}`);
  return card;
}

/** What two fields of a card say that cannot both be so. */
function inconsistency({
  features,
  acoustic,
  secondPass,
  topology,
  spelling,
  checksums,
}: ModelCard): string | undefined {
  if ('cmvn' in features && features.cmvn) {
    const { globalMean } = features.cmvn;
    const dim = features.kind === 'kaldi-mfcc' ? features.ceps : features.melBins;
    if (globalMean.length !== dim) return `features.cmvn.globalMean has ${globalMean.length} numbers, not ${dim}`;
  }
  const { columns, chunk, states } = acoustic;
  if (topology.kind === 'chain' && (columns % 2 !== 0 || columns < 2 * spelling.units.length))
    return 'acoustic.columns is not two per unit, at least one unit per phone';
  if (topology.kind === 'ctc' && topology.blank >= columns) return 'topology.blank is not a column';
  if (secondPass && (secondPass.columns !== columns || secondPass.chunk))
    return 'secondPass: a network of whole segments with the columns of the first one is needed';
  if (chunk && chunk.shift > chunk.frames) return 'acoustic.chunk.shift is above its frames';
  if (!chunk && states.length > 0) return 'acoustic.states without a chunk: a network of whole segments keeps none';
  if (states.reduce((n, s) => n + s.dims.reduce((a, b) => a * b, 1), 0) > MAX_STATE)
    return `acoustic.states hold more than ${MAX_STATE} numbers`;
  if (Object.keys(checksums).some((f) => f.includes('/') || f.includes('\\') || f.startsWith('.')))
    return 'checksums name a file outside the package';
  return undefined;
}
