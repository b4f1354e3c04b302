import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { compileFst, connect, printFst, readOpenFst, type VectorFst, writeOpenFst } from '../../src/fst/index.js';
import { random, randomFst } from '../support/random-fst.js';
import { ROOT } from '../support/shared.js';

const MAIN = resolve(ROOT, 'dist/src/cli/main.js');

/** States and arcs as plain data. */
const contents = (fst: VectorFst): unknown => ({
  start: fst.start,
  states: Array.from({ length: fst.numStates }, (_, s) => ({ final: fst.final(s), arcs: fst.arcs(s) })),
});

const some = (seed: number, acceptor = false): VectorFst =>
  randomFst(random(seed), { states: 8, arcs: 16, labels: 3, acyclic: false, acceptor });

describe('OpenFst files', () => {
  it('are read as they were written, in every layout', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const fst = some(seed);
      for (const type of ['vector', 'const'] as const) {
        for (const aligned of type === 'const' ? [false, true] : [false]) {
          const inputSymbols = {
            name: 'phones',
            availableKey: 9n,
            entries: [
              ['<eps>', 0n],
              ['ä', 8n],
            ] as [string, bigint][],
          };
          const bytes = writeOpenFst({ fst, type, aligned, ...(seed % 2 && { inputSymbols }) });
          const file = readOpenFst(bytes);
          expect(contents(file.fst)).to.deep.equal(contents(fst));
          expect(file.type).to.equal(type);
          expect(file.inputSymbols).to.deep.equal(seed % 2 ? inputSymbols : undefined);
          expect(Buffer.compare(writeOpenFst(file), bytes)).to.equal(0);
        }
      }
    }
  });

  it('have a text form, which compiles to the same', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const fst = connect(some(seed));
      expect(contents(compileFst(printFst(fst)))).to.deep.equal(contents(fst));
    }
    const fst = compileFst('0 1 3\n\n0 2 1 2 0.25\n1\n2 1.5\n');
    expect(printFst(fst)).to.equal('0\t1\t3\t3\n0\t2\t1\t2\t0.25\n1\n2\t1.5\n');
    for (const [text, line] of [
      ['0 1 x\n', 1],
      ['0\n-1 2 3 4\n', 2],
      ['0 1 2 3 4 5\n', 1],
      ['0 99999999999 1\n', 1],
      ['0 zero\n', 1],
    ] as const)
      expect(() => compileFst(text), text).to.throw(HearkenError, `line ${line}`);
  });

  it('that are damaged give a typed error and take no memory', () => {
    const files = (['vector', 'const'] as const).map((type) => writeOpenFst({ fst: some(3), type }));
    const change = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 1, noNaN: true }),
        change,
        (file, cut, changes) => {
          const damaged = Uint8Array.from(file.subarray(0, Math.ceil(file.length * cut)));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          try {
            readOpenFst(damaged);
          } catch (error) {
            if (!(error instanceof HearkenError && error.code === 'FST_FORMAT')) throw error;
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('go through the command line', () => {
    const run = (args: string[], stdin: Uint8Array | string) =>
      spawnSync(process.execPath, [MAIN, 'fst', ...args], { input: stdin });
    const binary = run(['compile', '-'], '0 1 1 5 2\n0 1 1 5 1\n1\n').stdout;
    const smaller = run(['determinize', '-'], binary).stdout;
    expect(run(['print', '-'], smaller).stdout.toString()).to.equal('0\t1\t1\t5\t1\n1\n');
    expect(run(['info', '-'], smaller).stdout.toString()).to.match(/^arcs +1$/m);
    const bad = run(['print', '-'], 'not one');
    expect(bad.status).to.equal(1);
    expect(bad.stderr.toString()).to.match(/FST_FORMAT/);
  });
});
