import { Command } from 'commander';
import { standardLexicon } from '../lexicon/index.js';
import { buildLanguage } from '../package/index.js';
import { positiveNumber, stepTimer, wholeNumber } from './options.js';
import { addPackageOptions, type PackageFlags } from './package-options.js';

interface Flags extends PackageFlags {
  exclude: string[];
  tune: string[];
  vocabulary: number;
  order: number;
  prune: number;
}

export function buildModelCommand(): Command {
  const command = new Command('build-model')
    .description('build a model package: estimate a language model from text and compile the search graph')
    .argument(
      '<text...>',
      'plain text files; name one twice to count it twice; with --tune also models, FILE.arpa; or one model alone',
    )
    .option('--exclude <file...>', 'files of sentences to leave out of the text', [] as string[])
    .option(
      '--tune <file...>',
      'sentences like those to be recognised: decide how much each text counts',
      [] as string[],
    )
    .option('--vocabulary <n>', 'most words', wholeNumber(1, 1_000_000), 65_000)
    .option('--order <n>', 'n-gram order', wholeNumber(1, 5), 3)
    .option('--prune <threshold>', 'entropy pruning threshold', positiveNumber, 1e-7)
    .action(build);
  return addPackageOptions(command);
}

async function build(texts: string[], flags: Flags): Promise<void> {
  const say = stepTimer();
  const report = await buildLanguage({
    texts,
    base: flags.base,
    exclude: flags.exclude,
    tune: flags.tune,
    lexicon: standardLexicon(flags.lexicon),
    out: flags.out,
    vocabularySize: flags.vocabulary,
    order: flags.order,
    thresholds: Array.from({ length: flags.order - 1 }, () => flags.prune),
    text: flags.credit,
    onStep: say,
  });
  const { unpronounced, ...facts } = report;
  say(
    `${unpronounced.length} words without a pronunciation were left out; most frequent: ${unpronounced
      .slice(0, 10)
      .map(([w]) => w)
      .join(', ')}`,
  );
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
