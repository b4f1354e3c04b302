import { HearkenError } from '../errors.js';

/** Whether an error lies in the recording or the options, so that another try would meet it again. */
export function isHopeless(error: Error): boolean {
  return error instanceof HearkenError && /^(AUDIO_|OPTION_|MODEL_|GRAMMAR_|LEXICON_)/.test(error.code);
}
