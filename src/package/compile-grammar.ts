import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { writeSections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { mapFst } from '../fst/index.js';
import {
  arpaFst,
  buildStaticGraph,
  FIRST_WORD,
  type Grammar,
  grammarFst,
  type LexiconEntry,
  parseJsgf,
  parseJulius,
  parseSrgs,
} from '../graph/index.js';
import { inputText } from '../input-file.js';
import type { Pronunciation } from '../lexicon/index.js';
import type { ModelCard } from './card.js';
import { readCard } from './read-card.js';
import { type Pronouncer, packagePronouncer } from './spelling.js';
import { readTopology } from './topology.js';
import { writeVocabulary } from './write-language.js';
import { writePackage } from './write-package.js';

/** The word that stands for speech outside a grammar. */
export const OTHER = '<other>';
export const DEFAULT_FILLER = 2.2;
/** Least beam of a grammar's package. Small graphs can afford it, and beam 10 loses one command in a hundred (bench/README.md). */
const GRAMMAR_BEAM = 13;

export interface GrammarOptions {
  /** JSGF (.gram, .jsgf), SRGS (.grxml, .xml), Julius (.grammar with its .voca), or an n-gram model in ARPA format. */
  grammar: string;
  /** Directory of the package whose acoustic model is used. */
  base: string;
  /** Directory of the new package. */
  out: string;
  lexicon: Pronouncer;
  /** Factor on the costs of the grammar; default as in the base's card. */
  lmWeight?: number;
  /** Nats per phone of speech outside the grammar, which is recognised as `<other>`; less rejects more, 0 never rejects. Default 2.2. */
  filler?: number;
  /** Probability of silence between two words; default the base's. */
  silenceProbability?: number;
  /** Sources of the grammar's text, for the card. */
  text?: ModelCard['text'];
  /** Called with the name of each step as it begins. */
  onStep?: (step: string) => void;
}

export interface GrammarReport {
  /** Order of the n-gram model; 0 for a grammar. */
  order: number;
  vocabulary: number;
  graphStates: number;
  graphArcs: number;
  /** Words left out for want of a pronunciation. */
  unpronounced: readonly string[];
}

/** Labels and pronunciations of the words that a grammar holds. */
class GrammarWords {
  readonly labels = new Map<string, number>();
  readonly entries: LexiconEntry[] = [];

  constructor(
    private readonly lexicon: Pronouncer,
    private readonly given: ReadonlyMap<string, readonly Pronunciation[]>,
  ) {}

  /** Undefined where the word cannot be pronounced. */
  label(word: string): number | undefined {
    const known = this.labels.get(word);
    if (known !== undefined) return known;
    const pronunciations = this.given.get(word) ?? this.lexicon.pronounce(word.toLowerCase());
    if (pronunciations.length === 0) return undefined;
    const label = FIRST_WORD + this.labels.size;
    this.labels.set(word, label);
    // One pronunciation as likely as the other: how often each is said in running text misleads where letters are spelled.
    for (const phones of pronunciations) this.entries.push({ word: label, phones, cost: 0 });
    return label;
  }
}

/** A grammar, its format known by the name of its file; undefined for an n-gram model. */
function grammarOf(
  path: string,
  phones: readonly string[],
): (Grammar & { pronunciations?: ReadonlyMap<string, Pronunciation[]> }) | undefined {
  const extension = extname(path).slice(1);
  const load = (name: string): string => inputText(resolve(dirname(path), `${name.split('.').join('/')}.gram`));
  if (extension === 'gram' || extension === 'jsgf') return parseJsgf(inputText(path), { load });
  if (extension === 'grxml' || extension === 'xml') return parseSrgs(inputText(path));
  if (extension === 'grammar') return parseJulius(inputText(path), inputText(path.replace(/grammar$/, 'voca')), phones);
  return undefined;
}

/** Writes a package whose graph holds a whole grammar (HCLG): for commands and small tasks. @throws MODEL_*, GRAMMAR_*, LM_FORMAT, INPUT_NOT_FOUND */
export function compileGrammar(options: GrammarOptions): GrammarReport {
  const { grammar: path, base, out, lexicon, filler: phoneCost = DEFAULT_FILLER, onStep = () => undefined } = options;
  const topology = readTopology(base);
  const { spelling, decoder } = readCard(base, false);
  onStep(`reading ${path}`);
  const grammar = grammarOf(path, spelling.units);
  const words = new GrammarWords(packagePronouncer(base, lexicon), grammar?.pronunciations ?? new Map());
  const { labels, entries } = words;
  const { fst, order, unknown } = grammar
    ? { fst: grammarFst(grammar, (word) => words.label(word)), order: 0, unknown: [] }
    : arpaFst(inputText(path).split('\n'), (word) => words.label(word));
  if (labels.size === 0) throw new HearkenError('LM_FORMAT', `${path}: no word of it can be pronounced`);
  const weight = options.lmWeight ?? decoder.lmWeight ?? 1;
  const weighted = mapFst(
    fst,
    fst.semiring,
    (a) => ({ ...a, weight: weight * a.weight }),
    (w) => weight * w,
  );
  const filler = grammar && phoneCost > 0 ? { label: FIRST_WORD + labels.size, phoneCost } : undefined;
  if (filler) labels.set(OTHER, filler.label);
  const graph = buildStaticGraph(entries, spelling.units, topology, weighted, {
    silenceProbability: options.silenceProbability ?? spelling.silence,
    ...(filler && { filler }),
    onStep,
  });
  mkdirSync(out, { recursive: true });
  writeVocabulary(out, [...labels.keys()]);
  writeFileSync(resolve(out, 'graph.bin'), writeSections(graph.toSections()));
  const facts = { order, vocabulary: labels.size, graphStates: graph.numStates, graphArcs: graph.numArcs };
  writePackage({
    ...{ base, out, facts },
    files: ['words.txt', 'graph.bin'],
    graph: 'static',
    text: options.text ?? [],
    ...(grammar && { decoder: { beam: Math.max(GRAMMAR_BEAM, decoder.beam ?? 0) } }),
  });
  return { ...facts, unpronounced: unknown };
}
