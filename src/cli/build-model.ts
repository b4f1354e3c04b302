import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { parseCard, readCard } from '../acoustic/index.js';
import { HearkenError } from '../errors.js';
import { ContextTable } from '../graph/index.js';
import { buildPackage } from '../recognizer/build-package.js';
import { DEFAULT_MODEL } from '../recognizer/model-package.js';
import { ADDITIONS, standardLexicon } from './lexicon.js';
import { positiveNumber, wholeNumber } from './options.js';

interface Flags {
  out: string;
  base: string;
  exclude: string[];
  lexicon: string;
  vocabulary: number;
  order: number;
  prune: number;
  credit: string[];
}

export function buildModelCommand(): Command {
  return new Command('build-model')
    .description('build a model package: estimate a language model from text and compile the search graph')
    .argument('<text...>', 'plain text files; name one twice to count it twice')
    .requiredOption('-o, --out <dir>', 'directory of the package')
    .option('--base <dir>', 'package whose acoustic model and card are taken', DEFAULT_MODEL)
    .option('--exclude <file...>', 'files of sentences to leave out of the text', [] as string[])
    .option('--lexicon <file>', 'pronunciations besides CMUdict: word, tab, phones', ADDITIONS)
    .option('--vocabulary <n>', 'most words', wholeNumber(1, 1_000_000), 65_000)
    .option('--order <n>', 'n-gram order', wholeNumber(1, 5), 3)
    .option('--prune <threshold>', 'entropy pruning threshold', positiveNumber, 1e-7)
    .option('--credit <name|licence|attribution...>', 'sources of the text, for the card', [] as string[])
    .action(build);
}

async function build(texts: string[], flags: Flags): Promise<void> {
  const began = performance.now();
  const say = (step: string): void => {
    process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${step}\n`);
  };
  const report = await buildPackage({
    texts,
    exclude: flags.exclude,
    lexicon: standardLexicon(flags.lexicon),
    context: contextOf(flags.base),
    out: flags.out,
    vocabularySize: flags.vocabulary,
    order: flags.order,
    thresholds: Array.from({ length: flags.order - 1 }, () => flags.prune),
    silenceProbability: 0.3,
    onStep: say,
  });
  const { unpronounced, ...facts } = report;
  say(
    `${unpronounced.length} words without a pronunciation were left out; most frequent: ${unpronounced
      .slice(0, 10)
      .map(([w]) => w)
      .join(', ')}`,
  );
  sealPackage(flags, facts);
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}

function contextOf(directory: string): ContextTable {
  const { acoustic } = readCard(directory, false);
  if (!acoustic.units) return ContextTable.monophone(acoustic.phones.length);
  const table = ContextTable.parse(readFileSync(resolve(directory, acoustic.units), 'utf8'));
  if (table.phones !== acoustic.phones.length || 2 * table.units !== acoustic.outputs)
    throw new HearkenError('MODEL_CARD', `${directory}: ${acoustic.units} does not fit the card's phones and outputs`);
  return table;
}

/** Put the acoustic model beside the new files and write the card with everyone's checksum. */
function sealPackage(flags: Flags, facts: Record<string, unknown>): void {
  const inPlace = resolve(flags.base) === resolve(flags.out); // then the checksums of the files just replaced no longer count
  const base = readCard(flags.base, !inPlace);
  const acoustic = [base.acoustic.file, ...(base.acoustic.units ? [base.acoustic.units] : [])];
  if (!inPlace) for (const f of acoustic) copyFileSync(resolve(flags.base, f), resolve(flags.out, f));
  const files = [...acoustic, 'words.txt', 'lm.bin', 'graph.bin'];
  const checksums = Object.fromEntries(
    files.map((f) => [
      f,
      createHash('sha256')
        .update(readFileSync(resolve(flags.out, f)))
        .digest('hex'),
    ]),
  );
  const text = flags.credit
    .map((c) => c.split('|'))
    .map(([name, licence = '', attribution = '']) => ({ name, licence, attribution }));
  const card = {
    ...base,
    checksums,
    text: text.length > 0 ? text : base.text,
    figures: { ...base.figures, language: facts },
  };
  parseCard(card, 'the new card');
  writeFileSync(resolve(flags.out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
}
