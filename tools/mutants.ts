/**
 * Mutation check: each of a list of small mistakes is made in a copy of the compiled decoder or frontend, and their tests must fail.
 * `npm run mutants`, or with numbers of mutants to try again.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** A mutant whose tests run this long is one that never ends: killed. */
const LIMIT_MS = 240_000;

type Mutant = [file: string, from: string, to: string];

const MUTANTS: readonly Mutant[] = [
  // Search
  [
    'decoder/beam-decoder',
    'if (total >= next.cost[to])\n            return;',
    'if (total > next.cost[to] + 1)\n            return;',
  ],
  [
    'decoder/beam-decoder',
    'const acoustic = -scores[at + ilabels[a] - 1];',
    'const acoustic = -scores[at + ilabels[a]];',
  ],
  [
    'decoder/beam-decoder',
    'label === 0 ? link : this.#trace.add(link, label, this.#frames - 1)',
    'label === 0 ? link : this.#trace.add(link, label, this.#frames)',
  ],
  [
    'decoder/beam-decoder',
    'if (cost > cutoff)\n                continue;\n            this.tokensExpanded++;',
    'if (cost > cutoff - 2)\n                continue;\n            this.tokensExpanded++;',
  ],
  ['decoder/beam-decoder', 'if (total - next.cost[to] <= this.#latticeBeam)', 'if (total - next.cost[to] <= 0)'],
  [
    'decoder/beam-decoder',
    'if (cost + graph - table.cost[to] <= this.#latticeBeam)',
    'if (cost + graph - table.cost[to] <= 0)',
  ],
  ['decoder/beam-decoder', 'if (epsilonEnd[nexts[a]] > first[nexts[a]])\n                    queue.push(to);', ''],
  ['decoder/beam-decoder', 'if (held <= maxActive)', 'if (held <= 1)'],
  ['decoder/beam-decoder', 'if (held >= minActive)', 'if (held >= 0)'],
  ['decoder/beam-decoder', 'this.#nextBeam = Number.POSITIVE_INFINITY;\n            return', 'return'],
  ['decoder/beam-decoder', 'const total = cost[t] + this.#finalCost(t);', 'const total = cost[t];'],
  ['decoder/beam-decoder', 'lmState[t] === this.#lm.start ? 0 : this.options.lmWeight', 'this.options.lmWeight'],
  [
    'decoder/beam-decoder',
    'final === Number.POSITIVE_INFINITY ? final : final - best',
    'final === Number.POSITIVE_INFINITY ? final : final',
  ],
  ['decoder/beam-decoder', 'if (!Number.isFinite(scores[i]))', 'if (Number.isNaN(scores[i]))'],
  ['decoder/beam-decoder', 'if (this.#frames % PRUNE_INTERVAL === 0)', 'if (false)'],
  [
    'decoder/beam-decoder',
    'this.#trace.compact(next.link, next.size);',
    'this.#trace.compact(next.link, next.size - 1);',
  ],
  ['decoder/beam-decoder', 'if (!finals.some(Number.isFinite))\n            finals.fill(0);', ''],
  ['decoder/lm-cost-cache', '- this.#lm.unigramCost(word) + this.#penalty', '- this.#lm.unigramCost(word)'],
  ['decoder/lm-cost-cache', 'this.#state[slot] === state && this.#word[slot] === word', 'this.#state[slot] === state'],
  [
    'decoder/token-table',
    'if (this.state[t] === state && this.lmState[t] === lmState)',
    'if (this.state[t] === state)',
  ],
  [
    'decoder/token-table',
    'slot = (slot + 1) & mask;\n        }\n        const token',
    'slot = (slot + 2) & mask;\n        }\n        const token',
  ],
  ['decoder/traceback', 'return out.reverse();', 'return out;'],
  [
    'decoder/traceback',
    'if (heads[i] === Traceback.NONE)\n                return Traceback.NONE;',
    'if (heads[i] === Traceback.NONE)\n                continue;',
  ],
  ['decoder/traceback', 'heads[i] = number[heads[i]];', ''],
  // Lattices
  ['decoder/lattice-store', 'return this.#extra[this.#to[link]] + Math.max(0, detour);', 'return Math.max(0, detour);'],
  ['decoder/lattice-store', 'this.#through(l) <= beam ? 1 : 0', 'this.#through(l) <= beam / 2 ? 1 : 0'],
  [
    'decoder/lattice-store',
    'while (this.#relax(this.#firstInside[f], this.#linksEndOf(f))) { }',
    'this.#relax(this.#firstInside[f], this.#linksEndOf(f));',
  ],
  [
    'decoder/lattice-store',
    'const renumbered = (t) => (t < firstToken ? t : number[t - firstToken]);',
    'const renumbered = (t) => number[Math.max(0, t - firstToken)];',
  ],
  [
    'decoder/lattice-store',
    'finals ? this.#cost[t] + finals[t - last] - best : 0',
    'finals ? this.#cost[t] - best : 0',
  ],
  ['decoder/lattice', 'top + Math.log1p(', 'top + 0.9 * Math.log1p('],
  ['decoder/n-best', 'if (ended.has(p.words))', 'if (false)'],
  ['decoder/n-best', 'total: so + onward[to[a]]', 'total: so'],
  [
    'decoder/endpoint',
    'heard.trailingSilence >= r.minTrailingSilence',
    'heard.trailingSilence > r.minTrailingSilence + 0.2',
  ],
  ['decoder/endpoint', '(heard.hasWords || !r.mustContainWords)', 'true'],
  ['decoder/endpoint', 'heard.relativeCost <=', 'heard.relativeCost >='],
  // Frontend
  ['frontend/cmvn', 'const prior = Math.min(this.#window - held, this.#globalFrames);', 'const prior = 0;'],
  ['frontend/cmvn', 'if (full)\n                this.#sum[d] -= this.#ring[slot + d];', ''],
  ['frontend/dither', '(position + i)', 'i'],
  ['frontend/mel', 'mel <= centre ?', 'mel < left ?'],
  ['frontend/mel', 'if (!(mel > left && mel < right))', 'if (!(mel > left && mel < centre))'],
  ['frontend/online-feature', 'p < 0 ? -1 - p : 2 * total - 1 - p', 'p < 0 ? -p : 2 * total - 2 - p'],
  ['frontend/online-feature', 'Math.floor((total + shift / 2) / shift)', 'Math.floor(total / shift)'],
  ['frontend/online-feature', 'Math.max(0, this.#start(this.#ready))', 'this.#start(this.#ready) + 80'],
  ['frontend/online-feature', 'return Math.max(0, Math.min(count, inside));', 'return Math.max(0, count);'],
  [
    'frontend/feature-computer',
    'for (let i = n - 1; i > 0; i--)\n                x[i] -= c * x[i - 1];',
    'for (let i = 1; i < n; i++)\n                x[i] -= c * x[i - 1];',
  ],
  ['frontend/feature-computer', 'x[0] -= c * x[0];', ''],
  ['frontend/feature-computer', 'const first = useEnergy && !htkCompat ? 1 : 0;', 'const first = 0;'],
  ['frontend/feature-computer', 'value *= Math.SQRT2;', 'value *= 1.4;'],
  ['frontend/feature-computer', 'if (useEnergy && !rawEnergy)\n            energy = this.#logEnergy();', ''],
  ['frontend/window', '** 0.85', '** 0.84'],
  ['frontend/window', '(length - 1)', 'length'],
  ['frontend/deltas', 'Math.min(frames - 1, Math.max(0, t + j))', 'Math.min(frames - 1, Math.abs(t + j))'],
  ['frontend/deltas', 'norm += j * j;', 'norm += Math.abs(j);'],
];

/** A copy of the compiled project in which one thing can be wrong. */
function copy(): string {
  const at = mkdtempSync(resolve(tmpdir(), 'hearken-mutants-'));
  cpSync(resolve(ROOT, 'dist'), resolve(at, 'main/dist'), { recursive: true });
  mkdirSync(resolve(at, 'main/test'));
  for (const name of ['node_modules', 'models', 'lexicon', 'examples', 'package.json', 'test/data'])
    symlinkSync(resolve(ROOT, name), resolve(at, 'main', name));
  symlinkSync(resolve(ROOT, '../shared'), resolve(at, 'shared'));
  return at;
}

function survives(main: string): boolean {
  const specs = ['decoder', 'frontend'].map((folder) => resolve(main, `dist/test/${folder}/*.test.js`));
  const mocha = resolve(ROOT, 'node_modules/mocha/bin/mocha.js');
  const { status } = spawnSync(process.execPath, [mocha, '--no-config', '--bail', '--timeout', '60000', ...specs], {
    cwd: main,
    timeout: LIMIT_MS,
    stdio: 'ignore',
  });
  return status === 0;
}

const wanted = process.argv.slice(2).map(Number);
const at = copy();
try {
  const main = resolve(at, 'main');
  if (!survives(main)) throw new Error('the tests fail without any mutant');
  let [killed, tried] = [0, 0];
  for (const [i, [file, from, to]] of MUTANTS.entries()) {
    if (wanted.length > 0 && !wanted.includes(i + 1)) continue;
    const path = resolve(main, `dist/src/${file}.js`);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`mutant ${i + 1}: ${file} has no "${from}"`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    const alive = survives(main);
    writeFileSync(path, text);
    tried++;
    if (!alive) killed++;
    console.log(
      `${alive ? 'SURVIVED' : 'killed'} ${i + 1} ${file}: ${from.split('\n')[0]} → ${to.split('\n')[0] || '(nothing)'}`,
    );
  }
  console.log(`${killed} of ${tried} mutants killed`);
  if (killed < tried) process.exitCode = 1;
} finally {
  rmSync(at, { recursive: true });
}
