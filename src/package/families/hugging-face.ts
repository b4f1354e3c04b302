import { z } from 'zod';
import { HearkenError } from '../../errors.js';
import { parseJson } from '../../lexicon/index.js';
import type { ModelCard } from '../card.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './family.js';
import { columnsOf, inputOf } from './metadata.js';
import { unitParts } from './units.js';

const OUTPUT = 'logits';
const MASK = 'attention_mask';
const DECODER: ModelCard['decoder'] = { lmWeight: 0.6, beam: 12, maxActive: 3000 };

const EXTRACTOR = z.looseObject({ do_normalize: z.boolean().optional(), sampling_rate: z.number().optional() });

/**
 * wav2vec2, HuBERT and their like as Hugging Face exports them: `input_values` [N, samples] in, `logits` [N, T', V] out; 20 ms
 * rows, characters in `vocab.json`, whether samples are normalised in `preprocessor_config.json`.
 */
export const WAV2VEC2: ModelFamily = {
  name: 'wav2vec2',
  matches: (metadata) => inputOf(metadata, 'input_values') !== undefined && hasLogits(metadata.outputs),
  recognize(source: NetworkSource): RecognizedNetwork {
    const guessed: string[] = [];
    const settings = 'preprocessor_config.json';
    if (!source.has(settings)) guessed.push('samples normalised over the segment');
    const parsed = EXTRACTOR.safeParse(source.has(settings) ? parseJson(source.text(settings), settings) : {});
    if (!parsed.success) throw new HearkenError('MODEL_FILE', `${settings}: ${parsed.error.issues[0].message}`);
    const { do_normalize: normalize = true, sampling_rate: sampleRate = 16_000 } = parsed.data;
    return recognized(source, guessed, {
      name: 'wav2vec2',
      blank: 'first',
      features: { kind: 'waveform', sampleRate, normalize, epsilon: 1e-7 },
      input: { name: 'input_values', layout: 'NT' },
      subsampling: 320,
    });
  },
};

/** Parakeet CTC as Hugging Face exports it: NeMo's features, time before features: `input_features` [N, T, mel]. */
export const PARAKEET: ModelFamily = {
  name: 'parakeet-ctc',
  matches: (metadata) =>
    inputOf(metadata, 'input_features') !== undefined &&
    inputOf(metadata, MASK) !== undefined &&
    hasLogits(metadata.outputs),
  recognize(source: NetworkSource): RecognizedNetwork {
    const bins = inputOf(source.metadata, 'input_features')?.dims?.at(-1);
    return recognized(source, [], {
      name: 'parakeet-ctc',
      blank: 'last',
      features: {
        ...{ kind: 'nemo-mel', sampleRate: 16_000, normalize: 'per-feature' },
        melBins: typeof bins === 'number' ? bins : 80,
      },
      input: { name: 'input_features', layout: 'NTC' },
      subsampling: 8,
    });
  },
};

const hasLogits = (outputs: readonly { name: string }[]): boolean => outputs.some((v) => v.name === OUTPUT);

interface Layout {
  name: string;
  blank: 'first' | 'last';
  features: ModelCard['features'];
  input: ModelCard['acoustic']['input'];
  subsampling: number;
}

function recognized(
  source: NetworkSource,
  guessed: string[],
  { name, blank, features, input, subsampling }: Layout,
): RecognizedNetwork {
  const units = unitParts(source, columnsOf(source.metadata, OUTPUT), blank, guessed);
  return {
    ...units,
    ...{ name, language: 'en', features, decoder: DECODER },
    data: [{ name: 'as its makers say', licence: 'as its makers say', attribution: 'Hugging Face' }],
    acoustic: {
      input: inputOf(source.metadata, MASK) ? { ...input, mask: MASK } : input,
      output: { name: OUTPUT, layout: 'NTC' },
      scores: 'logits',
      ...units.acoustic,
      ...{ subsampling, latency: 0, maxSeconds: 30, states: [] },
    },
    guessed: [...guessed, 'English', 'licence'],
  };
}
