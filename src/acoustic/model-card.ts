import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { HearkenError } from '../errors.js';

const positive = z.number().int().positive();

/** A file of the package itself: a card never leads outside its directory. */
const FILE_NAME = z.string().regex(/^[^./\\][^/\\]*$/, 'a plain file name is needed');

/** What a model package says of itself: `card.json`. */
const CARD = z.object({
  format: z.literal(1),
  name: z.string().min(1),
  language: z.string(),
  features: z.object({
    sampleRate: positive,
    melBins: positive,
    lowFrequency: z.number(),
    highFrequency: z.number(),
    snipEdges: z.boolean(),
    /** Prior of the online mean normalisation. */
    globalMean: z.array(z.number()),
  }),
  acoustic: z.object({
    file: FILE_NAME,
    /** `chain`: two pdfs a unit, entry then self-loop. */
    topology: z.enum(['chain']),
    phones: z.array(z.string()).min(1),
    /** File that says which unit a phone has behind each left phone; without it units are phones. */
    units: FILE_NAME.optional(),
    outputs: positive,
    /** Feature frames an output frame covers. */
    subsampling: positive,
    /** Output frames by which the network lags behind its input: its look-ahead. */
    delay: z.number().int().nonnegative(),
    stateSize: positive,
    parameters: positive,
    /** Of one output frame. */
    multiplyAdds: positive.optional(),
  }),
  /** `lookahead`: unigram costs in the graph, the n-gram of lm.bin beside it; `static`: the whole grammar in the graph. */
  graph: z.enum(['lookahead', 'static']).default('lookahead'),
  decoder: z
    .object({
      beam: z.number(),
      latticeBeam: z.number(),
      maxActive: positive,
      minActive: z.number().int().nonnegative(),
      lmWeight: z.number(),
      wordPenalty: z.number(),
    })
    .partial()
    .default({}),
  /** A language model that finals are rescored with: its network, its word vectors, and the words they belong to. */
  recurrentLm: z
    .object({
      network: FILE_NAME,
      tables: FILE_NAME,
      words: FILE_NAME,
      /** How much it counts beside the n-gram model. */
      share: z.number().min(0).max(1),
      /** Nats a word costs more than in the first hearing. */
      wordPenalty: z.number().default(0),
    })
    .optional(),
  /**
   * Share of words that are right where the lattice's posterior of them is 0, and where it is 1; between, a word's confidence lies
   * on the line between the two. Absent: the posterior is the confidence.
   */
  confidence: z.object({ least: z.number().min(0).max(1), most: z.number().min(0).max(1) }).optional(),
  /** SHA-256 of every other file of the package. */
  checksums: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).default({}),
  data: z.array(z.object({ name: z.string(), licence: z.string(), attribution: z.string() })).min(1),
  text: z.array(z.object({ name: z.string(), licence: z.string(), attribution: z.string() })).default([]),
  figures: z.record(z.string(), z.unknown()).default({}),
});

export type ModelCard = z.infer<typeof CARD>;

/** @throws MODEL_CARD naming the field */
export function parseCard(json: unknown, where: string): ModelCard {
  const parsed = CARD.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new HearkenError('MODEL_CARD', `${where}: ${issue.path.join('.') || 'card'}: ${issue.message}`);
  }
  const card = parsed.data;
  if (card.features.globalMean.length !== card.features.melBins) {
    throw new HearkenError(
      'MODEL_CARD',
      `${where}: features.globalMean has ${card.features.globalMean.length} numbers, not melBins`,
    );
  }
  if (card.acoustic.outputs % 2 !== 0 || card.acoustic.outputs < 2 * card.acoustic.phones.length) {
    throw new HearkenError('MODEL_CARD', `${where}: acoustic.outputs is not two a unit, at least one unit a phone`);
  }
  if (Object.keys(card.checksums).some((f) => f.includes('/') || f.includes('\\') || f.startsWith('.'))) {
    throw new HearkenError('MODEL_CARD', `${where}: checksums name a file outside the package`);
  }
  return card;
}

/** Read the card of a package directory and, unless told not to, check the files against its checksums. @throws MODEL_NOT_FOUND, MODEL_CARD, MODEL_CHECKSUM */
export function readCard(directory: string, verify = true): ModelCard {
  const path = resolve(directory, 'card.json');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new HearkenError('MODEL_CARD', `${path}: ${cause.message}`, { cause });
    throw new HearkenError('MODEL_NOT_FOUND', `no model package at ${directory}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const card = parseCard(json, path);
  for (const [file, checksum] of Object.entries(verify ? card.checksums : {})) {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(resolve(directory, file));
    } catch (cause) {
      throw new HearkenError('MODEL_NOT_FOUND', `model file ${resolve(directory, file)} is missing`, { cause });
    }
    if (createHash('sha256').update(bytes).digest('hex') !== checksum) {
      throw new HearkenError(
        'MODEL_CHECKSUM',
        `model file ${resolve(directory, file)} is damaged: its SHA-256 differs from the card's`,
      );
    }
  }
  return card;
}
