import { expect } from 'chai';
import { LmCostCache } from '../../src/decoder/lm-cost-cache.js';
import { TokenTable } from '../../src/decoder/token-table.js';
import { Traceback } from '../../src/decoder/traceback.js';
import { random } from '../support/random-fst.js';
import { bigramLm } from '../support/random-search.js';

describe('tables of the search', () => {
  it('find every token again, however many there are, and none after clearing', () => {
    const table = new TokenTable();
    for (let round = 0; round < 2; round++) {
      const next = random(round);
      const pairs = Array.from({ length: 20_000 }, () => [Math.floor(next() * 300), Math.floor(next() * 300)]);
      const number = new Map<string, number>();
      for (const [state, lmState] of pairs) {
        const key = `${state} ${lmState}`;
        const token = table.findOrAdd(state, lmState);
        if (!number.has(key)) {
          expect(token).to.equal(number.size);
          expect(table.cost[token]).to.equal(Number.POSITIVE_INFINITY);
          table.cost[token] = token;
          number.set(key, token);
        }
        if (token !== number.get(key)) expect.fail(`${key} is token ${token} and ${number.get(key)}`);
      }
      expect(table.size).to.equal(number.size);
      for (const [key, token] of number) {
        const [state, lmState] = key.split(' ').map(Number);
        if (table.findOrAdd(state, lmState) !== token || table.cost[token] !== token) expect.fail(key);
      }
      table.clear();
      expect(table.size).to.equal(0);
    }
  });

  it('remember what words cost, and where they lead', () => {
    const words = 2000;
    const step = (state: number, word: number): number => ((state * 7919 + word * 104_729) % 1000) / 100;
    const lm = {
      ...bigramLm(8, random(1)),
      step(state: number, word: number) {
        this.next = (state + word) % words;
        return step(state, word);
      },
      unigramCost: (word: number) => word / 1000,
    };
    const cache = new LmCostCache(lm, { lmWeight: 0.5, wordPenalty: 0.25 });
    const next = random(2);
    for (let i = 0; i < 200_000; i++) {
      const [state, word] = [Math.floor(next() * 50), Math.floor(next() * words)];
      const cost = cache.cost(state, word);
      if (Math.abs(cost - (0.5 * step(state, word) - word / 1000 + 0.25)) > 1e-9)
        expect.fail(`${state} ${word}: ${cost}`);
      if (cache.next !== (state + word) % words) expect.fail(`${state} ${word} leads to ${cache.next}`);
    }
  });

  it('know the history of every token, what all share, and no more than is needed', () => {
    for (let seed = 0; seed < 200; seed++) {
      const next = random(seed);
      const trace = new Traceback();
      const roots = 1 + Math.floor(next() * 2);
      const parents: number[] = [];
      for (let l = 0; l < 60; l++) {
        const before = l < roots ? Traceback.NONE : Math.floor(next() * l);
        parents.push(before);
        expect(trace.add(before, 100 + l, l)).to.equal(l);
      }
      const pathOf = (link: number): number[] => (link < 0 ? [] : [...pathOf(parents[link]), link]);
      const heads = Int32Array.from({ length: 5 }, () => (next() < 0.03 ? Traceback.NONE : Math.floor(next() * 60)));
      const paths = [...heads].map(pathOf);
      for (const [i, head] of heads.entries()) expect(trace.path(head)).to.deep.equal(paths[i]);
      let shared = Traceback.NONE;
      for (const [depth, link] of paths[0].entries()) if (paths.every((p) => p[depth] === link)) shared = link;
      expect(trace.commonAncestor(heads, heads.length), `seed ${seed}`).to.equal(shared);
      trace.compact(heads, heads.length);
      expect(trace.size).to.equal(new Set(paths.flat()).size);
      for (const [i, head] of heads.entries()) {
        expect(trace.path(head).map((l) => trace.label(l) - 100)).to.deep.equal(paths[i]);
        expect(trace.path(head).map((l) => trace.frame(l))).to.deep.equal(paths[i]);
      }
    }
  });
});
