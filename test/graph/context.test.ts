import { expect } from 'chai';
import fc from 'fast-check';
import { HearkenError } from '../../src/errors.js';
import { VectorFst } from '../../src/fst/index.js';
import { ChainTopology, ContextTable, columnLabel } from '../../src/graph/index.js';
import { codeOf } from '../support/errors.js';

/** Silence 0; phones 1 and 2; unit 3 is phone 2 behind phone 1. */
const TABLE = ContextTable.parse('0 1 2\n0 1 3\n0 1 2\n');

/** Every pdf sequence of at most `frames` frames that the FST accepts. */
function sequences(fst: VectorFst, frames: number): string[] {
  const out: string[] = [];
  const walk = (state: number, path: number[]): void => {
    if (Number.isFinite(fst.final(state))) out.push(path.join(' '));
    for (const arc of fst.arcs(state)) {
      if (arc.ilabel === 0) walk(arc.next, path);
      else if (path.length < frames) walk(arc.next, [...path, arc.ilabel - 1]);
    }
  };
  walk(fst.start, []);
  return out.sort();
}

describe('context and topology', () => {
  it('gives a phone the unit of its left phone, across epsilons too, and its self-loop that unit', () => {
    const fst = new VectorFst();
    const [a, b, c, d] = [0, 1, 2, 3].map(() => fst.addState());
    fst.start = a;
    fst.addArc(a, 2, 0, 0, b); // phone 1, behind silence: unit 1
    fst.addArc(b, 0, 7, 0, c);
    fst.addArc(c, 3, 0, 0, d); // phone 2, behind phone 1: unit 3
    fst.setFinal(d, 0);
    // Units are 4, so the self-loop of unit u is pdf u + 4.
    expect(sequences(new ChainTopology(TABLE).expand(fst), 3)).to.deep.equal(['1 3', '1 3 7', '1 5 3']);
  });

  it('splits a state by what it is entered through', () => {
    const fst = new VectorFst();
    const [a, b, c] = [0, 1, 2].map(() => fst.addState());
    fst.start = a;
    fst.addArc(a, 2, 0, 0, b);
    fst.addArc(a, 3, 0, 0, b);
    fst.addArc(b, 3, 0, 0, c);
    fst.setFinal(c, 0);
    expect(sequences(new ChainTopology(TABLE).expand(fst), 2)).to.deep.equal(['1 3', '2 2']);
  });

  it('is the monophone topology where every row is the same', () => {
    const fst = new VectorFst();
    fst.start = fst.addState();
    fst.addArc(fst.start, 3, 0, 0, fst.addState());
    fst.setFinal(1, 0);
    const out = new ChainTopology(ContextTable.monophone(3)).expand(fst);
    expect(sequences(out, 3)).to.deep.equal(['2', '2 5', '2 5 5']);
    expect([...out.arcs(out.start)][0]).to.include({ ilabel: columnLabel(2), weight: Math.LN2 });
  });

  it('refuses tables that are none', () => {
    for (const text of ['', '0 1', '0 1\n1 0\n', '0 x\n0 1\n', '0 1\n0 -1\n', '0 999999999\n0 1\n', '0 1.5\n0 1\n'])
      expect(
        codeOf(() => ContextTable.parse(text)),
        JSON.stringify(text),
      ).to.equal('MODEL_FILE');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('0', '1', '2', ' ', '\n', '-', '9', 'e') }), (text) => {
        try {
          ContextTable.parse(text);
        } catch (error) {
          if (!(error instanceof HearkenError)) throw error;
        }
      }),
    );
  });
});
