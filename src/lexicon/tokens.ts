import { z } from 'zod';
import { HearkenError } from '../errors.js';

/** Numbers without a name that a table may skip. */
const MOST_GAPS = 1000;
/** Names of the blank in the toolkits' tables, the surest first. */
const BLANK_NAMES = ['<blk>', '<blank>', '<b>', '[BLANK]', '<pad>', '[PAD]', '<ctc>'];

const fail = (message: string): never => {
  throw new HearkenError('LEXICON_FORMAT', message);
};

/**
 * The units of a `tokens.txt` or `vocab.txt` (icefall, sherpa-onnx, NeMo, onnx-asr, WeNet): a unit and its number a line.
 * A line with a number alone names the space. @param where the table's name in errors @throws LEXICON_FORMAT naming the line
 */
export function readTokens(text: string, where: string): string[] {
  const table = new Map<number, string>();
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (!line.trim()) continue;
    const [, unit = '', id] =
      /^(.*?)[ \t]*(?:^|[ \t])(\d+)[ \t\r]*$/.exec(line) ?? fail(`${where}:${i + 1}: a unit and its number are needed`);
    const known = table.get(Number(id));
    if (known !== undefined) fail(`${where}:${i + 1}: the number ${id} is taken by "${known}"`);
    table.set(Number(id), unit.trim() || ' ');
  }
  return unitsOf(table, where);
}

/** The units of a `vocab.json` of Hugging Face: `{"unit": number, …}`. @throws LEXICON_FORMAT */
export function readVocabulary(text: string, where: string): string[] {
  const parsed = z.record(z.string(), z.number().int().nonnegative()).safeParse(parseJson(text, where));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail(`${where}: ${issue.path.join('.') || 'the vocabulary'}: ${issue.message}`);
  }
  return vocabularyUnits(parsed.data, where);
}

/** Units by number of a vocabulary by unit. @throws LEXICON_FORMAT for two units of one number */
export function vocabularyUnits(vocabulary: Readonly<Record<string, number>>, where: string): string[] {
  const table = new Map<number, string>();
  for (const [unit, id] of Object.entries(vocabulary)) {
    const known = table.get(id);
    if (known !== undefined) fail(`${where}: "${known}" and "${unit}" have the number ${id}`);
    table.set(id, unit);
  }
  return unitsOf(table, where);
}

/** @throws LEXICON_FORMAT */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`${where}: ${(error as Error).message}`);
  }
}

/** A list of a table by number; numbers without a unit get the empty name. */
function unitsOf(table: ReadonlyMap<number, string>, where: string): string[] {
  if (table.size === 0) fail(`${where}: no units`);
  const count = Math.max(...table.keys()) + 1;
  if (count > table.size + MOST_GAPS) fail(`${where}: ${table.size} units are numbered up to ${count - 1}`);
  return Array.from({ length: count }, (_, id) => table.get(id) ?? '');
}

/** The number of the unit whose name says that it is CTC's blank. */
export function blankByName(units: readonly string[]): number | undefined {
  for (const name of BLANK_NAMES) {
    const id = units.indexOf(name);
    if (id >= 0) return id;
  }
  return undefined;
}
