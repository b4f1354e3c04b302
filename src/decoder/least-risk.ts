import type { LatticePath } from './n-best.js';
import { timedWords } from './words.js';

/**
 * Index of the reading with the fewest word errors to expect, where each reading is right with a probability proportional to
 * exp(−cost); of equals the first. 0 where there is no reading. (Stolcke, König and Weintraub 1997, Explicit word error
 * minimization in N-best list rescoring.)
 */
export function leastRisk(readings: readonly LatticePath[]): number {
  const words = readings.map(({ labels }) => Int32Array.from(timedWords(labels, 0), (w) => w.label));
  const cheapest = Math.min(...readings.map((r) => r.cost));
  const weights = readings.map((r) => Math.exp(cheapest - r.cost));
  const row = new Uint32Array(1 + Math.max(0, ...words.map((w) => w.length)));
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, reading] of words.entries()) {
    let risk = 0;
    for (let k = 0; k < words.length && risk < least; k++)
      if (k !== i) risk += weights[k] * editDistance(reading, words[k], row);
    if (risk < least) {
      least = risk;
      best = i;
    }
  }
  return best;
}

/** Words to insert, delete and exchange. @param row scratch, longer than `b` */
function editDistance(a: Int32Array, b: Int32Array, row: Uint32Array): number {
  for (let j = 0; j <= b.length; j++) row[j] = j;
  for (let i = 0; i < a.length; i++) {
    let diagonal = row[0]++;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      row[j] = Math.min(above + 1, row[j - 1] + 1, diagonal + (a[i] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length];
}
