import { HearkenError } from '../../errors.js';
import type { ModelCard } from '../card.js';
import type { OnnxMetadata } from '../onnx-metadata.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './family.js';
import { columnsOf, hasInputs, neededNumber } from './metadata.js';
import { statesOf } from './states.js';
import { unitParts } from './units.js';

const INPUT = 'x';
const OUTPUT = 'log_probs';
/** Feature frames per row. */
const SUBSAMPLING = 4;
/** Value that icefall fills features up with. */
const PADDING = Math.log(1e-10);
const DATA: ModelCard['data'] = [{ name: 'as its makers say', licence: 'as its makers say', attribution: 'icefall' }];
const DECODER: ModelCard['decoder'] = { lmWeight: 0.6, beam: 12, maxActive: 3000 };
/** Of lhotse: Kaldi's, of samples between −1 and 1. */
const FEATURES: ModelCard['features'] = {
  ...{ kind: 'kaldi-fbank', sampleRate: 16_000, melBins: 80, lowFrequency: 20, highFrequency: -400 },
  ...{ snipEdges: false, dither: false, scale: 1 },
};

/** icefall's Zipformer CTC for whole segments (export-onnx-ctc.py): `x` [N, T, 80] and `x_lens` in, `log_probs` out, the blank first. */
export const ZIPFORMER: ModelFamily = {
  name: 'zipformer-ctc',
  matches: (metadata) => hasInputs(metadata, INPUT, 'x_lens') && isZipformer(metadata),
  recognize: (source) => recognized(source, 'zipformer-ctc', { lengths: 'x_lens' }, { maxSeconds: 30, states: [] }),
};

/**
 * icefall's streaming Zipformer CTC (export-onnx-streaming-ctc.py): `x` [N, T, 80] and a list of states, each continued by the
 * output of its name with `new_` before it. T frames at a time, `decode_chunk_len` on.
 */
export const ZIPFORMER_STREAMING: ModelFamily = {
  name: 'zipformer-ctc-streaming',
  matches: (metadata) =>
    metadata.inputs.some((v) => v.name === 'embed_states') &&
    metadata.inputs[0]?.name === INPUT &&
    isZipformer(metadata),
  recognize(source: NetworkSource): RecognizedNetwork {
    const { inputs, properties } = source.metadata;
    if (properties.feature !== undefined && properties.feature !== 'fbank')
      throw new HearkenError(
        'MODEL_FILE',
        `${source.path}: features of kind ${properties.feature} are not known in this family`,
      );
    const names = inputs.map((v) => v.name).filter((name) => name !== INPUT);
    const states = statesOf(source, names, (name) => `new_${name}`);
    const padding = PADDING;
    const chunk = { frames: neededNumber(source, 'T'), shift: neededNumber(source, 'decode_chunk_len') };
    return recognized(source, 'zipformer-ctc-streaming', {}, { chunk, padding, states });
  },
};

const isZipformer = ({ outputs, properties }: OnnxMetadata): boolean =>
  outputs.some((v) => v.name === OUTPUT) && /^zipformer/.test(properties.model_type ?? '');

function recognized(
  source: NetworkSource,
  name: string,
  input: { lengths?: string },
  how: Pick<ModelCard['acoustic'], 'states'> & Partial<Pick<ModelCard['acoustic'], 'chunk' | 'padding' | 'maxSeconds'>>,
): RecognizedNetwork {
  const guessed: string[] = [];
  const units = unitParts(source, columnsOf(source.metadata, OUTPUT), 'first', guessed);
  return {
    ...units,
    ...{ name, language: 'en', features: FEATURES, data: DATA, decoder: DECODER },
    acoustic: {
      input: { name: INPUT, layout: 'NTC', ...input },
      output: { name: OUTPUT, layout: 'NTC' },
      scores: 'log-posteriors',
      ...units.acoustic,
      ...{ subsampling: SUBSAMPLING, latency: 0, ...how },
    },
    guessed: [...guessed, 'English', 'licence'],
  };
}
