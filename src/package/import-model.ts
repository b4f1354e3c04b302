import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { writeSections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { buildSearchGraph, type LexiconEntry } from '../graph/index.js';
import { inputBytes, inputText } from '../input-file.js';
import type { Lexicon } from '../lexicon/index.js';
import { NgramLm, SPECIAL_WORDS } from '../lm/index.js';
import { type ModelCard, parseCard, recurrentFiles } from './card.js';
import { FAMILIES } from './families/families.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './families/family.js';
import { onnxMetadata } from './onnx-metadata.js';
import { packageFile, sha256 } from './read-card.js';
import { type PackageParts, readPackage } from './read-package.js';
import { type Pronouncer, pronouncerOf } from './spelling.js';
import { topologyOf } from './topology.js';

const NETWORK = 'acoustic.onnx';

export interface ImportOptions {
  /** Path of the network, in ONNX. */
  source: string;
  /** Directory of the new package, by its name. A package there is replaced. */
  out: (name: string) => string;
  /** Name of the package; default as the network's family calls it. */
  name?: string;
  /** Directory of the package whose words and language model are taken. */
  language: string;
  lexicon: Lexicon;
  /** Called with the name of each step as it begins. */
  onStep?: (step: string) => void;
}

export interface ImportReport {
  /** Where the package is. */
  directory: string;
  family: string;
  /** What was taken to be so without the files saying it. */
  guessed: readonly string[];
  warnings: readonly string[];
  /** Words, and those of them that the network's units cannot write. */
  vocabulary: number;
  unspelled: readonly string[];
  graphStates: number;
  graphArcs: number;
}

/**
 * Writes a package with a network of another toolkit as it is, and the words and language model of a package of ours. The
 * package is there as a whole or not at all.
 * @throws MODEL_FILE for a network of no known family, naming its inputs and outputs; INPUT_NOT_FOUND, LEXICON_FORMAT for what
 * should lie around it; MODEL_* of the language package; OPTION_INVALID for a directory that holds something else
 */
export function importModel(options: ImportOptions): ImportReport {
  const { onStep = () => undefined } = options;
  onStep(`reading ${options.source}`);
  const source = networkSource(options.source);
  const family = FAMILIES.find((f) => f.matches(source.metadata));
  if (!family) throw new HearkenError('MODEL_FILE', unknown(source));
  const [apart] = source.metadata.externalFiles;
  if (apart !== undefined)
    throw new HearkenError(
      'MODEL_FILE',
      `${options.source}: its weights lie in ${apart}: only networks in one file are taken`,
    );
  const network = family.recognize(source);
  const language = readPackage(options.language);
  const directory = options.out(options.name ?? network.name);
  if (existsSync(directory) && !existsSync(resolve(directory, 'card.json')) && readdirSync(directory).length > 0)
    throw new HearkenError('OPTION_INVALID', `${directory} holds files that are not a package`);
  const under = `${directory}.part`;
  rmSync(under, { recursive: true, force: true });
  mkdirSync(under, { recursive: true });
  try {
    const figures = write({ options, network, source, language, under });
    rmSync(directory, { recursive: true, force: true });
    renameSync(under, directory);
    return { directory, ...report(family, network, source), ...figures };
  } catch (error) {
    rmSync(under, { recursive: true, force: true });
    throw error;
  }
}

/** @throws INPUT_NOT_FOUND, MODEL_FILE */
function networkSource(path: string): NetworkSource {
  const directory = dirname(resolve(path));
  return {
    path,
    metadata: onnxMetadata(inputBytes(path), path),
    bytes: (name) => inputBytes(resolve(directory, name)),
    text: (name) => inputText(resolve(directory, name)),
    has: (name) => existsSync(resolve(directory, name)),
  };
}

function unknown({ path, metadata }: NetworkSource): string {
  const names = (values: typeof metadata.inputs): string =>
    values.map((v) => `${v.name} ${v.type} [${v.dims?.map((d) => d ?? '?').join(', ') ?? '?'}]`).join('; ');
  return `${path}: a network of no known family: inputs ${names(metadata.inputs)}; outputs ${names(metadata.outputs)}`;
}

function report(
  family: ModelFamily,
  { guessed }: RecognizedNetwork,
  { metadata }: NetworkSource,
): Pick<ImportReport, 'family' | 'guessed' | 'warnings'> {
  const dynamic = ['MatMulInteger', 'DynamicQuantizeLinear', 'ConvInteger'].some((o) => metadata.operators.has(o));
  const warning =
    'the network is quantised dynamically: its scores depend on the processor and on what runs in one batch';
  return { family: family.name, guessed, warnings: dynamic ? [warning] : [] };
}

interface Parts {
  options: ImportOptions;
  network: RecognizedNetwork;
  source: NetworkSource;
  language: PackageParts;
  /** Directory that is written to. */
  under: string;
}

function write(parts: Parts): Pick<ImportReport, 'vocabulary' | 'unspelled' | 'graphStates' | 'graphArcs'> {
  const { options, network, source, language, under } = parts;
  if (!language.lm)
    throw new HearkenError('MODEL_CARD', `${options.language} holds a whole grammar, not a language model`);
  copyFileSync(source.path, resolve(under, NETWORK));
  for (const file of network.files) copyFileSync(resolve(dirname(source.path), file), resolve(under, file));
  const files = ['words.txt', 'lm.bin', ...recurrentFiles(language.card.recurrentLm)];
  for (const file of files) copyFileSync(packageFile(options.language, language.card, file), resolve(under, file));
  const card = cardOf(parts);
  const { tokenizer } = card.spelling;
  const pronouncer = pronouncerOf(card.spelling, tokenizer ? source.bytes(tokenizer) : undefined, options.lexicon);
  const { entries, unspelled } = entriesOf(language, new NgramLm(language.lm), pronouncer);
  const graph = buildSearchGraph(entries, card.spelling.units, topologyOf(card), {
    silenceProbability: card.spelling.silence,
    ...(options.onStep && { onStep: options.onStep }),
  });
  writeFileSync(resolve(under, 'graph.bin'), writeSections(graph.toSections()));
  for (const file of [NETWORK, ...network.files, ...files, 'graph.bin'])
    card.checksums[file] = sha256(readFileSync(resolve(under, file)));
  writeFileSync(resolve(under, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  const vocabulary = language.words.length - SPECIAL_WORDS.length;
  return { vocabulary, unspelled, graphStates: graph.numStates, graphArcs: graph.numArcs };
}

function entriesOf(
  { words }: PackageParts,
  lm: NgramLm,
  pronouncer: Pronouncer,
): { entries: LexiconEntry[]; unspelled: string[] } {
  const entries: LexiconEntry[] = [];
  const unspelled: string[] = [];
  for (let label = SPECIAL_WORDS.length; label < words.length; label++) {
    const ways = pronouncer.pronounce(words[label]);
    if (ways.length === 0) unspelled.push(words[label]);
    for (const phones of ways) entries.push({ word: label, phones, cost: lm.unigramCost(label) });
  }
  return { entries, unspelled };
}

function cardOf({ options, network, language: { card: language } }: Parts): ModelCard {
  const { features, acoustic, topology, spelling, data, decoder, confidence, rescoringWordPenalty } = network;
  const { recurrentLm, text } = language;
  return parseCard(
    {
      format: 2,
      name: options.name ?? network.name,
      language: network.language,
      features,
      acoustic: { file: NETWORK, ...acoustic },
      topology,
      spelling,
      decoder,
      ...(confidence && { confidence }),
      ...(recurrentLm && { recurrentLm: { ...recurrentLm, wordPenalty: rescoringWordPenalty } }),
      data,
      text,
    },
    'the new card',
  );
}
