/** One of Kaldi's endpoint rules (online2/online-endpoint.h); times in seconds. */
export interface EndpointRule {
  mustContainWords: boolean;
  minTrailingSilence: number;
  minUtteranceLength: number;
}

/** Kaldi's rules but for those on the relative cost, with silences suited to dictation. */
export const ENDPOINT_RULES: readonly EndpointRule[] = [
  { mustContainWords: false, minTrailingSilence: 5, minUtteranceLength: 0 },
  { mustContainWords: true, minTrailingSilence: 0.8, minUtteranceLength: 0 },
  { mustContainWords: true, minTrailingSilence: 0.4, minUtteranceLength: 12 },
  { mustContainWords: false, minTrailingSilence: 0, minUtteranceLength: 30 },
];

/** Number (from 1) of the first rule that ends the utterance here, 0 where none does. */
export function endpointRule(
  utterance: number,
  trailingSilence: number,
  hasWords: boolean,
  rules: readonly EndpointRule[] = ENDPOINT_RULES,
): number {
  const met = (r: EndpointRule): boolean =>
    (hasWords || !r.mustContainWords) && trailingSilence >= r.minTrailingSilence && utterance >= r.minUtteranceLength;
  return rules.findIndex(met) + 1;
}
