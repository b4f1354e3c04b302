import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { HearkenError } from '../errors.js';
import * as fst from '../fst/index.js';
import { inputBytes, inputText } from '../input-file.js';
import { positiveNumber, wholeNumber } from './options.js';

type Machine = fst.VectorFst;

const machine = (path: string): Machine => fst.readOpenFst(inputBytes(path)).fst;

function output(path: string, bytes: Uint8Array | string): void {
  if (path === '-') process.stdout.write(bytes);
  else writeFileSync(path, bytes);
}

const write = (path: string, result: Machine): void => output(path, fst.writeOpenFst({ fst: result }));

/** Two machines in, one out; one in, one out. Options are given by commander under the names of the flags. */
interface Operation<Run> {
  does: string;
  options?: Option[];
  run: Run;
}

const UNARY: Record<string, Operation<(a: Machine, flags: Record<string, never>) => Machine>> = {
  arcsort: {
    does: 'sort the arcs of every state by a label',
    options: [new Option('--by <side>').choices(['input', 'output']).default('input')],
    run: (a, { by }) => fst.arcSort(a, by),
  },
  closure: {
    does: 'any number of repetitions, or at least one',
    options: [new Option('--kind <kind>').choices(['star', 'plus']).default('star')],
    run: (a, { kind }) => fst.closure(a, kind),
  },
  connect: { does: 'drop states that are on no path from the start to an end', run: fst.connect },
  determinize: {
    does: 'at most one arc an input label and state; the machine must be functional',
    options: [new Option('--epsilons', 'follow arcs without input instead of refusing them')],
    run: (a, { epsilons }) => fst.determinize(a, { epsilons }),
  },
  invert: { does: 'exchange inputs and outputs', run: fst.invert },
  minimize: { does: 'push weights, then join states that cannot be told apart', run: minimized },
  project: {
    does: 'the acceptor of one side',
    options: [new Option('--side <side>').choices(['input', 'output']).default('input')],
    run: (a, { side }) => fst.project(a, side),
  },
  prune: {
    does: 'keep paths near the best one',
    options: [new Option('--threshold <cost>', 'above the best').argParser(positiveNumber).default(10)],
    run: (a, { threshold }) => fst.prune(a, threshold),
  },
  push: {
    does: 'move weights (or labels) towards the start',
    options: [new Option('--labels', 'output labels instead of weights')],
    run: (a, { labels }) => (labels ? fst.pushLabels(a) : pushed(a)),
  },
  randgen: {
    does: 'draw paths at random',
    options: [
      new Option('-n, --paths <n>').argParser(wholeNumber(1, 1e6)).default(1),
      new Option('--select <how>').choices(['uniform', 'cost']).default('uniform'),
    ],
    run: (a, { paths, select }) => fst.randomPaths(a, { paths, select }),
  },
  reverse: { does: 'every path backwards', run: fst.reverse },
  rmepsilon: { does: 'drop arcs that neither read nor write', run: fst.removeEpsilon },
  shortestpath: {
    does: 'the cheapest paths',
    options: [
      new Option('-n, --paths <n>').argParser(wholeNumber(1, 1e6)).default(1),
      new Option('--unique', 'only paths that read different strings'),
    ],
    run: (a, { paths, unique }) => fst.shortestPath(a, { paths, unique }),
  },
  topsort: { does: 'number states so that arcs lead to higher ones', run: topSorted },
};

const BINARY: Record<string, Operation<(a: Machine, b: Machine, flags: Record<string, never>) => Machine>> = {
  compose: {
    does: 'the outputs of the first are the inputs of the second',
    options: [new Option('--look-ahead', 'leave out at once what cannot be completed')],
    run: (a, b, { lookAhead }) => fst.compose(a, b, { lookAhead }),
  },
  concat: { does: 'the first, then the second', run: fst.concat },
  union: { does: 'either', run: fst.union },
};

const COMPARISONS = {
  equivalent: { does: 'whether deterministic acceptors take the same strings at the same costs', run: fst.equivalent },
  isomorphic: { does: 'whether they differ in the numbers of their states only', run: fst.isomorphic },
};

function pushed(a: Machine): Machine {
  const out = fst.connect(a);
  const total = fst.pushWeights(out);
  // The whole cost stays, at a new start.
  const start = out.addState();
  if (out.start >= 0) out.addArc(start, 0, 0, total, out.start);
  out.start = start;
  return fst.connect(out);
}

function minimized(a: Machine): Machine {
  const out = fst.connect(a);
  if (out.start < 0) return out;
  const total = fst.pushWeights(out);
  const small = fst.minimize(out);
  // Weights keep their sum: the part that was pushed off is paid on the way out of the start.
  return total === 0 ? small : fst.connect(fst.concat(constant(total), small));
}

function constant(cost: number): Machine {
  const out = new fst.VectorFst();
  out.start = out.addState();
  out.setFinal(out.start, cost);
  return out;
}

function topSorted(a: Machine): Machine {
  const sorted = fst.topSort(a);
  if (!sorted) throw new HearkenError('FST_INVALID', 'topsort: the machine has a cycle');
  return sorted;
}

/** What `hearken fst info` tells: counts, and the facts of the machine. */
function facts(path: string): Record<string, string | number | boolean> {
  const { fst: a, type, properties: stated } = fst.readOpenFst(inputBytes(path));
  const wrong = fst.contradictions(a, stated);
  const finals = Array.from({ length: a.numStates }, (_, s) => a.isFinal(s)).filter(Boolean).length;
  return {
    type,
    states: a.numStates,
    arcs: a.numArcs,
    start: a.start,
    finals,
    ...fst.properties(a),
    ...(wrong.length > 0 && { 'wrong in the file': wrong.join(', ') }),
  };
}

/** OpenFst's files on the command line; `-` is standard input or output. */
export function fstCommand(): Command {
  const command = new Command('fst')
    .description(
      'read, write and transform OpenFst files (vector and const, standard arcs); - is standard input or output',
    )
    .addHelpText(
      'after',
      '\nExample:\n  hearken fst compile words.txt | hearken fst determinize - | hearken fst print -',
    );
  command
    .command('info <in>')
    .description('count states and arcs, and tell the properties')
    .action((path: string) => {
      for (const [name, value] of Object.entries(facts(path))) process.stdout.write(`${name.padEnd(20)} ${value}\n`);
    });
  const tables = (c: Command): Command =>
    c.option('--isymbols <file>', 'names of input labels').option('--osymbols <file>', 'names of output labels');
  const named = ({ isymbols, osymbols }: { isymbols?: string; osymbols?: string }): fst.TextSymbols => ({
    ...(isymbols !== undefined && { inputs: fst.parseSymbols(inputText(isymbols)) }),
    ...(osymbols !== undefined && { outputs: fst.parseSymbols(inputText(osymbols)) }),
  });
  tables(command.command('print <in> [out]').description('binary to text')).action(
    (from: string, to = '-', flags = {}) => output(to, fst.printFst(machine(from), named(flags))),
  );
  tables(command.command('compile <in> [out]').description('text to binary')).action(
    (from: string, to = '-', flags = {}) => write(to, fst.compileFst(inputText(from), named(flags))),
  );
  command
    .command('draw <in> [out]')
    .description('a drawing for Graphviz')
    .action((from: string, to = '-') => output(to, fst.drawFst(machine(from))));
  for (const [name, { does, options = [], run }] of Object.entries(UNARY)) {
    const c = command.command(`${name} <in> [out]`).description(does);
    for (const option of options) c.addOption(option);
    c.action((from: string, to = '-', flags = {}) => write(to, run(machine(from), flags)));
  }
  for (const [name, { does, options = [], run }] of Object.entries(BINARY)) {
    const c = command.command(`${name} <first> <second> [out]`).description(does);
    for (const option of options) c.addOption(option);
    c.action((a: string, b: string, to = '-', flags = {}) => write(to, run(machine(a), machine(b), flags)));
  }
  for (const [name, { does, run }] of Object.entries(COMPARISONS)) {
    command
      .command(`${name} <first> <second>`)
      .description(`${does}; exit code 1 where not`)
      .action((a: string, b: string) => {
        const same = run(machine(a), machine(b));
        process.stdout.write(`${same}\n`);
        if (!same) process.exitCode = 1;
      });
  }
  command
    .command('shortestdistance <in>')
    .description('the lowest cost from the start to each state')
    .option('--reverse', 'from each state to the end')
    .action((path: string, { reverse }: { reverse?: boolean }) => {
      const distance = (reverse ? fst.distanceToFinal : fst.shortestDistance)(machine(path));
      for (const [s, d] of distance.entries()) process.stdout.write(`${s}\t${d}\n`);
    });
  command
    .command('replace <root> <parts...>')
    .description('put machines in the place of output labels; parts are label=file')
    .option('-o, --output <file>', 'where to', '-')
    .action((root: string, parts: string[], flags: { output: string }) => {
      const machines = parts.map((part): [number, Machine] => {
        const [, label, file] = /^(\d+)=(.+)$/.exec(part) ?? [];
        if (!label) throw new HearkenError('OPTION_INVALID', `"${part}" is not label=file`);
        return [Number(label), machine(file)];
      });
      write(flags.output, fst.replace(machine(root), new Map(machines)));
    });
  return command;
}
