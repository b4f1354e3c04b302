import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { random } from '../test/support/random-fst.js';
import { Mutator } from './mutate.js';
import { isAnswer, TARGETS, type Target } from './targets.js';

/** Where inputs that were finds are kept; the next run begins with them too. */
const FINDS = resolve(import.meta.dirname, '../../fuzz/finds');
/** An input may take so long, and the process grow to so much. */
const MAX_MS = 2000;
const MAX_MB = 1500;
const HANG_MS = 10_000;
const TELL_MS = 10_000;
const MAX_FINDS = 20;

/** What went wrong with an input, if anything did. */
async function problemOf(target: Target, input: Uint8Array): Promise<string | undefined> {
  const began = performance.now();
  try {
    await target.run(input);
  } catch (error) {
    if (!isAnswer(error)) return (error as Error).stack ?? String(error);
  }
  const ms = performance.now() - began;
  if (ms > MAX_MS) return `took ${ms.toFixed(0)} ms`;
  const mb = process.memoryUsage.rss() / 2 ** 20;
  return mb > MAX_MB ? `the process holds ${mb.toFixed(0)} MB` : undefined;
}

function keep(target: Target, input: Uint8Array): string {
  const directory = resolve(FINDS, target.name.replace(/ /g, '-'));
  mkdirSync(directory, { recursive: true });
  const path = resolve(directory, createHash('sha256').update(input).digest('hex').slice(0, 16));
  writeFileSync(path, input);
  return path;
}

function kept(target: Target): Uint8Array[] {
  const directory = resolve(FINDS, target.name.replace(/ /g, '-'));
  return existsSync(directory) ? readdirSync(directory).map((f) => readFileSync(resolve(directory, f))) : [];
}

/** What the thread that runs the targets is at, seen from outside should it never come back: [inputs, target, length, bytes…]. */
const HEADER = 3;
const shared = new SharedArrayBuffer(4 * HEADER + (1 << 16));

/** Go through changed inputs, the targets in turn. */
async function fuzz([seconds = '60', ...names]: readonly string[], memory: SharedArrayBuffer): Promise<void> {
  const at = new Int32Array(memory, 0, HEADER);
  const current = new Uint8Array(memory, 4 * HEADER);
  const targets = TARGETS.filter((t) => names.length === 0 || names.includes(t.name));
  const seed = Number(process.env.HEARKEN_FUZZ_SEED ?? Date.now() % 1e9);
  console.log(`seed ${seed}; targets: ${targets.map((t) => t.name).join(', ')}`);
  const mutator = new Mutator(random(seed));
  const corpora = targets.map((t) => [...t.seeds, ...kept(t)]);
  const counts = targets.map(() => 0);
  let finds = 0;
  const began = performance.now();
  let told = began;
  for (let i = 0; performance.now() - began < 1000 * Number(seconds); i = (i + 1) % targets.length) {
    for (let n = 0; n < 50; n++) {
      const input = mutator.mutate(corpora[i], targets[i].most);
      current.set(input);
      at[1] = TARGETS.indexOf(targets[i]);
      at[2] = input.length;
      Atomics.add(at, 0, 1);
      const problem = await problemOf(targets[i], input);
      counts[i]++;
      if (problem === undefined) continue;
      console.log(`${targets[i].name}: ${keep(targets[i], input)}\n${problem}`);
      if (++finds >= MAX_FINDS) throw new Error('enough finds to look at');
    }
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    console.log(`${at[0]} inputs, ${finds} finds`);
  }
  for (const [i, { name }] of targets.entries()) console.log(`${name}: ${counts[i]} inputs`);
  console.log(`${at[0]} inputs in all, ${finds} finds`);
  process.exit(finds > 0 ? 1 : 0);
}

/** An input that a thread does not come back from within HANG_MS is a find too. */
function watch(): void {
  const at = new Int32Array(shared, 0, HEADER);
  let seen = -1;
  setInterval(() => {
    if (at[0] !== seen || at[0] === 0) {
      seen = at[0];
      return;
    }
    const target = TARGETS[at[1]];
    console.log(`${target.name}: ${keep(target, new Uint8Array(shared, 4 * HEADER, at[2]).slice())}\nno end in sight`);
    process.exit(1);
  }, HANG_MS);
}

/** `npm run fuzz -- [seconds] [target…]`: changed inputs for every parser in turn; exit code 1 where there were finds. */
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { args: process.argv.slice(2), shared } });
  worker.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
  worker.on('exit', (code) => process.exit(code));
  watch();
} else {
  const { args, shared: memory } = workerData as { args: string[]; shared: SharedArrayBuffer };
  await fuzz(args, memory);
}
