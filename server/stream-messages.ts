import { z } from 'zod';
import { DEFAULT_BOOST, HearkenError, type KeywordHit, type Segment } from '../src/index.js';
import type { Limits } from './limits.js';

/** Messages of Hearken's own protocol, `/v1/stream`. Binary messages are audio. docs/server.md describes them. */

const MAX_CLASSES = 1000;

const PHRASE = z.union([
  z
    .string()
    .max(200)
    .transform((text) => ({ text, boost: DEFAULT_BOOST })),
  z.strictObject({ text: z.string().max(200), boost: z.number().min(-20).max(20).default(DEFAULT_BOOST) }),
]);

const PRONUNCIATIONS = z.array(z.string().max(500)).max(20).readonly().optional();

const NEW_WORD = z.strictObject({
  text: z.string().max(100),
  pronunciations: PRONUNCIATIONS,
  like: z.string().max(100).optional(),
});

const KEYWORD = z.strictObject({
  text: z.string().max(200),
  pronunciations: PRONUNCIATIONS,
  threshold: z.number().max(0).optional(),
});

const ENDPOINT = z.strictObject({
  mustContainWords: z.boolean(),
  /** Seconds. */
  minTrailingSilence: z.number().min(0).max(600),
  minUtteranceLength: z.number().min(0).max(600),
  /** Nats by which ending may cost more than going on. */
  maxRelativeCost: z.number().min(0).optional(),
});

/** What audio follows and what is wanted of it. */
const START = z.strictObject({
  type: z.literal('start'),
  /** `container`: WAV, Ogg Opus, WebM, FLAC, MP3…, recognised by its first bytes. */
  encoding: z.enum(['s16le', 'f32le', 'mulaw', 'alaw', 'container']).default('s16le'),
  /** Hz, of raw encodings. */
  sampleRate: z.number().int().min(6000).max(192_000).default(16_000),
  /** Of raw encodings, interleaved. */
  channels: z.number().int().min(1).max(8).default(1),
  /** One transcript of all channels, or one a channel. */
  channelMode: z.enum(['mix', 'split']).default('mix'),
  partials: z.boolean().default(true),
  /** Segments are rescored with the recurrent language model when they are whole; default true. Finals that change stable words have `corrected`. */
  rescore: z.boolean().optional(),
  /** Segments are recognised again with the package's second acoustic model, where it has one; default true. */
  secondPass: z.boolean().optional(),
  /** Milliseconds between partial results at least. */
  partialInterval: z.number().min(0).max(60_000).default(0),
  /** Words with times and confidences in final results. */
  words: z.boolean().default(true),
  /** Final results also as people write them: numbers, dates, money in figures. */
  written: z.boolean().default(false),
  /** `written` has sentence ends, commas, question marks and capitals. */
  punctuation: z.boolean().default(false),
  /** Profane words as their first letter and asterisks. */
  profanity: z.enum(['keep', 'mask']).default('keep'),
  /** Other readings of a segment. */
  alternatives: z.number().int().min(0).max(100).default(0),
  /** When an utterance ends; the first rule whose conditions all hold. Default: as for dictation. */
  endpoint: z.array(ENDPOINT).max(20).optional(),
  phrases: z.array(PHRASE).max(5000).readonly().default([]),
  /** What `$name` stands for in phrases. */
  classes: z
    .record(z.string().max(100), z.array(z.string().max(200)).max(20_000).readonly())
    .readonly()
    .default({}),
  newWords: z.array(NEW_WORD).max(10_000).readonly().default([]),
  /** Words and phrases to be told of, found by their sound alone. */
  keywords: z.array(KEYWORD).max(200).readonly().default([]),
  /** False: only keywords are listened for. */
  recognize: z.boolean().default(true),
  /** Name of another grammar or language model that the server has loaded. */
  grammar: z.string().max(100).optional(),
  /** Told back in `ready`, and put into the log. */
  metadata: z.record(z.string().max(100), z.string().max(1000)).optional(),
});

/** A client that comes back after its connection dropped. */
const RESUME = z.strictObject({
  type: z.literal('resume'),
  session: z.string().max(100),
  /** `seq` of the last message it has received. */
  seq: z.number().int().min(0),
});

/** What a client may send on `/v1/stream`, as a zod schema. */
export const CLIENT_MESSAGE = z.discriminatedUnion('type', [
  START,
  RESUME,
  z.strictObject({ type: z.literal('finalize') }),
  z.strictObject({ type: z.literal('reset') }),
  z.strictObject({ type: z.literal('finish') }),
  z.strictObject({ type: z.literal('ping'), id: z.union([z.string().max(100), z.number()]).optional() }),
]);

/** Names of classes are counted first: looking at each takes the schema long. @throws ZodError, SERVER_MESSAGE */
export function clientMessage(json: unknown): z.output<typeof CLIENT_MESSAGE> {
  const { classes } = (json ?? {}) as { classes?: unknown };
  if (typeof classes === 'object' && classes !== null && Object.keys(classes).length > MAX_CLASSES)
    throw new HearkenError('SERVER_MESSAGE', `classes: more than ${MAX_CLASSES}`);
  return CLIENT_MESSAGE.parse(json);
}

export type ClientMessage = z.input<typeof CLIENT_MESSAGE>;
export type StartMessage = z.output<typeof START>;

/** Messages of the server. All but `ready`, `pong` and `error` have a sequence number, from 1 on. */
export type ServerMessage =
  | {
      type: 'ready';
      /** For `resume`. */
      session: string;
      model: string;
      /** What `grammar` of `start` can name. */
      grammars: string[];
      /** Bytes of audio taken so far: a client that resumes sends on from there. */
      received: number;
      limits: Pick<Limits, 'maxMessageBytes' | 'maxSessionSeconds' | 'idleSeconds' | 'resumeSeconds'>;
      metadata?: Record<string, string>;
    }
  /** Bytes of audio taken so far: a client need not keep what lies before. */
  | { type: 'ack'; seq: number; received: number }
  | { type: 'partial'; seq: number; index: number; channel: number; stable: string; unstable: string }
  | (KeywordHit & { seq: number; channel: number })
  /** `latency`: milliseconds since the client's last message. */
  | (Omit<Segment, 'words'> & { seq: number; channel: number; latency: number; words?: Segment['words'] })
  | { type: 'done'; seq: number; seconds: number; segments: number; warnings: string[] }
  | { type: 'pong'; id?: string | number }
  | { type: 'error'; code: string; message: string };
