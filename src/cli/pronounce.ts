import { Command } from 'commander';
import { HearkenError } from '../errors.js';
import { inputText } from '../input-file.js';
import { ADDITIONS, standardLexicon } from '../lexicon/index.js';
import { wholeNumber } from './options.js';

export function pronounceCommand(): Command {
  return new Command('pronounce')
    .description('give the pronunciations of words: listed in CMUdict, derived from listed ones, or guessed')
    .argument('[word...]')
    .option('--file <file>', 'words from a file, one a line')
    .option(
      '--lexicon <file>',
      'pronunciations besides CMUdict: word, then phones (a PocketSphinx dictionary will do)',
      ADDITIONS,
    )
    .option('--most <n>', 'most guesses a word', wholeNumber(1, 20), 1)
    .action(pronounce);
}

/** Lines of word, phones, source, tabs between. */
function pronounce(words: string[], flags: { file?: string; lexicon: string; most: number }): void {
  const all = flags.file ? [...words, ...inputText(flags.file).split(/\s+/).filter(Boolean)] : words;
  if (all.length === 0) throw new HearkenError('OPTION_INVALID', 'no words given');
  const lexicon = standardLexicon(flags.lexicon);
  const unknown: string[] = [];
  for (const word of all) {
    const { source, pronunciations } = lexicon.lookup(word.toLowerCase(), flags.most);
    if (source === 'none') unknown.push(word);
    for (const phones of pronunciations) process.stdout.write(`${word}\t${phones.join(' ')}\t${source}\n`);
  }
  if (unknown.length === 0) return;
  process.stderr.write(`hearken: no pronunciation for ${unknown.join(', ')}\n`);
  process.exitCode = 1;
}
