import { HearkenError } from '../../errors.js';
import { blankByName, readTokens, readVocabulary, tokenizerOfJson } from '../../lexicon/index.js';
import type { ModelCard } from '../card.js';
import type { NetworkSource, RecognizedNetwork } from './family.js';

const TABLES = ['tokens.txt', 'vocab.txt', 'units.txt', 'vocab.json'];
const TOKENIZERS = ['tokenizer.model', 'bpe.model', 'tokenizer.json'];
const BLANK = '<blk>';
/** Names of what stands between two words where units are characters. */
const SPACES = [' ', '|', '▁'];

/** The parts of a recognised network that follow from its units. */
type UnitParts = Pick<RecognizedNetwork, 'topology' | 'spelling' | 'files' | 'rescoringWordPenalty'> & {
  acoustic: Pick<ModelCard['acoustic'], 'columns' | 'merge'>;
};

/**
 * Units of a network by the table next to it, and by its tokenizer where there is one. Characters are distinguished from word
 * pieces by their length; what stands between words becomes the first column, as silence is in models of phones.
 * @param columns of the network's output, where the file says so
 * @param blank its column, by its family's habit, where no name says so
 * @throws MODEL_NOT_FOUND, MODEL_FILE, LEXICON_FORMAT
 */
export function unitParts(
  source: NetworkSource,
  columns: number | undefined,
  blank: 'first' | 'last',
  guessed: string[],
): UnitParts {
  const units = readUnits(source);
  if (columns === units.length + 1 && blank === 'last') units.push(BLANK);
  if (columns !== undefined && columns !== units.length)
    throw new HearkenError('MODEL_FILE', `${source.path}: ${columns} columns, but ${units.length} units in its table`);
  const named = blankByName(units);
  if (named === undefined) guessed.push(`the ${blank} unit is the blank`);
  const blankUnit = named ?? (blank === 'first' ? 0 : units.length - 1);
  const characters = units.every((unit) => special(unit) || Array.from(unit).length <= 1);
  const space = characters ? units.findIndex((unit) => SPACES.includes(unit)) : -1;
  const order = [...units.keys()].filter((unit) => unit !== space);
  if (space >= 0) order.unshift(space);
  const tokenizer = characters ? undefined : TOKENIZERS.find((name) => source.has(name));
  if (!characters && !tokenizer)
    guessed.push('no tokenizer lies next to the network: several ways to cut a word into pieces are allowed');
  const spelling: ModelCard['spelling'] = {
    kind: characters ? 'characters' : 'pieces',
    units: order.map((unit) => units[unit]),
    ...(tokenizer && { tokenizer }),
    silence: space >= 0 ? 0.95 : 0,
  };
  const moved = order.some((unit, i) => unit !== i);
  return {
    acoustic: { columns: units.length, ...(moved && { merge: order.map((unit) => [unit]) }) },
    topology: { kind: 'ctc', blank: order.indexOf(blankUnit) },
    spelling,
    files: tokenizer ? [tokenizer] : [],
    rescoringWordPenalty: 0,
  };
}

const special = (unit: string): boolean => /^<.*>$|^\[.*\]$/.test(unit);

/** @throws MODEL_NOT_FOUND, LEXICON_FORMAT */
function readUnits(source: NetworkSource): string[] {
  const table = TABLES.find((name) => source.has(name));
  if (table === 'vocab.json') return readVocabulary(source.text(table), table);
  if (table) return readTokens(source.text(table), table);
  if (source.has('tokenizer.json')) return [...tokenizerOfJson(source.text('tokenizer.json'), 'tokenizer.json').units];
  throw new HearkenError('MODEL_NOT_FOUND', `${source.path}: none of ${TABLES.join(', ')}, tokenizer.json next to it`);
}
