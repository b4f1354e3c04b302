import { HearkenError } from '../../errors.js';
import type { ModelCard } from '../card.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './family.js';
import { columnsOf, hasInputs, inputOf, neededNumber, wholeNumber } from './metadata.js';
import { statesOf } from './states.js';
import { unitParts } from './units.js';

const INPUT = 'audio_signal';
const LENGTH = 'length';
const OUTPUT = 'logprobs';
const CACHES = ['cache_last_channel', 'cache_last_time', 'cache_last_channel_len'];
/** Subsampling of NeMo's FastConformer encoders, which most newer models have. */
const USUAL_SUBSAMPLING = 8;
/** Features of digital silence. */
const SILENCE = Math.log(2 ** -24);
const DECODER: ModelCard['decoder'] = { lmWeight: 0.6, beam: 12, maxActive: 3000 };
const DATA: ModelCard['data'] = [
  { name: 'as its makers say', licence: 'as its makers say', attribution: 'NVIDIA NeMo' },
];

/**
 * CTC networks of NVIDIA NeMo for whole segments, as its exporter, sherpa-onnx and onnx-asr lay them out: `audio_signal`
 * [N, mel, T] and `length` in, `logprobs` [N, T', V + 1] out, the blank last; constants in the metadata where sherpa-onnx's
 * exporter wrote them.
 */
export const NEMO: ModelFamily = {
  name: 'nemo-ctc',
  matches: (metadata) => hasInputs(metadata, INPUT, LENGTH) && columnsExist(metadata.outputs),
  recognize(source: NetworkSource): RecognizedNetwork {
    const guessed: string[] = [];
    const { units, features } = common(source, guessed);
    const factor = wholeNumber(source, 'subsampling_factor');
    if (factor === undefined) guessed.push(`${USUAL_SUBSAMPLING} feature frames per row`);
    return {
      ...units,
      ...{ name: 'nemo-ctc', language: 'en', features, data: DATA, decoder: DECODER },
      acoustic: {
        input: { name: INPUT, layout: 'NCT', lengths: LENGTH },
        output: { name: OUTPUT, layout: 'NTC' },
        scores: 'log-posteriors',
        ...units.acoustic,
        ...{ subsampling: factor ?? USUAL_SUBSAMPLING, latency: 0, maxSeconds: 30, states: [] },
      },
      guessed: [...guessed, 'English', 'licence'],
    };
  },
};

/**
 * Cache-aware streaming CTC networks of NeMo, as exported with `cache_support`: three caches more, batch first, which begin as
 * zeros. `window_size` feature frames at a time, `chunk_shift` on; no normalisation.
 */
export const NEMO_STREAMING: ModelFamily = {
  name: 'nemo-ctc-streaming',
  matches: (metadata) => hasInputs(metadata, INPUT, LENGTH, ...CACHES) && columnsExist(metadata.outputs),
  recognize(source: NetworkSource): RecognizedNetwork {
    const guessed: string[] = [];
    const { units, features } = common(source, guessed);
    const states = statesOf(source, CACHES, (name) => `${name}_next`, {
      cache_last_channel: ['cache_last_channel_dim1', 'cache_last_channel_dim2', 'cache_last_channel_dim3'],
      cache_last_time: ['cache_last_time_dim1', 'cache_last_time_dim2', 'cache_last_time_dim3'],
    });
    return {
      ...units,
      ...{ name: 'nemo-ctc-streaming', language: 'en', features, data: DATA, decoder: DECODER },
      acoustic: {
        input: { name: INPUT, layout: 'NCT', lengths: LENGTH },
        output: { name: OUTPUT, layout: 'NTC' },
        scores: 'log-posteriors',
        ...units.acoustic,
        subsampling: wholeNumber(source, 'subsampling_factor') ?? USUAL_SUBSAMPLING,
        latency: 0,
        padding: SILENCE,
        chunk: { frames: neededNumber(source, 'window_size'), shift: neededNumber(source, 'chunk_shift') },
        states,
      },
      guessed: [...guessed, 'English', 'licence'],
    };
  },
};

const columnsExist = (outputs: readonly { name: string }[]): boolean => outputs.some((v) => v.name === OUTPUT);

/** @throws MODEL_FILE, MODEL_NOT_FOUND, LEXICON_FORMAT */
function common(source: NetworkSource, guessed: string[]) {
  const { metadata } = source;
  const { normalize_type: type, is_giga_am: gigaAm } = metadata.properties;
  if (gigaAm === '1') throw new HearkenError('MODEL_FILE', `${source.path}: features of GigaAM are not known here`);
  if (type === undefined) guessed.push('features normalised per feature');
  const stated = wholeNumber(source, 'vocab_size');
  const columns = columnsOf(metadata, OUTPUT) ?? (stated === undefined ? undefined : stated + 1);
  const features: ModelCard['features'] = {
    kind: 'nemo-mel',
    sampleRate: 16_000,
    melBins: melBins(source),
    normalize: type === '' || type === 'NA' ? 'none' : 'per-feature',
  };
  return { units: unitParts(source, columns, 'last', guessed), features };
}

/** @throws MODEL_FILE */
function melBins({ path, metadata }: NetworkSource): number {
  const bins = inputOf(metadata, INPUT)?.dims?.[1];
  if (bins === undefined || typeof bins === 'string') return 80;
  if (![64, 80, 128].includes(bins))
    throw new HearkenError('MODEL_FILE', `${path}: ${INPUT} has ${bins} mel bins, not 64, 80 or 128`);
  return bins;
}
