import { HearkenError } from '../errors.js';

/** One of Kaldi's endpoint rules (online2/online-endpoint.h); all its conditions must hold. Times in seconds. */
export interface EndpointRule {
  mustContainWords: boolean;
  minTrailingSilence: number;
  minUtteranceLength: number;
  /** By how much ending here may cost more than the best path that goes on (nats): how complete the sentence is. Default: any. */
  maxRelativeCost?: number;
}

/** For dictation: a pause after words, a shorter one once much has been said, and an end in any case. */
export const ENDPOINT_RULES: readonly EndpointRule[] = [
  { mustContainWords: false, minTrailingSilence: 5, minUtteranceLength: 0 },
  { mustContainWords: true, minTrailingSilence: 0.8, minUtteranceLength: 0 },
  { mustContainWords: true, minTrailingSilence: 0.4, minUtteranceLength: 12 },
  { mustContainWords: false, minTrailingSilence: 0, minUtteranceLength: 30 },
];

/** Kaldi's own defaults: a shorter pause is enough where the sentence is likely over. */
export const KALDI_ENDPOINT_RULES: readonly EndpointRule[] = [
  { mustContainWords: false, minTrailingSilence: 5, minUtteranceLength: 0 },
  { mustContainWords: true, minTrailingSilence: 0.5, minUtteranceLength: 0, maxRelativeCost: 2 },
  { mustContainWords: true, minTrailingSilence: 1, minUtteranceLength: 0, maxRelativeCost: 8 },
  { mustContainWords: true, minTrailingSilence: 2, minUtteranceLength: 0 },
  { mustContainWords: false, minTrailingSilence: 0, minUtteranceLength: 20 },
];

/** What has been heard since the last endpoint. */
export interface EndpointState {
  utteranceLength: number;
  trailingSilence: number;
  hasWords: boolean;
  /** Cost of the best path that may end here above that of the best path; Infinity where none may. */
  relativeCost: number;
}

/** Number (from 1) of the first rule that ends the utterance here, 0 where none does. */
export function endpointRule(heard: EndpointState, rules: readonly EndpointRule[] = ENDPOINT_RULES): number {
  const met = (r: EndpointRule): boolean =>
    (heard.hasWords || !r.mustContainWords) &&
    heard.trailingSilence >= r.minTrailingSilence &&
    heard.utteranceLength >= r.minUtteranceLength &&
    heard.relativeCost <= (r.maxRelativeCost ?? Number.POSITIVE_INFINITY);
  return rules.findIndex(met) + 1;
}

const MAX_RULES = 20;
/** Seconds after which an utterance ends whatever the rules say, so that memory stays bounded. */
export const MAX_UTTERANCE_SECONDS = 120;

/** The rules with one for the longest utterance behind them. @throws OPTION_INVALID */
export function checkEndpointRules(rules: readonly EndpointRule[]): EndpointRule[] {
  if (rules.length > MAX_RULES)
    throw new HearkenError('OPTION_INVALID', `${rules.length} endpoint rules: at most ${MAX_RULES} are allowed`);
  for (const [i, r] of rules.entries())
    for (const n of [r.minTrailingSilence, r.minUtteranceLength, r.maxRelativeCost ?? 0])
      if (!(n >= 0)) throw new HearkenError('OPTION_INVALID', `endpoint rule ${i + 1}: ${n} is not a number from 0 up`);
  return [...rules, { mustContainWords: false, minTrailingSilence: 0, minUtteranceLength: MAX_UTTERANCE_SECONDS }];
}
