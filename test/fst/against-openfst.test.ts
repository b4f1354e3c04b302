import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import * as fst from '../../src/fst/index.js';
import { codeOf } from '../support/errors.js';
import { enumerate, random, randomFst } from '../support/random-fst.js';

/** Random machines a comparison; `npm run test:openfst` asks for thousands. */
const RUNS = Number(process.env.HEARKEN_OPENFST_RUNS ?? 40);
type Machine = fst.VectorFst;

const contents = (a: Machine): unknown => ({
  start: a.start,
  states: Array.from({ length: a.numStates }, (_, s) => ({ final: a.final(s), arcs: a.arcs(s) })),
});

/** Input strings up to three labels of three, with the lowest cost at which a machine takes each. */
function spectrum(a: Machine): number[] {
  const strings: number[][] = [[]];
  for (let i = 0; i < strings.length && strings[i].length < 3; i++)
    for (const label of [1, 2, 3]) strings.push([...strings[i], label]);
  return strings.map((labels) => {
    const line = new fst.VectorFst();
    line.start = line.addState();
    for (const [i, label] of labels.entries()) line.addArc(i, label, label, 0, line.addState());
    line.setFinal(labels.length);
    const both = fst.compose(line, a);
    return both.start < 0 ? Infinity : fst.distanceToFinal(both)[both.start];
  });
}

const byPath = ([a]: [string, number], [b]: [string, number]): number => (a < b ? -1 : 1);

/** Path costs by (input, output) string; the machine must be acyclic. */
const meaning = (a: Machine): [string, number][] =>
  [...enumerate(a)].sort(byPath).map(([path, cost]) => [path, Math.round(cost * 1000) / 1000]);

describe('against OpenFst itself', function () {
  this.timeout(RUNS * 10_000);
  const dir = mkdtempSync(resolve(tmpdir(), 'hearken-openfst-'));
  const path = (name: string): string => resolve(dir, name);
  /** One shell for many tools: starting processes from here costs more than the tools do. */
  const shell = (lines: string[]): void => {
    const { status, stderr } = spawnSync('sh', ['-e'], { cwd: dir, input: lines.join('\n') });
    if (status !== 0) throw new Error(stderr.toString());
  };
  const save = (name: string, a: Machine): void => writeFileSync(path(name), fst.writeOpenFst({ fst: a }));
  const load = (name: string): Machine => fst.readOpenFst(readFileSync(path(name))).fst;
  const seeds = Array.from({ length: RUNS }, (_, i) => i + 1);
  before(function () {
    if (spawnSync('fstinfo', ['--help']).error) {
      console.error('      skipped: OpenFst (Debian package libfst-tools) is not installed');
      this.skip();
    }
  });
  after(() => rmSync(dir, { recursive: true }));

  /** Run `tool IN OUT` on machines and compare its results with ours. */
  function compare(
    tool: string,
    ours: (a: Machine) => Machine,
    make: (seed: number) => Machine,
    look: (a: Machine) => unknown,
  ): void {
    const machines = seeds.map((seed) => fst.connect(make(seed)));
    for (const [i, a] of machines.entries()) save(`${i}.in`, a);
    shell(machines.map((_, i) => `${tool.replace('IN', `${i}.in`)} > ${i}.out`));
    for (const [i, a] of machines.entries())
      expect(look(ours(a)), `${tool}, seed ${i + 1}`).to.deep.equal(look(load(`${i}.out`)));
  }
  const acyclic = (seed: number): Machine =>
    randomFst(random(seed), { states: 6, arcs: 10, labels: 3, epsilons: true });
  const acceptor = (seed: number): Machine =>
    randomFst(random(seed), { states: 6, arcs: 12, labels: 3, acceptor: true });
  const cyclic = (seed: number): Machine =>
    randomFst(random(seed), { states: 5, arcs: 9, labels: 3, acyclic: false, acceptor: true, epsilons: true });

  it('reads our files, and we read its, byte for byte', () => {
    const machines = seeds.map((seed) => fst.connect(cyclic(seed))).filter((a) => a.numStates > 0);
    for (const [i, a] of machines.entries()) {
      save(`${i}.in`, a);
      writeFileSync(path(`${i}.txt`), fst.printFst(a));
    }
    shell(
      machines.flatMap((_, i) => [
        `fstprint ${i}.in > ${i}.print`,
        `fstcompile ${i}.txt ${i}.vector`,
        `fstconvert --fst_type=const ${i}.vector ${i}.const`,
        `fstconvert --fst_type=const --fst_align ${i}.vector ${i}.aligned`,
      ]),
    );
    for (const [i, a] of machines.entries()) {
      expect(contents(fst.compileFst(readFileSync(path(`${i}.print`), 'utf8')))).to.deep.equal(contents(a));
      for (const type of ['vector', 'const', 'aligned']) {
        const bytes = readFileSync(path(`${i}.${type}`));
        const file = fst.readOpenFst(bytes);
        expect(contents(file.fst), `${type}, machine ${i}`).to.deep.equal(contents(a));
        expect(fst.contradictions(file.fst, file.properties)).to.deep.equal([]);
        expect(Buffer.compare(fst.writeOpenFst(file), bytes), `${type}, machine ${i}`).to.equal(0);
      }
    }
  });

  it('finds the same properties', () => {
    const names: Record<string, keyof fst.Properties> = {
      acceptor: 'acceptor',
      'input deterministic': 'inputDeterministic',
      'output deterministic': 'outputDeterministic',
      'input/output epsilons': 'epsilons',
      'input epsilons': 'inputEpsilons',
      'output epsilons': 'outputEpsilons',
      'input label sorted': 'inputSorted',
      'output label sorted': 'outputSorted',
      weighted: 'weighted',
      cyclic: 'cyclic',
      'cyclic at initial state': 'initialCyclic',
      'top sorted': 'topSorted',
      accessible: 'accessible',
      coaccessible: 'coaccessible',
      string: 'string',
    };
    const machines = seeds.map((seed) => [cyclic, acyclic, acceptor][seed % 3](seed));
    // What we say of them must not be what it goes by.
    for (const [i, a] of machines.entries())
      writeFileSync(path(`${i}.in`), fst.writeOpenFst({ fst: a, properties: 3n }));
    shell(machines.map((_, i) => `fstinfo ${i}.in > ${i}.info`));
    for (const [i, a] of machines.entries()) {
      const ours = fst.properties(a);
      const theirs = readFileSync(path(`${i}.info`), 'utf8');
      for (const [name, property] of Object.entries(names)) {
        const [, answer] = new RegExp(`^${name} +([yn])$`, 'm').exec(theirs) ?? [];
        expect(answer, name).to.match(/[yn]/);
        expect(ours[property], `${name}, seed ${i + 1}`).to.equal(answer === 'y');
      }
    }
  });

  it('agrees on what acyclic transducers become', () => {
    compare('fstconnect IN', fst.connect, acyclic, contents0);
    compare('fstinvert IN', fst.invert, acyclic, contents);
    compare('fstproject --project_type=output IN', (a) => fst.project(a, 'output'), acyclic, contents);
    compare('fstarcsort --sort_type=olabel IN', (a) => fst.arcSort(a, 'output'), acyclic, meaning);
    compare('fstrmepsilon IN', fst.removeEpsilon, acyclic, meaning);
    compare('fstreverse IN', fst.reverse, acyclic, meaning);
    compare('fsttopsort IN', (a) => fst.topSort(a) as Machine, acyclic, meaning);
    compare('fstprune --weight=1.5 IN', (a) => fst.prune(a, 1.5), acyclic, meaning);
    compare('fstpush --push_labels IN', (a) => fst.pushLabels(a), acyclic, meaning);
    compare(
      'fstshortestpath IN',
      (a) => fst.shortestPath(a),
      acyclic,
      (a) => meaning(a).map(([, cost]) => cost),
    );
    const costs = (a: Machine): number[] =>
      meaning(a)
        .map(([, cost]) => cost)
        .sort((x, y) => x - y);
    compare(
      'fstshortestpath --nshortest=3 --unique IN',
      (a) => fst.shortestPath(a, { paths: 3, unique: true }),
      acceptor,
      costs,
    );
    for (const [i, a] of seeds.map((seed) => fst.connect(acyclic(seed))).entries()) save(`${i}.in`, a);
    shell(seeds.map((_, i) => `fstpush --push_weights ${i}.in | fstprint > ${i}.out`));
    for (const [i] of seeds.entries()) {
      const a = load(`${i}.in`);
      const [total] = a.start < 0 ? [0] : [fst.pushWeights(a)];
      const theirs = fst.compileFst(readFileSync(path(`${i}.out`), 'utf8'));
      const shifted = meaning(theirs).map(([p, cost]) => [p, Math.round((cost - total) * 1000) / 1000]);
      expect(meaning(a), `push, seed ${i + 1}`).to.deep.equal(shifted);
    }
  });

  it('agrees on distances, to the end and from the start, tropical and log', () => {
    const machines = seeds.map((seed) => fst.connect(acyclic(seed)));
    for (const [i, a] of machines.entries()) save(`${i}.in`, a);
    shell(
      machines.flatMap((_, i) => [
        `fstshortestdistance ${i}.in > ${i}.from`,
        `fstshortestdistance --reverse ${i}.in > ${i}.to`,
        `fstprint ${i}.in | fstcompile --arc_type=log | fstshortestdistance > ${i}.log`,
      ]),
    );
    const numbers = (name: string): number[] =>
      readFileSync(path(name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => Number(line.split('\t')[1] ?? 0));
    for (const [i, a] of machines.entries()) {
      const log = fst.mapFst(
        a,
        fst.LOG,
        (arc) => arc,
        (w) => w,
      );
      for (const [name, ours] of [
        ['from', fst.shortestDistance(a)],
        ['to', fst.distanceToFinal(a)],
        ['log', fst.shortestDistance(log)],
      ] as const) {
        const theirs = numbers(`${i}.${name}`);
        expect(theirs.length, name).to.equal(ours.length);
        for (const [s, d] of ours.entries()) if (Number.isFinite(d)) expect(theirs[s]).to.be.closeTo(d, 1e-3);
      }
    }
  });

  it('agrees on what cyclic acceptors become', () => {
    compare('fstclosure IN', (a) => fst.closure(a), cyclic, spectrum);
    compare('fstclosure --closure_plus IN', (a) => fst.closure(a, 'plus'), cyclic, spectrum);
    compare('fstrmepsilon IN', fst.removeEpsilon, cyclic, spectrum);
    compare('fstreverse IN', fst.reverse, cyclic, spectrum);
  });

  it('agrees on compose, concat, union and replace', () => {
    const other = (seed: number): Machine => fst.connect(acyclic(seed + 5000));
    for (const seed of seeds) save(`${seed - 1}.b`, withoutLabel(other(seed)));
    const second = (tool: string, ours: (a: Machine, b: Machine) => Machine): void => {
      const machines = seeds.map((seed) => fst.connect(acyclic(seed)));
      for (const [i, a] of machines.entries()) save(`${i}.in`, a);
      shell(machines.map((_, i) => tool.replace('IN', `${i}.in`).replace('B', `${i}.b`).replace('OUT', `${i}.out`)));
      let paths = 0;
      for (const [i, a] of machines.entries()) {
        const theirs = meaning(load(`${i}.out`));
        expect(meaning(ours(a, withoutLabel(other(i + 1)))), `${tool}, seed ${i + 1}`).to.deep.equal(theirs);
        paths += theirs.length;
      }
      expect(paths).to.be.above(RUNS / 10);
    };
    second('fstarcsort IN s.fst; fstarcsort B t.fst; fstcompose s.fst t.fst > OUT', fst.compose);
    second('fstarcsort IN s.fst; fstarcsort B t.fst; fstcompose s.fst t.fst > OUT', (a, b) =>
      fst.compose(a, b, { lookAhead: true }),
    );
    second('fstconcat IN B > OUT', fst.concat);
    second('fstunion IN B > OUT', fst.union);
    // Output 2 of the root stands for the second machine.
    second('fstreplace --call_arc_labeling=neither IN 99 B 2 > OUT', (a, b) => fst.replace(a, new Map([[2, b]])));
  });

  it('agrees on determinize and minimize, and on which machines are equal', () => {
    const machines = seeds.map((seed) => fst.connect(acceptor(seed))).filter((a) => a.numStates > 0);
    for (const [i, a] of machines.entries()) {
      save(`${i}.in`, a);
      const deterministic = fst.determinize(a);
      save(`${i}.det`, deterministic);
      save(`${i}.min`, fst.minimize(deterministic));
    }
    shell(
      machines.flatMap((_, i) => [
        `fstdeterminize ${i}.in ${i}.theirs`,
        `fstminimize ${i}.theirs ${i}.small`,
        ...['det', 'min', 'small'].map(
          (mine) => `fstarcsort ${i}.${mine} a; fstarcsort ${i}.theirs b; fstequivalent a b`,
        ),
      ]),
    );
    for (const [i] of machines.entries()) {
      const ours = load(`${i}.det`);
      const theirs = load(`${i}.theirs`);
      expect(fst.isomorphic(ours, theirs, 1e-3), `machine ${i}`).to.equal(true);
      expect(fst.equivalent(load(`${i}.min`), load(`${i}.small`), 1e-2), `machine ${i}`).to.equal(true);
      const pushed = fst.determinize(load(`${i}.in`));
      fst.pushWeights(pushed);
      expect(fst.minimize(pushed).numStates, `machine ${i}`).to.equal(load(`${i}.small`).numStates);
    }
  });

  it('says the same of pairs of machines', () => {
    const pairs = seeds.map((seed): [Machine, Machine] => {
      const a = fst.determinize(fst.connect(acceptor(seed)));
      const b = fst.determinize(fst.connect(acceptor(seed % 3 === 0 ? seed : seed + 1)));
      return [a, b];
    });
    for (const [i, [a, b]] of pairs.entries()) {
      save(`${i}.a`, a);
      save(`${i}.b`, b);
    }
    shell(
      pairs.map(
        (_, i) =>
          `if fstequivalent ${i}.a ${i}.b; then echo y; else echo n; fi > ${i}.eq; if fstisomorphic ${i}.a ${i}.b; then echo y; else echo n; fi > ${i}.iso`,
      ),
    );
    let equal = 0;
    for (const [i, [a, b]] of pairs.entries()) {
      const answer = (name: string): boolean => readFileSync(path(name), 'utf8').trim() === 'y';
      expect(fst.equivalent(a, b), `pair ${i}`).to.equal(answer(`${i}.eq`));
      expect(fst.isomorphic(a, b), `pair ${i}`).to.equal(answer(`${i}.iso`));
      if (answer(`${i}.eq`)) equal++;
    }
    expect(equal).to.be.within(1, RUNS - 1);
  });

  it('refuses what it refuses', () => {
    const ambiguous = fst.compileFst('0 1 1 1\n0 1 1 2\n1\n');
    save('ambiguous.fst', ambiguous);
    save('loop.fst', fst.compileFst('0 0 1 1\n0\n'));
    writeFileSync(path('cut.fst'), fst.writeOpenFst({ fst: ambiguous }).subarray(0, 90));
    const fails = (command: string): boolean => spawnSync('sh', ['-c', command], { cwd: dir }).status !== 0;
    expect(fails('fstdeterminize ambiguous.fst x')).to.equal(true);
    expect(codeOf(() => fst.determinize(ambiguous))).to.equal('FST_INVALID');
    expect(fails('fstequivalent ambiguous.fst ambiguous.fst')).to.equal(true);
    expect(codeOf(() => fst.equivalent(ambiguous, ambiguous))).to.equal('FST_INVALID');
    expect(fails('fsttopsort loop.fst x && fstinfo x | grep -q "top sorted *y"')).to.equal(true);
    expect(fst.topSort(fst.compileFst('0 0 1 1\n0\n'))).to.equal(undefined);
    expect(fails('fstinfo cut.fst')).to.equal(true);
    expect(codeOf(() => load('cut.fst'))).to.equal('FST_FORMAT');
    for (const text of ['0 x 1 1\n', '0 1 a 1\n', '0 1 1 1 much\n']) {
      writeFileSync(path('bad.txt'), text);
      expect(fails('fstcompile bad.txt x'), text).to.equal(true);
      expect(
        codeOf(() => fst.compileFst(text)),
        text,
      ).to.equal('FST_FORMAT');
    }
  });
});

/** OpenFst keeps the order of states, we number them anew. */
const contents0 = (a: Machine): unknown => [a.numStates, a.numArcs, meaning(a)];

/** Parts must not call themselves: output 2 out of the way. */
function withoutLabel(a: Machine): Machine {
  return fst.relabel(a, new Map(), new Map([[2, 3]]));
}
