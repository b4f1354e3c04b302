import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readCard } from '../acoustic/index.js';
import { writeSections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { mapFst } from '../fst/index.js';
import { arpaFst, buildStaticGraph, FIRST_WORD, type LexiconEntry } from '../graph/index.js';
import { writeVocabulary } from '../recognizer/build-package.js';
import { DEFAULT_MODEL } from '../recognizer/model-package.js';
import { ADDITIONS, standardLexicon } from './lexicon.js';
import { positiveNumber, stepTimer } from './options.js';
import { contextOf, sealPackage } from './package-files.js';

interface Flags {
  out: string;
  base: string;
  lexicon: string;
  lmWeight?: number;
  credit: string[];
}

/** Graphs that hold their whole grammar. */
export function graphCommand(): Command {
  const graph = new Command('graph').description('compile search graphs');
  graph
    .command('build')
    .description('build a model package whose graph holds a whole n-gram model (HCLG): for small tasks')
    .argument('<arpa>', 'n-gram model in ARPA format; words are pronounced by the lexicon')
    .requiredOption('-o, --out <dir>', 'directory of the package')
    .option('--base <dir>', 'package whose acoustic model and card are taken', DEFAULT_MODEL)
    .option('--lexicon <file>', 'pronunciations besides CMUdict: word, tab, phones', ADDITIONS)
    .option('--lm-weight <x>', 'factor on the costs of the grammar (default: as in the base card)', positiveNumber)
    .option('--credit <name|licence|attribution...>', 'sources of the text, for the card', [] as string[])
    .addHelpText(
      'after',
      '\nExample:\n  hearken graph build commands.arpa -o my-model\n  hearken transcribe call.wav --model my-model',
    )
    .action(build);
  return graph;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function build(arpa: string, flags: Flags): void {
  const say = stepTimer();
  const context = contextOf(flags.base);
  const { acoustic, decoder } = readCard(flags.base, false);
  const lexicon = standardLexicon(flags.lexicon);
  const labels = new Map<string, number>();
  const entries: LexiconEntry[] = [];
  say(`reading ${arpa}`);
  const { fst, order, unknown } = arpaFst(linesOf(arpa), (word) => {
    const known = labels.get(word);
    if (known !== undefined) return known;
    const pronunciations = lexicon.pronounce(word.toLowerCase());
    if (pronunciations.length === 0) return undefined;
    const label = FIRST_WORD + labels.size;
    labels.set(word, label);
    for (const phones of pronunciations) entries.push({ word: label, phones, cost: 0 });
    return label;
  });
  if (labels.size === 0) throw new HearkenError('LM_FORMAT', `${arpa}: no word of it can be pronounced`);
  const weight = flags.lmWeight ?? decoder.lmWeight ?? 1;
  const grammar = mapFst(
    fst,
    fst.semiring,
    (a) => ({ ...a, weight: weight * a.weight }),
    (w) => weight * w,
  );
  const graph = buildStaticGraph(entries, acoustic.phones, context, grammar, { silenceProbability: 0.3, onStep: say });
  mkdirSync(flags.out, { recursive: true });
  writeVocabulary(flags.out, [...labels.keys()]);
  writeFileSync(resolve(flags.out, 'graph.bin'), writeSections(graph.toSections()));
  const facts = { order, vocabulary: labels.size, graphStates: graph.numStates, graphArcs: graph.numArcs };
  sealPackage({ ...flags, files: ['words.txt', 'graph.bin'], graph: 'static', facts });
  if (unknown.length > 0)
    say(`${unknown.length} words without a pronunciation were left out: ${unknown.slice(0, 10).join(', ')}`);
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
