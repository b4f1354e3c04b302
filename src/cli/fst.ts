import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { HearkenError } from '../errors.js';
import {
  compileFst,
  connect,
  determinize,
  minimize,
  printFst,
  readOpenFst,
  type VectorFst,
  writeOpenFst,
} from '../fst/index.js';

const STDIN = 0;

function input(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? STDIN : path);
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function output(path: string, bytes: Uint8Array | string): void {
  if (path === '-') process.stdout.write(bytes);
  else writeFileSync(path, bytes);
}

/** What `hearken fst info` tells: counts over states and arcs. */
function facts(path: string): Record<string, string | number> {
  const { fst, type } = readOpenFst(input(path));
  let arcs = 0;
  let inputEpsilons = 0;
  let outputEpsilons = 0;
  let finals = 0;
  for (let s = 0; s < fst.numStates; s++) {
    if (Number.isFinite(fst.final(s))) finals++;
    for (const { ilabel, olabel } of fst.arcs(s)) {
      arcs++;
      if (ilabel === 0) inputEpsilons++;
      if (olabel === 0) outputEpsilons++;
    }
  }
  return { type, states: fst.numStates, arcs, start: fst.start, finals, inputEpsilons, outputEpsilons };
}

const ALGORITHMS: Record<string, { does: string; run: (fst: VectorFst) => VectorFst }> = {
  connect: { does: 'drop states that are on no path from the start to an end', run: connect },
  determinize: { does: 'make it deterministic by input label; functional, without input epsilons', run: determinize },
  minimize: { does: 'join states that cannot be told apart, arcs compared whole', run: minimize },
};

/** OpenFst's files on the command line; `-` is standard input or output. */
export function fstCommand(): Command {
  const fst = new Command('fst').description(
    'read, write and transform OpenFst files (vector and const, standard arcs)',
  );
  fst
    .command('info <in>')
    .description('count states and arcs')
    .action((path: string) => {
      for (const [name, value] of Object.entries(facts(path))) process.stdout.write(`${name.padEnd(16)} ${value}\n`);
    });
  fst
    .command('print <in> [out]')
    .description('binary to text')
    .action((from: string, to = '-') => output(to, printFst(readOpenFst(input(from)).fst)));
  fst
    .command('compile <in> [out]')
    .description('text, labels as numbers, to binary')
    .action((from: string, to = '-') =>
      output(to, writeOpenFst({ fst: compileFst(Buffer.from(input(from)).toString()) })),
    );
  for (const [name, { does, run }] of Object.entries(ALGORITHMS)) {
    fst
      .command(`${name} <in> [out]`)
      .description(does)
      .action((from: string, to = '-') => output(to, writeOpenFst({ fst: run(readOpenFst(input(from)).fst) })));
  }
  return fst;
}
