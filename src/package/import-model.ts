import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { writeSections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { buildSearchGraph, type LexiconEntry } from '../graph/index.js';
import { inputBytes, inputText } from '../input-file.js';
import type { Lexicon } from '../lexicon/index.js';
import { NgramLm, SPECIAL_WORDS } from '../lm/index.js';
import { type ModelCard, parseCard } from './card.js';
import type { ModelFamily, NetworkSource, RecognizedNetwork } from './families/family.js';
import { HAMA } from './families/hama.js';
import { onnxMetadata } from './onnx-metadata.js';
import { sha256 } from './read-card.js';
import { type PackageParts, readPackage } from './read-package.js';
import { topologyOf } from './topology.js';

const FAMILIES: readonly ModelFamily[] = [HAMA];
const NETWORK = 'acoustic.onnx';

export interface ImportOptions {
  /** Path of the network, in ONNX. */
  source: string;
  /** Directory of the new package. */
  out: string;
  /** Directory of the package whose words and language model are taken. */
  language: string;
  lexicon: Lexicon;
  /** Called with the name of each step as it begins. */
  onStep?: (step: string) => void;
}

export interface ImportReport {
  family: string;
  /** What was taken to be so without the files saying it. */
  guessed: readonly string[];
  vocabulary: number;
  graphStates: number;
  graphArcs: number;
}

/**
 * Writes a package with a network of another toolkit as it is, and the words and language model of a package of ours.
 * @throws MODEL_FILE for a network of no known family, naming its inputs and outputs; INPUT_NOT_FOUND, LEXICON_FORMAT for what
 * should lie around it; MODEL_* of the language package
 */
export function importModel(options: ImportOptions): ImportReport {
  const { out, lexicon, onStep = () => undefined } = options;
  onStep(`reading ${options.source}`);
  const source = networkSource(options.source);
  const family = FAMILIES.find((f) => f.matches(source.metadata));
  if (!family) throw new HearkenError('MODEL_FILE', unknown(source));
  const network = family.recognize(source);
  const language = readPackage(options.language);
  if (!language.lm)
    throw new HearkenError('MODEL_CARD', `${options.language} holds a whole grammar, not a language model`);
  for (const [word, ways] of Object.entries(network.pronunciations))
    for (const phones of ways) lexicon.add(word, phones.split(' '));
  mkdirSync(out, { recursive: true });
  copyFileSync(options.source, resolve(out, NETWORK));
  const files = copyLanguage(options.language, language, out);
  const card = cardOf(network, language.card, [NETWORK, ...files], out);
  const graph = buildSearchGraph(
    entriesOf(language, new NgramLm(language.lm), lexicon),
    card.spelling.units,
    topologyOf(card),
    { silenceProbability: network.silenceProbability, onStep },
  );
  writeFileSync(resolve(out, 'graph.bin'), writeSections(graph.toSections()));
  card.checksums['graph.bin'] = sha256(readFileSync(resolve(out, 'graph.bin')));
  writeFileSync(resolve(out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  return {
    family: family.name,
    guessed: network.guessed,
    vocabulary: language.words.length - SPECIAL_WORDS.length,
    graphStates: graph.numStates,
    graphArcs: graph.numArcs,
  };
}

/** @throws INPUT_NOT_FOUND, MODEL_FILE */
function networkSource(path: string): NetworkSource {
  const directory = dirname(resolve(path));
  const metadata = onnxMetadata(inputBytes(path), path);
  return {
    path,
    metadata,
    text: (name) => inputText(resolve(directory, name)),
    has: (name) => existsSync(resolve(directory, name)),
  };
}

function unknown({ path, metadata }: NetworkSource): string {
  const names = (values: typeof metadata.inputs): string =>
    values.map((v) => `${v.name} ${v.type} [${v.dims?.map((d) => d ?? '?').join(', ') ?? '?'}]`).join('; ');
  return `${path}: a network of no known family: inputs ${names(metadata.inputs)}; outputs ${names(metadata.outputs)}`;
}

function entriesOf({ words }: PackageParts, lm: NgramLm, lexicon: Lexicon): LexiconEntry[] {
  return words.flatMap((word, label): LexiconEntry[] => {
    if (label < SPECIAL_WORDS.length) return [];
    const cost = lm.unigramCost(label);
    return lexicon.pronounce(word).map((phones) => ({ word: label, phones, cost }));
  });
}

/** Copies words and language models; their names. */
function copyLanguage(from: string, { card }: PackageParts, out: string): string[] {
  const { recurrentLm } = card;
  const files = ['words.txt', 'lm.bin'];
  if (recurrentLm) files.push(recurrentLm.network, recurrentLm.tables, recurrentLm.words);
  for (const file of files) copyFileSync(resolve(from, basename(file)), resolve(out, file));
  return files;
}

function cardOf(network: RecognizedNetwork, language: ModelCard, files: readonly string[], out: string): ModelCard {
  const { name, features, acoustic, topology, spelling, data, decoder } = network;
  return parseCard(
    {
      format: 2,
      name,
      language: network.language,
      features,
      acoustic: { file: NETWORK, ...acoustic },
      topology,
      spelling,
      decoder,
      recurrentLm: language.recurrentLm,
      checksums: Object.fromEntries(files.map((f) => [f, sha256(readFileSync(resolve(out, f)))])),
      data,
      text: language.text,
    },
    'the new card',
  );
}
