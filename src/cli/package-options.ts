import { type Command, InvalidArgumentError } from 'commander';
import { ADDITIONS } from '../lexicon/index.js';
import { DEFAULT_MODEL, findModel, type ModelCard } from '../package/index.js';

/** Of commands that make a package from another. */
export interface PackageFlags {
  out: string;
  base: string;
  lexicon: string;
  credit: ModelCard['text'];
}

function credit(value: string, earlier: ModelCard['text'] = []): ModelCard['text'] {
  const [name, licence = '', attribution = ''] = value.split('|');
  if (!name) throw new InvalidArgumentError('a name is needed: name|licence|attribution.');
  return [...earlier, { name, licence, attribution }];
}

/** @param base what is taken from the base package */
export function addPackageOptions(command: Command, base = 'package whose acoustic model and card are taken'): Command {
  return command
    .requiredOption('-o, --out <dir>', 'directory of the package')
    .option('--base <model>', base, (model: string) => findModel(model), DEFAULT_MODEL)
    .option(
      '--lexicon <file>',
      'pronunciations besides CMUdict: word, then phones (a PocketSphinx dictionary will do)',
      ADDITIONS,
    )
    .option('--credit <name|licence|attribution...>', 'sources of the text, for the card', credit, []);
}
