import { Command, InvalidArgumentError } from 'commander';
import { standardLexicon } from '../lexicon/index.js';
import { adaptLanguage } from '../package/index.js';
import { stepTimer } from './options.js';
import { addPackageOptions, type PackageFlags } from './package-options.js';

interface Flags extends PackageFlags {
  text: string[];
  weight: number;
  tune: string[];
}

function share(value: string): number {
  const n = Number(value);
  if (!(n > 0 && n < 1)) throw new InvalidArgumentError('a number between 0 and 1 is needed.');
  return n;
}

export function adaptCommand(): Command {
  const command = new Command('adapt')
    .description('fit a model to your own texts: their words join the vocabulary, their sentences become likelier')
    .requiredOption('--text <file...>', 'plain text: notes, manuals, earlier transcripts')
    .option('--weight <share>', 'how much your texts count beside the model, 0 to 1', share, 0.3)
    .option('--tune <file...>', 'sentences like those to be recognised: the weight is found on them', [] as string[])
    .addHelpText(
      'after',
      '\nExample:\n  hearken adapt --text notes.txt -o my-model\n  hearken transcribe talk.wav --model my-model',
    )
    .action(adapt);
  return addPackageOptions(command, 'package to begin with');
}

async function adapt({ text: texts, credit, ...flags }: Flags): Promise<void> {
  const say = stepTimer();
  const { unpronounced, ...facts } = await adaptLanguage({
    ...flags,
    texts,
    lexicon: standardLexicon(flags.lexicon),
    text: credit,
    onStep: say,
  });
  if (unpronounced.length > 0)
    say(`${unpronounced.length} words without a pronunciation were left out: ${unpronounced.slice(0, 10).join(', ')}`);
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
