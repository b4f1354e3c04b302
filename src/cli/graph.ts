import { Command } from 'commander';
import { standardLexicon } from '../lexicon/index.js';
import { compileGrammar, DEFAULT_FILLER, OTHER } from '../package/index.js';
import { positiveNumber, stepTimer } from './options.js';
import { addPackageOptions, type PackageFlags } from './package-options.js';

interface Flags extends PackageFlags {
  lmWeight?: number;
  filler: number;
}

/** Graphs that hold their whole grammar. */
export function graphCommand(): Command {
  const graph = new Command('graph').description('compile search graphs');
  const command = graph
    .command('build')
    .description('build a model package whose graph holds a whole grammar (HCLG): for commands and small tasks')
    .argument(
      '<grammar>',
      'grammar: JSGF (.gram, .jsgf), SRGS (.grxml, .xml) or Julius (.grammar with its .voca); or n-gram model in ARPA format',
    )
    .option('--lm-weight <x>', 'factor on the costs of the grammar (default: as in the base card)', positiveNumber)
    .option(
      '--filler <cost>',
      `recognise speech outside a grammar as "${OTHER}": nats per phone, less rejects more; 0: never`,
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

function build(grammar: string, { base, out, lexicon, credit, lmWeight, filler }: Flags): void {
  const say = stepTimer();
  const { unpronounced, ...facts } = compileGrammar({
    ...{ grammar, base, out, filler },
    lexicon: standardLexicon(lexicon),
    text: credit,
    ...(lmWeight !== undefined && { lmWeight }),
    onStep: say,
  });
  if (unpronounced.length > 0)
    say(`${unpronounced.length} words without a pronunciation were left out: ${unpronounced.slice(0, 10).join(', ')}`);
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
