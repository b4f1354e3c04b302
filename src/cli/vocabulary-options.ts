import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { NewWord } from '../recognizer/new-words.js';
import type { Phrase } from '../recognizer/phrases.js';
import type { StreamOptions } from '../recognizer/stream-options.js';

/** Words and phrases for one stream, as commands take them. */
export interface VocabularyFlags {
  phrase: Phrase[];
  phrases?: Phrase[];
  class: Record<string, string[]>;
  newWords?: NewWord[];
}

/** `open the door` or `Kowalczyk=8`: a phrase to listen for and its boost. */
function phraseOf(value: string): Phrase {
  const [, text, boost] = /^(.*?)(?:=(-?[\d.]+))?$/s.exec(value.trim()) as RegExpExecArray;
  return { text, ...(boost !== undefined && { boost: Number(boost) }) };
}

/** `word` or `word<TAB>PH ON ES`; a word may have several lines. */
function newWordsOf(lines: readonly string[]): NewWord[] {
  const words = new Map<string, string[]>();
  for (const line of lines) {
    const [text, phones] = line.split('\t');
    const pronunciations = words.get(text) ?? [];
    if (phones) pronunciations.push(phones);
    words.set(text, pronunciations);
  }
  return [...words].map(([text, pronunciations]) => ({ text, ...(pronunciations.length > 0 && { pronunciations }) }));
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter(Boolean);
  } catch (cause) {
    throw new InvalidArgumentError(`cannot read ${path}: ${(cause as Error).message}`);
  }
}

function classOf(value: string, before: Record<string, string[]>): Record<string, string[]> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('NAME=FILE is needed.');
  return { ...before, [value.slice(0, at)]: linesOf(value.slice(at + 1)) };
}

export function addVocabularyOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--phrase <text[=boost]>', 'listen for a phrase; can be repeated')
        .argParser((value: string, before: Phrase[]) => [...before, phraseOf(value)])
        .default([], 'none'),
    )
    .addOption(
      new Option('--phrases <file>', 'phrases to listen for, one a line').argParser((path: string) =>
        linesOf(path).map(phraseOf),
      ),
    )
    .addOption(
      new Option('--class <name=file>', 'what $name stands for in phrases, one a line; can be repeated')
        .argParser(classOf)
        .default({}, 'none'),
    )
    .addOption(
      new Option(
        '--new-words <file>',
        'words the vocabulary lacks, one a line, a tab and CMUdict phones behind it where you know them',
      ).argParser((path: string) => newWordsOf(linesOf(path))),
    );
}

export function vocabularyOf(
  flags: VocabularyFlags,
): Required<Pick<StreamOptions, 'phrases' | 'classes' | 'newWords'>> {
  const { phrase, phrases = [], newWords = [] } = flags;
  return { phrases: [...phrase, ...phrases], classes: flags.class, newWords };
}
