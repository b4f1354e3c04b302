import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { Command } from 'commander';
import { readCard } from '../acoustic/index.js';
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
import { type Lexicon, type Pronunciation, standardLexicon } from '../lexicon/index.js';
import { writeVocabulary } from '../recognizer/build-package.js';
import { positiveNumber, stepTimer } from './options.js';
import { addPackageOptions, contextOf, type PackageFlags, sealPackage } from './package-files.js';

interface Flags extends PackageFlags {
  lmWeight?: number;
  filler: number;
}

/** What speech outside a grammar is written as. */
const OTHER = '<other>';
const DEFAULT_FILLER = 2.2;
/** Of a grammar's package, at least. Small graphs can afford it, and beam 10 loses one command in a hundred (bench/README.md). */
const GRAMMAR_BEAM = 13;

/** Graphs that hold their whole grammar. */
export function graphCommand(): Command {
  const graph = new Command('graph').description('compile search graphs');
  const command = graph
    .command('build')
    .description('build a model package whose graph holds a whole grammar (HCLG): for commands and small tasks')
    .argument(
      '<grammar>',
      'grammar: JSGF (.gram, .jsgf), SRGS (.grxml, .xml) or Julius (.grammar, its .voca beside it); or n-gram model in ARPA format',
    )
    .option('--lm-weight <x>', 'factor on the costs of the grammar (default: as in the base card)', positiveNumber)
    .option(
      '--filler <cost>',
      `hear speech outside a grammar as "${OTHER}": nats a phone, less rejects more; 0: never`,
      (value) => (value === '0' ? 0 : positiveNumber(value)),
      DEFAULT_FILLER,
    )
    .addHelpText(
      'after',
      '\nExample:\n  hearken graph build commands.gram -o my-model\n  hearken transcribe call.wav --model my-model',
    )
    .action(build);
  addPackageOptions(command);
  return graph;
}

/** Labels and pronunciations of the words that a grammar holds. */
class Words {
  readonly labels = new Map<string, number>();
  readonly entries: LexiconEntry[] = [];

  constructor(
    private readonly lexicon: Lexicon,
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

/** A grammar by the name of its file; undefined for an n-gram model. */
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

function build(path: string, flags: Flags): void {
  const say = stepTimer();
  const context = contextOf(flags.base);
  const { acoustic, decoder } = readCard(flags.base, false);
  say(`reading ${path}`);
  const grammar = grammarOf(path, acoustic.phones);
  const words = new Words(standardLexicon(flags.lexicon), grammar?.pronunciations ?? new Map());
  const { labels, entries } = words;
  const { fst, order, unknown } = grammar
    ? { fst: grammarFst(grammar, (word) => words.label(word)), order: 0, unknown: [] }
    : arpaFst(inputText(path).split('\n'), (word) => words.label(word));
  if (labels.size === 0) throw new HearkenError('LM_FORMAT', `${path}: no word of it can be pronounced`);
  const weight = flags.lmWeight ?? decoder.lmWeight ?? 1;
  const weighted = mapFst(
    fst,
    fst.semiring,
    (a) => ({ ...a, weight: weight * a.weight }),
    (w) => weight * w,
  );
  const filler = grammar && flags.filler > 0 ? { label: FIRST_WORD + labels.size, phoneCost: flags.filler } : undefined;
  if (filler) labels.set(OTHER, filler.label);
  const graph = buildStaticGraph(entries, acoustic.phones, context, weighted, {
    silenceProbability: 0.3,
    ...(filler && { filler }),
    onStep: say,
  });
  mkdirSync(flags.out, { recursive: true });
  writeVocabulary(flags.out, [...labels.keys()]);
  writeFileSync(resolve(flags.out, 'graph.bin'), writeSections(graph.toSections()));
  const facts = { order, vocabulary: labels.size, graphStates: graph.numStates, graphArcs: graph.numArcs };
  sealPackage({
    ...flags,
    files: ['words.txt', 'graph.bin'],
    graph: 'static',
    ...(grammar && { decoder: { beam: Math.max(GRAMMAR_BEAM, decoder.beam ?? 0) } }),
    facts,
  });
  if (unknown.length > 0)
    say(`${unknown.length} words without a pronunciation were left out: ${unknown.slice(0, 10).join(', ')}`);
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
