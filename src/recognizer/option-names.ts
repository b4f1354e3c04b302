import type { RawFormat, SoundLimits } from '../audio/index.js';
import type { DecoderOptions, EndpointRule } from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import { refuseUnknown } from '../unknown-names.js';
import type { EngineOptions, LiveOptions, PushedRecordingOptions, TranscribeOptions } from './engine-options.js';
import type { KeywordOption } from './keywords.js';
import type { RecordingPart } from './messages.js';
import type { NewWord } from './new-words.js';
import type { Phrase } from './phrases.js';
import type { StreamOptions } from './stream-options.js';

/** Every name of T, once: the compiler refuses a list that lacks one or has one too many. */
const namesOf = <T>(names: Record<keyof T, true>): readonly string[] => Object.keys(names);

export const ENGINE_OPTIONS = namesOf<EngineOptions>({
  model: true,
  grammars: true,
  workers: true,
  workerMemory: true,
  providers: true,
  onWarning: true,
});

/** What can be asked of any stream. */
export const STREAM_OPTIONS = namesOf<StreamOptions>({
  decoder: true,
  partials: true,
  rescore: true,
  secondPass: true,
  alternatives: true,
  written: true,
  punctuation: true,
  profanity: true,
  endpoint: true,
  phrases: true,
  classes: true,
  newWords: true,
  keywords: true,
  recognize: true,
  grammar: true,
});

export const LIVE_OPTIONS = [
  ...STREAM_OPTIONS,
  ...namesOf<Omit<LiveOptions, keyof StreamOptions>>({ sampleRate: true, encoding: true, signal: true }),
];

export const RECORDING_OPTIONS = [
  ...STREAM_OPTIONS,
  ...namesOf<Omit<PushedRecordingOptions, keyof StreamOptions>>({
    signal: true,
    raw: true,
    channels: true,
    limits: true,
    part: true,
  }),
];

export const TRANSCRIBE_OPTIONS = [
  ...RECORDING_OPTIONS,
  ...namesOf<Omit<TranscribeOptions, keyof PushedRecordingOptions>>({ sampleRate: true }),
];

const BEFORE_THE_END = ['partials', 'keywords', 'recognize'];

export const RECOGNIZE_OPTIONS = TRANSCRIBE_OPTIONS.filter((name) => !BEFORE_THE_END.includes(name));

/** Options that are objects of options. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  decoder: namesOf<DecoderOptions>({
    beam: true,
    maxActive: true,
    minActive: true,
    latticeBeam: true,
    lmWeight: true,
    wordPenalty: true,
  }),
  raw: namesOf<RawFormat>({ encoding: true, sampleRate: true, channels: true }),
  limits: namesOf<SoundLimits>({ maxSeconds: true, maxSecondsPerKilobyte: true }),
  part: namesOf<RecordingPart>({ from: true, to: true }),
};

/** Options that are lists of objects. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  phrases: namesOf<Phrase>({ text: true, boost: true }),
  newWords: namesOf<NewWord>({ text: true, pronunciations: true, like: true }),
  keywords: namesOf<KeywordOption>({ text: true, pronunciations: true, threshold: true }),
  endpoint: namesOf<EndpointRule>({
    mustContainWords: true,
    minTrailingSilence: true,
    minUtteranceLength: true,
    maxRelativeCost: true,
  }),
};

/** Names of options, and of the options in them. @throws OPTION_INVALID with the name that was likely meant */
export function checkNames(options: unknown, known: readonly string[]): void {
  refuseUnknown(options, known);
  const given = options as Record<string, unknown>;
  for (const [name, names] of Object.entries(GROUPS))
    if (given[name] !== undefined) refuseUnknown(given[name], names, name);
  for (const [name, names] of Object.entries(LISTS)) {
    const list = given[name];
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw new HearkenError('OPTION_INVALID', `${name}: a list is needed`);
    for (const item of list) {
      refuseUnknown(item, names, name);
      if ('text' in item ? typeof item.text !== 'string' : names.includes('text'))
        throw new HearkenError('OPTION_INVALID', `${name}: each needs a text`);
    }
  }
}
