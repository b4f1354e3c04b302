import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { cmudict, G2p, type SpelledWord } from '../lexicon/index.js';
import { wholeNumber } from './options.js';

interface Flags {
  out?: string;
  order: number;
  prune: number;
  heldOut: number;
}

/** Every `n`th word is held out to measure on; all words are for n = 0. */
export function g2pCommand(): Command {
  return new Command('g2p')
    .description('estimate the model that pronounces words no dictionary lists, from CMUdict')
    .option('-o, --out <file>', 'write the model, trained on every word')
    .option('--order <n>', 'n-gram order over graphones', wholeNumber(2, 8), 6)
    .option('--prune <threshold>', 'entropy pruning threshold', Number, 1e-7)
    .option('--held-out <n>', 'measure on every nth word, trained on the others; 0: do not', wholeNumber(0, 1000), 20)
    .action(g2p);
}

function g2p(flags: Flags): void {
  const words = [...cmudict()].filter(({ word }) => /^[a-z']+$/.test(word));
  const training = { order: flags.order, prune: flags.prune };
  const facts: Record<string, unknown> = {};
  if (flags.heldOut > 0) {
    const { train, test } = split(words, flags.heldOut);
    process.stderr.write(`training on ${train.length} pronunciations, measuring on ${test.size} words\n`);
    Object.assign(facts, G2p.train(train, training).evaluate(test));
  }
  if (flags.out) {
    process.stderr.write(`training on ${words.length} pronunciations\n`);
    const bytes = G2p.train(words, training).toBytes();
    writeFileSync(flags.out, bytes);
    facts.bytes = bytes.length;
  }
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}

/** All pronunciations of a word are on one side. */
function split(words: SpelledWord[], every: number): { train: SpelledWord[]; test: Map<string, string[][]> } {
  const order = new Map<string, number>();
  const train: SpelledWord[] = [];
  const test = new Map<string, string[][]>();
  for (const entry of words) {
    const at = order.get(entry.word) ?? order.size;
    order.set(entry.word, at);
    if (at % every !== every - 1) train.push(entry);
    else test.set(entry.word, [...(test.get(entry.word) ?? []), [...entry.phones]]);
  }
  return { train, test };
}
