import { HearkenError } from '../errors.js';
import type { BackoffModel } from './kneser-ney.js';
import { BEGIN } from './ngram-counts.js';

/** An n-gram of an ARPA file, with the base-10 logarithms that stand there. */
export interface ArpaNgram {
  words: string[];
  log10: number;
  /** Undefined where none is given: nothing backs off from there. */
  backoff10: number | undefined;
}

const MAX_ORDER = 10;
/** What toolkits write for a probability of zero. */
const LOG10_ZERO = -99;

/** The n-grams of a file in ARPA format, lower orders first. @throws LM_FORMAT naming the line */
export function* readArpa(lines: Iterable<string>): Generator<ArpaNgram> {
  let line = 0;
  /** Order whose n-grams are being read; 0 among the counts, −1 before them. */
  let section = -1;
  let order = 0;
  const fail = (what: string): never => {
    throw new HearkenError('LM_FORMAT', `ARPA, line ${line}: ${what}`);
  };
  const number = (text: string): number => (/^[-+.\deE]+$/.test(text) ? Number(text) : Number.NaN);
  for (const raw of lines) {
    line++;
    const text = raw.trim();
    if (text === '') continue;
    if (text === '\\end\\') break;
    const heading = /^\\(\d+)-grams:$/.exec(text);
    if (text === '\\data\\') section = 0;
    else if (heading) {
      section = Number(heading[1]);
      if (section !== order + 1 || section > MAX_ORDER) fail(`${section}-grams after ${order}-grams`);
      order = section;
    } else if (section === 0) {
      if (!/^ngram \d+ *= *\d+$/.test(text)) fail(`"${text}" is no count of n-grams`);
    } else if (section > 0) {
      const [log, ...words] = text.split(/\s+/);
      const backoff10 = words.length > section ? number(words.pop() as string) : undefined;
      const log10 = number(log);
      if (words.length !== section || Number.isNaN(log10) || Number.isNaN(backoff10 ?? 0))
        fail(`"${text}" is no ${section}-gram`);
      yield { words, log10, backoff10 };
    }
  }
  if (order === 0) fail('the file ends without n-grams');
}

/** Lines of a model in ARPA format. @param words its vocabulary, the special words first */
export function* writeArpa({ tables, prob, backoff }: BackoffModel, words: readonly string[]): Generator<string> {
  const log = (p: number): string => (p > 0 ? Math.log10(p).toFixed(6) : String(LOG10_ZERO));
  yield '\\data\\';
  for (const [n, table] of tables.entries()) yield `ngram ${n + 1}=${table.word.length - (n === 0 ? 1 : 0)}`;
  for (const [n, { context, word }] of tables.entries()) {
    yield '';
    yield `\\${n + 1}-grams:`;
    const above = tables[n + 1]?.childStart;
    for (let i = n === 0 ? BEGIN : 0; i < word.length; i++) {
      const history: string[] = [];
      for (let m = n, c = context[i]; m > 0; m--) {
        history.unshift(words[tables[m - 1].word[c]]);
        c = tables[m - 1].context[c];
      }
      const continued = above && above[i] < above[i + 1];
      const ngram = [...history, words[word[i]]].join(' ');
      yield `${log(prob[n][i])}\t${ngram}${continued ? `\t${log(backoff[n][i])}` : ''}`;
    }
  }
  yield '';
  yield '\\end\\';
}
