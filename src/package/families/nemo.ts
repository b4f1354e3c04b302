import { HearkenError } from '../../errors.js';
import { blankByName, readTokens } from '../../lexicon/index.js';
import type { OnnxMetadata } from '../onnx-metadata.js';
import { spelledNames, spellingOf } from '../spelling.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './family.js';

const INPUT = 'audio_signal';
const OUTPUT = 'logprobs';
const TABLES = ['tokens.txt', 'vocab.txt'];
const TOKENIZERS = ['tokenizer.model', 'bpe.model', 'tokenizer.json'];
const BLANK = '<blk>';
const SPACE = ' ';
/** Subsampling of NeMo's FastConformer encoders, which most newer models have. */
const USUAL_SUBSAMPLING = 8;

/**
 * CTC networks of NVIDIA NeMo for whole segments, as its exporter, sherpa-onnx and onnx-asr lay them out: `audio_signal`
 * [N, mel, T] and `length` in, `logprobs` [N, T', V + 1] out, the blank last; units in `tokens.txt` or `vocab.txt`, characters
 * or word pieces; constants in the metadata where sherpa-onnx's exporter wrote them.
 */
export const NEMO: ModelFamily = {
  name: 'nemo-ctc',
  matches: ({ inputs, outputs }) =>
    inputs.map((v) => v.name).join() === `${INPUT},length` && outputs.some((v) => v.name === OUTPUT),
  recognize(source: NetworkSource): RecognizedNetwork {
    const guessed: string[] = [];
    const { properties } = source.metadata;
    if (properties.is_giga_am === '1')
      throw new HearkenError('MODEL_FILE', `${source.path}: features of GigaAM are not known here`);
    const { units, blank } = unitsOf(source, guessed);
    const characters = units.every((unit) => unit.startsWith('<') || Array.from(unit).length === 1);
    // The space is what stands between words; silence, where there is some, is unit 0.
    const order = characters && units.includes(SPACE) ? [units.indexOf(SPACE)] : [];
    for (let unit = 0; unit < units.length; unit++) if (!order.includes(unit)) order.push(unit);
    const named = order.map((unit) => units[unit]);
    const tokenizer = characters ? undefined : TOKENIZERS.find((name) => source.has(name));
    const kind = characters ? 'characters' : 'pieces';
    const spelling = { kind, units: named, ...(tokenizer && { tokenizer }) } as const;
    const speller = spellingOf(spelling, tokenizer ? source.bytes(tokenizer) : undefined);
    if (!characters && !tokenizer)
      guessed.push('word pieces: no tokenizer lies there, so several ways to cut a word are allowed');
    return {
      name: 'nemo-ctc',
      language: 'en',
      features: {
        kind: 'nemo-mel',
        sampleRate: 16_000,
        melBins: melBins(source.metadata),
        normalize: normalization(source, guessed),
      },
      acoustic: {
        input: { name: INPUT, layout: 'NCT', lengths: 'length' },
        output: { name: OUTPUT, layout: 'NTC' },
        scores: 'log-posteriors',
        columns: units.length,
        ...(order.some((unit, i) => unit !== i) && { merge: order.map((unit) => [unit]) }),
        subsampling: subsampling(source, guessed),
        latency: 0,
        maxSeconds: 30,
        states: [],
      },
      topology: { kind: 'ctc', blank: order.indexOf(blank) },
      spelling,
      files: tokenizer ? [tokenizer] : [],
      data: [{ name: 'as its makers say', licence: 'as its makers say', attribution: 'NVIDIA NeMo' }],
      decoder: { lmWeight: 0.6, beam: 12, maxActive: 3000 },
      silenceProbability: characters ? 0.95 : 0,
      rescoringWordPenalty: 0,
      spell: (word) => (speller ? spelledNames(speller, word) : []),
      guessed: [...guessed, 'English', 'licence'],
    };
  },
};

/** Units by column, the blank among them. @throws MODEL_NOT_FOUND, MODEL_FILE, LEXICON_FORMAT */
function unitsOf(source: NetworkSource, guessed: string[]): { units: string[]; blank: number } {
  const table = TABLES.find((name) => source.has(name));
  if (!table) throw new HearkenError('MODEL_NOT_FOUND', `${source.path}: there is no ${TABLES.join(' or ')} beside it`);
  const units = readTokens(source.text(table), table).map((unit) =>
    unit === '▁' && onlyCharacters(source, table) ? SPACE : unit,
  );
  const { metadata } = source;
  const stated = metadata.properties.vocab_size === undefined ? undefined : Number(metadata.properties.vocab_size) + 1;
  const width = metadata.outputs.find((v) => v.name === OUTPUT)?.dims?.at(-1);
  const columns = typeof width === 'number' && width > 0 ? width : stated;
  if (columns === units.length + 1) units.push(BLANK);
  if (columns !== undefined && columns !== units.length)
    throw new HearkenError('MODEL_FILE', `${source.path}: ${columns} columns, but ${table} has ${units.length} units`);
  const blank = blankByName(units);
  if (blank === undefined) guessed.push('the last unit is the blank');
  return { units, blank: blank ?? units.length - 1 };
}

/** Whether no unit of a table is longer than a character, special names aside. */
const onlyCharacters = (source: NetworkSource, table: string): boolean =>
  readTokens(source.text(table), table).every((unit) => unit.startsWith('<') || Array.from(unit).length === 1);

/** @throws MODEL_FILE */
function melBins({ inputs }: OnnxMetadata): number {
  const bins = inputs.find((v) => v.name === INPUT)?.dims?.[1];
  if (bins === undefined || typeof bins === 'string') return 80;
  if (![64, 80, 128].includes(bins))
    throw new HearkenError('MODEL_FILE', `${INPUT} has ${bins} mel bins, not 64, 80 or 128`);
  return bins;
}

function normalization({ metadata: { properties } }: NetworkSource, guessed: string[]): 'per-feature' | 'none' {
  const { normalize_type: type } = properties;
  if (type === undefined) guessed.push('features normalised per feature');
  return type === '' || type === 'NA' ? 'none' : 'per-feature';
}

function subsampling({ metadata: { properties } }: NetworkSource, guessed: string[]): number {
  const stated = Number(properties.subsampling_factor);
  if (Number.isInteger(stated) && stated > 0) return stated;
  guessed.push(`${USUAL_SUBSAMPLING} feature frames per row`);
  return USUAL_SUBSAMPLING;
}
