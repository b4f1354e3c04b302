import { Command, InvalidArgumentError } from 'commander';
import { ADDITIONS, standardLexicon } from '../lexicon/index.js';
import { adaptPackage } from '../recognizer/adapt-package.js';
import { DEFAULT_MODEL } from '../recognizer/model-package.js';
import { stepTimer } from './options.js';
import { contextOf, sealPackage } from './package-files.js';

interface Flags {
  text: string[];
  out: string;
  base: string;
  lexicon: string;
  weight: number;
  tune: string[];
  credit: string[];
}

function share(value: string): number {
  const n = Number(value);
  if (!(n > 0 && n < 1)) throw new InvalidArgumentError('a number between 0 and 1 is needed.');
  return n;
}

export function adaptCommand(): Command {
  return new Command('adapt')
    .description('fit a model to your own texts: their words join the vocabulary, their sentences become likelier')
    .requiredOption('--text <file...>', 'plain text: notes, manuals, earlier transcripts')
    .requiredOption('-o, --out <dir>', 'directory of the new package')
    .option('--base <dir>', 'package to begin with', DEFAULT_MODEL)
    .option('--weight <share>', 'how much your texts count beside the model, 0 to 1', share, 0.3)
    .option('--tune <file...>', 'sentences like those to be recognised: the weight is found on them', [] as string[])
    .option(
      '--lexicon <file>',
      'pronunciations besides CMUdict: word, then phones (a PocketSphinx dictionary will do)',
      ADDITIONS,
    )
    .option('--credit <name|licence|attribution...>', 'sources of the texts, for the card', [] as string[])
    .addHelpText(
      'after',
      '\nExample:\n  hearken adapt --text notes.txt -o my-model\n  hearken transcribe talk.wav --model my-model',
    )
    .action(adapt);
}

async function adapt({ text: texts, ...flags }: Flags): Promise<void> {
  const say = stepTimer();
  const { unpronounced, ...facts } = await adaptPackage({
    ...flags,
    texts,
    lexicon: standardLexicon(flags.lexicon),
    context: contextOf(flags.base),
    silenceProbability: 0.3,
    onStep: say,
  });
  if (unpronounced.length > 0)
    say(`${unpronounced.length} words without a pronunciation were left out: ${unpronounced.slice(0, 10).join(', ')}`);
  sealPackage({ ...flags, files: ['words.txt', 'lm.bin', 'graph.bin'], graph: 'lookahead', facts });
  say(JSON.stringify({ ...facts, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
