import { HearkenError } from '../errors.js';

export interface DecoderOptions {
  /** Tokens costlier than the best by more than this are dropped. Wider is slower and more exact. */
  beam: number;
  /** Most tokens that go on from one frame to the next. */
  maxActive: number;
  /** Tokens that go on even where the beam would leave fewer; Kaldi's min-active. */
  minActive: number;
  /** Paths costlier than the best by at most this are in the lattice, from which confidences come; 0 keeps none. */
  latticeBeam: number;
  /** Factor on language model costs. */
  lmWeight: number;
  /** Cost of each word, above what the language model says; negative favours more words. */
  wordPenalty: number;
}

/** Where neither the caller nor the model card says otherwise. */
export const DECODER_DEFAULTS: DecoderOptions = {
  beam: 13,
  maxActive: 5000,
  minActive: 20,
  latticeBeam: 6,
  lmWeight: 1,
  wordPenalty: 0,
};

/** @throws OPTION_INVALID */
export function decoderOptions(options: Partial<DecoderOptions> = {}): DecoderOptions {
  const all = { ...DECODER_DEFAULTS, ...options };
  if (!(all.beam > 0 && all.beam <= 1000))
    throw new HearkenError('OPTION_INVALID', `beam ${all.beam} is not in (0, 1000]`);
  if (!(Number.isInteger(all.maxActive) && all.maxActive >= 1))
    throw new HearkenError('OPTION_INVALID', `maxActive ${all.maxActive} is not a positive integer`);
  if (!(Number.isInteger(all.minActive) && all.minActive >= 0 && all.minActive <= all.maxActive))
    throw new HearkenError('OPTION_INVALID', `minActive ${all.minActive} is not an integer from 0 to maxActive`);
  if (!(all.latticeBeam >= 0 && all.latticeBeam <= 1000))
    throw new HearkenError('OPTION_INVALID', `latticeBeam ${all.latticeBeam} is not in [0, 1000]`);
  if (!(all.lmWeight >= 0 && all.lmWeight <= 100))
    throw new HearkenError('OPTION_INVALID', `lmWeight ${all.lmWeight} is not in [0, 100]`);
  if (!Number.isFinite(all.wordPenalty))
    throw new HearkenError('OPTION_INVALID', `wordPenalty ${all.wordPenalty} is not a number`);
  return all;
}
