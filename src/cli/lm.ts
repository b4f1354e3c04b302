import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { readSectionFile } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { inputText } from '../input-file.js';
import {
  isArpa,
  linesOf,
  modelOfArpa,
  NgramLm,
  perplexityOf,
  rankWords,
  readTexts,
  sentenceSet,
  sentences,
  sentencesOf,
  trainMixture,
  vocabularyOf,
  writeArpa,
} from '../lm/index.js';
import { DEFAULT_MODEL } from '../package/index.js';
import { positiveNumber, stepTimer, wholeNumber } from './options.js';

interface TrainFlags {
  out: string;
  exclude: string[];
  tune: string[];
  vocabulary: number;
  order: number;
  prune: number;
}

/** N-gram language models from and to ARPA files. */
export function lmCommand(): Command {
  const lm = new Command('lm').description('estimate and measure n-gram language models');
  lm.command('train')
    .description('estimate a model from text: modified Kneser-Ney, pruned by entropy, written in ARPA format')
    .argument('<text...>', 'plain text files; name one twice to count it twice; with --tune also models, FILE.arpa')
    .requiredOption('-o, --out <file>', 'ARPA file')
    .option('--exclude <file...>', 'files of sentences to leave out of the text', [] as string[])
    .option('--tune <file...>', 'sentences like those to be foretold: decide how much each text counts', [] as string[])
    .option('--vocabulary <n>', 'most words', wholeNumber(1, 1_000_000), 65_000)
    .option('--order <n>', 'n-gram order', wholeNumber(1, 5), 3)
    .option('--prune <threshold>', 'entropy pruning threshold', positiveNumber, 1e-7)
    .addHelpText(
      'after',
      '\nExample:\n  hearken lm train notes.txt -o notes.arpa\n  hearken graph build notes.arpa -o my-model',
    )
    .action(train);
  lm.command('words')
    .description('a text as language models are estimated on it: lower-case words as they are said, a sentence a line')
    .argument('<text...>', 'plain text files')
    .option('--exclude <file...>', 'files of sentences to leave out', [] as string[])
    .action(words);
  lm.command('perplexity')
    .description('how well a model foretells a text: perplexity and the share of unknown words')
    .argument('<text...>', 'plain text files')
    .option('-m, --model <file>', 'ARPA file, lm.bin, or model package (default: the shipped one)', DEFAULT_MODEL)
    .action(perplexity);
  return lm;
}

async function train(texts: string[], flags: TrainFlags): Promise<void> {
  const say = stepTimer();
  const { sources, heldOut } = await readTexts({ texts, ...flags }, say);
  const words = rankWords(sources, heldOut)
    .slice(0, flags.vocabulary)
    .map(([word]) => word)
    .sort();
  const thresholds = Array<number>(flags.order - 1).fill(flags.prune);
  const { model } = trainMixture(sources, words, flags.order, thresholds, heldOut, say);
  say(`writing ${model.tables.map((t) => t.word.length).join(' + ')} n-grams`);
  const lines = Readable.from(writeArpa(model, vocabularyOf(words)));
  await pipeline(
    lines.map((line: string) => `${line}\n`),
    createWriteStream(flags.out),
  );
  const total = (key: 'words' | 'sentences' | 'excluded'): number => sources.reduce((n, s) => n + s[key], 0);
  say(`${total('words')} words in ${total('sentences')} sentences, ${total('excluded')} sentences left out`);
}

async function words(texts: string[], flags: { exclude: string[] }): Promise<void> {
  const excluded = await sentenceSet(flags.exclude);
  async function* lines(): AsyncGenerator<string> {
    for (const path of texts)
      for await (const line of linesOf(path))
        for (const sentence of sentences(line)) {
          const text = sentence.join(' ');
          if (!excluded.has(text)) yield `${text}\n`;
        }
  }
  await pipeline(Readable.from(lines()), process.stdout, { end: false });
}

/** A model and its vocabulary from whatever holds one. */
function load(path: string): { lm: NgramLm; words: string[] } {
  if (!existsSync(path)) throw new HearkenError('INPUT_NOT_FOUND', `${path} does not exist`);
  if (isArpa(path)) {
    const { model, words } = modelOfArpa(inputText(path).split('\n'));
    return { lm: NgramLm.fromBackoff(model), words };
  }
  const directory = path.endsWith('lm.bin') ? resolve(path, '..') : path;
  const words = readFileSync(resolve(directory, 'words.txt'), 'utf8').trimEnd().split('\n');
  return { lm: new NgramLm(readSectionFile(resolve(directory, 'lm.bin'), NgramLm.KIND)), words };
}

async function perplexity(texts: string[], flags: { model: string }): Promise<void> {
  const { lm, words } = load(flags.model);
  const ids = new Map(words.map((w, i) => [w, i]));
  process.stdout.write('text\tperplexity\tunknown\twords\tsentences\n');
  for (const path of texts) {
    const p = perplexityOf(lm, ids, await sentencesOf([path]));
    const unknown = `${((100 * p.unknown) / Math.max(1, p.words)).toFixed(2)} %`;
    process.stdout.write(`${path}\t${p.perplexity.toFixed(1)}\t${unknown}\t${p.words}\t${p.sentences}\n`);
  }
}
