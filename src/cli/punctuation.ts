import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { linesOf } from '../lm/index.js';
import { evaluate, PunctuationTrainer, Punctuator, stretches, type Token, tokensOf } from '../punctuation/index.js';
import { stepTimer, wholeNumber } from './options.js';

interface Flags {
  out?: string;
  heldOut: number;
  words: number;
  passes: number;
}

/** Lines kept together: those held out are not neighbours of those learnt from. */
const BLOCK = 200;

export function punctuationCommand(): Command {
  const command = new Command('punctuation').description(
    'the model of sentence ends, commas, question marks and capitals',
  );
  command
    .command('train')
    .description('estimate it from written text, and measure it on text held out')
    .argument('<text...>', 'plain text, a sentence or more a line, lines in order')
    .option('-o, --out <file>', 'write the model')
    .option('--held-out <n>', `measure on every nth block of ${BLOCK} lines`, wholeNumber(2, 1000), 50)
    .option('--words <n>', 'learn from the first so many words of each text', wholeNumber(1000, 1e9), 6_000_000)
    .option('--passes <n>', 'times all is learnt from', wholeNumber(1, 20), 2)
    .action(train);
  command
    .command('add')
    .description('punctuate lines of words from standard input')
    .option('-m, --model <file>', 'model (default: the shipped one)')
    .action(async ({ model }: { model?: string }) => {
      const punctuator = model === undefined ? Punctuator.shipped() : Punctuator.load(model);
      for await (const line of linesOf('-')) {
        const words = line.trim().toLowerCase().split(/\s+/).filter(Boolean);
        process.stdout.write(
          `${punctuator
            .punctuate(words)
            .map((w) => w.text + w.mark)
            .join(' ')}\n`,
        );
      }
    });
  return command;
}

/** Numbers in [0, 1), the same every time. */
function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function train(texts: string[], flags: Flags): Promise<void> {
  const say = stepTimer();
  const learnt: Token[][] = [];
  const held: { text: string; tokens: Token[] }[] = [];
  for (const text of texts) {
    say(`reading ${text}`);
    const [ours, theirs]: Token[][] = [[], []];
    let line = 0;
    for await (const content of linesOf(text)) {
      if (ours.length >= flags.words) break;
      const target = Math.floor(line++ / BLOCK) % flags.heldOut === 0 ? theirs : ours;
      target.push(...tokensOf(content));
    }
    learnt.push(ours);
    held.push({ text, tokens: theirs });
  }
  const trainer = new PunctuationTrainer();
  for (let pass = 0; pass < flags.passes; pass++) {
    say(`pass ${pass + 1} over ${learnt.reduce((n, t) => n + t.length, 0)} words`);
    // Texts in turn, so that none has the last word.
    const random = repeatable(pass + 1);
    const sources = learnt.map((tokens) => stretches(tokens, random));
    while (sources.length > 0) {
      for (const [i, source] of [...sources.entries()].reverse()) {
        const { value, done } = source.next();
        if (done) sources.splice(i, 1);
        else trainer.learn(value);
      }
    }
  }
  const punctuator = trainer.result();
  const facts: Record<string, unknown> = {};
  for (const { text, tokens } of held) facts[text] = evaluate(punctuator, stretches(tokens, repeatable(99)));
  if (flags.out) {
    const bytes = punctuator.toBytes();
    writeFileSync(flags.out, bytes);
    facts.bytes = bytes.length;
  }
  process.stdout.write(
    `${JSON.stringify(facts, (_, v) => (typeof v === 'number' ? Math.round(v * 1000) / 1000 : v), 1)}\n`,
  );
}
