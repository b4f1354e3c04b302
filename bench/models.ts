import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Engine } from '../src/index.js';
import { readPackage } from '../src/package/index.js';
import { segmentsOf } from '../src/recognizer/segments.js';
import { openNetwork } from '../src/runtime/index.js';
import { addScores, wordErrorRate } from '../src/scoring/index.js';
import { median } from './median.js';
import { runNetwork, SECONDS } from './network.js';
import { keep, table } from './results.js';
import { SETS, scored, spreadClips, withClips } from './scores.js';

const CLIPS = Number(process.env.HEARKEN_BENCH_CLIPS ?? 70);
const RUNS = 7;

/**
 * Packages beside each other: word error rate on clips spread over each dev split, size of the network, and its real-time factor alone.
 * @param directories of packages
 */
export async function modelsBench(directories: string[]): Promise<void> {
  const sets = SETS.filter(([, split]) => split === 'dev');
  const row = table(
    ...['package', ...sets.map(([corpus]) => corpus), 'errors'],
    ...['parameters', 'multiply-adds', 'MB', 'MB compressed', 'real-time factor of the network'],
  );
  const measured: object[] = [];
  for (const directory of directories) {
    const { card, acoustic } = readPackage(directory);
    const { network } = await openNetwork(acoustic, ['cpu']);
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) times.push((await runNetwork(network, card, 1)).ms);
    const realTimeFactor = median(times) / 1000 / SECONDS;
    const megabytes = statSync(resolve(directory, card.acoustic.file)).size / 1e6;
    const compressed = brotliCompressSync(acoustic).length / 1e6;
    const rates: number[] = [];
    let errors = 0;
    await using engine = await Engine.load({ model: directory });
    for (const [corpus, split] of sets) {
      const score = await withClips(corpus, split, async (clips) => {
        const scores = await Promise.all(
          spreadClips(corpus, split, CLIPS).map(async ({ id, text }) => {
            const { segments } = await segmentsOf(engine.open(resolve(clips, `${id}.opus`)));
            return scored(text, segments[0]);
          }),
        );
        return addScores(scores);
      });
      rates.push(wordErrorRate(score));
      errors += score.substitutions + score.deletions + score.insertions;
    }
    const { parameters = 0, multiplyAdds = parameters } = card.acoustic;
    const millions = (n: number): string => `${(n / 1e6).toFixed(2)} M`;
    row(
      basename(directory),
      ...rates.map((r) => `${(100 * r).toFixed(1)} %`),
      ...[errors, millions(parameters), millions(multiplyAdds), megabytes.toFixed(1), compressed.toFixed(1)],
      realTimeFactor.toFixed(4),
    );
    measured.push({
      package: basename(directory),
      rates,
      errors,
      parameters,
      multiplyAdds,
      megabytes,
      compressed,
      realTimeFactor,
    });
  }
  keep('models', measured);
}
