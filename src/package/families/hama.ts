import { z } from 'zod';
import { HearkenError } from '../../errors.js';
import { PHONES, parseJson, SILENCE } from '../../lexicon/index.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './family.js';

/** IPA symbols of the network by phone of CMUdict, as alignments of clear speech show them. */
const SYMBOLS: Readonly<Record<string, string>> = {
  ...{ AA: 'ɑ ɒ', AE: 'æ', AH: 'ə ʌ', AO: 'ɔ', AW: 'aʊ', AY: 'aɪ', B: 'b', CH: 't͡ʃ', D: 'd', DH: 'ð', EH: 'ɛ' },
  ...{ ER: 'ɝ ɚ', EY: 'eɪ e', F: 'f', G: 'g ɡ', HH: 'h', IH: 'ɪ', IY: 'i', JH: 'd͡ʒ', K: 'k', L: 'l', M: 'm', N: 'n' },
  ...{ NG: 'ŋ', OW: 'oʊ o', OY: 'ɔɪ', P: 'p', R: 'ɹ', S: 's', SH: 'ʃ', T: 't', TH: 'θ', UH: 'ʊ', UW: 'u', V: 'v' },
  ...{ W: 'w', Y: 'j', Z: 'z', ZH: 'ʒ' },
};
/** Words that it learnt as they are said by themselves. */
const CITATION = { the: ['DH IY'], a: ['AE'], to: ['T OW'] };
const VOCABULARY = 'g2p_vocab.json';
const BLANK = '<blank>';

/**
 * The phone network of hama (PyPI): waveform in, 191 columns out, of which the last is the blank and the one before it the
 * boundary of two words; the others are IPA symbols, listed in `g2p_vocab.json`. Symbols of the same phone of CMUdict are
 * added up. It was trained on words said by themselves: "the" is always /ði/.
 */
export const HAMA: ModelFamily = {
  name: 'hama',
  matches: ({ inputs, outputs }) =>
    inputs.map((v) => v.name).join() === 'waveform,waveform_lengths' && outputs.some((v) => v.name === 'log_probs'),
  recognize(source: NetworkSource): RecognizedNetwork {
    const symbols = readSymbols(source);
    const columns = source.metadata.outputs.find((v) => v.name === 'log_probs')?.dims?.at(-1);
    if (columns !== symbols.length + 2)
      throw new HearkenError(
        'MODEL_FILE',
        `${source.path}: ${columns} columns, but ${VOCABULARY} lists ${symbols.length} symbols, which makes ${symbols.length + 2}`,
      );
    const [boundary, blank] = [symbols.length, symbols.length + 1];
    const columnsOf = (phone: string): number[] => {
      if (phone === SILENCE) return [boundary];
      const found = SYMBOLS[phone].split(' ').map((symbol) => symbols.indexOf(symbol));
      if (found[0] < 0) throw new HearkenError('LEXICON_FORMAT', `${VOCABULARY} has no symbol for the phone ${phone}`);
      return found.filter((column) => column >= 0);
    };
    return {
      name: 'hama-en',
      language: 'en',
      features: { kind: 'waveform', sampleRate: 16000, normalize: false, epsilon: 1e-7 },
      acoustic: {
        input: { name: 'waveform', layout: 'NT', lengths: 'waveform_lengths' },
        output: { name: 'log_probs', layout: 'NTC' },
        scores: 'log-posteriors',
        columns: PHONES.length + 1,
        merge: [...PHONES.map(columnsOf), [blank]],
        subsampling: 320,
        latency: 0,
        maxSeconds: 30,
        states: [],
      },
      topology: { kind: 'ctc', blank: PHONES.length, blankCost: 1 },
      spelling: { kind: 'phones', units: [...PHONES, BLANK], silence: 0.9, pronunciations: CITATION },
      files: [],
      data: [{ name: 'hama', licence: 'Apache-2.0', attribution: 'Seongmin Park' }],
      decoder: { lmWeight: 1.2, maxActive: 4000 },
      rescoringWordPenalty: 0,
      // Fitted to the dev clips of LibriSpeech.
      confidence: { least: 0, most: 0.9 },
      guessed: ['phones of CMUdict by symbol', 'English'],
    };
  },
};

/** @throws INPUT_NOT_FOUND, LEXICON_FORMAT */
function readSymbols(source: NetworkSource): string[] {
  const parsed = z
    .object({ decoder: z.array(z.string()).min(1) })
    .safeParse(parseJson(source.text(VOCABULARY), VOCABULARY));
  if (!parsed.success) throw new HearkenError('LEXICON_FORMAT', `${VOCABULARY}: a list "decoder" of symbols is needed`);
  return parsed.data.decoder;
}
