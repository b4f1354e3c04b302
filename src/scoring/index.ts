/** Word error rate as sclite counts it: minimum-cost alignment with insertions and deletions at 3, substitutions at 4. */
const INSERTION = 3;
const DELETION = 3;
const SUBSTITUTION = 4;

export type Operation = 'correct' | 'substitution' | 'insertion' | 'deletion';

export interface AlignedPair {
  operation: Operation;
  /** Absent for an insertion. */
  reference?: string;
  /** Absent for a deletion. */
  hypothesis?: string;
}

export interface Score {
  correct: number;
  substitutions: number;
  insertions: number;
  deletions: number;
  /** Words of the reference. */
  words: number;
}

/** Best alignment of two word sequences. O(n·m) time, a byte a cell of memory. */
export function align(reference: readonly string[], hypothesis: readonly string[]): AlignedPair[] {
  const n = reference.length;
  const m = hypothesis.length;
  const width = m + 1;
  // Where each cell came from: 0 diagonal, 1 up (deletion), 2 left (insertion).
  const from = new Uint8Array((n + 1) * width);
  let above = new Float64Array(width);
  let row = new Float64Array(width);
  for (let j = 1; j <= m; j++) {
    above[j] = j * INSERTION;
    from[j] = 2;
  }
  for (let i = 1; i <= n; i++) {
    row[0] = i * DELETION;
    from[i * width] = 1;
    for (let j = 1; j <= m; j++) {
      const diagonal = above[j - 1] + (reference[i - 1] === hypothesis[j - 1] ? 0 : SUBSTITUTION);
      const up = above[j] + DELETION;
      const left = row[j - 1] + INSERTION;
      row[j] = Math.min(diagonal, up, left);
      from[i * width + j] = diagonal <= up && diagonal <= left ? 0 : up <= left ? 1 : 2;
    }
    [above, row] = [row, above];
  }
  const out: AlignedPair[] = [];
  for (let i = n, j = m; i > 0 || j > 0; ) {
    const step = from[i * width + j];
    if (step === 0) {
      i--;
      j--;
      const same = reference[i] === hypothesis[j];
      out.push({ operation: same ? 'correct' : 'substitution', reference: reference[i], hypothesis: hypothesis[j] });
    } else if (step === 1) out.push({ operation: 'deletion', reference: reference[--i] });
    else out.push({ operation: 'insertion', hypothesis: hypothesis[--j] });
  }
  return out.reverse();
}

/** Counts over an alignment. */
export function scoreOf(pairs: readonly AlignedPair[]): Score {
  const count = (o: Operation): number => pairs.filter((p) => p.operation === o).length;
  const insertions = count('insertion');
  return {
    correct: count('correct'),
    substitutions: count('substitution'),
    insertions,
    deletions: count('deletion'),
    words: pairs.length - insertions,
  };
}

/** The sum of several counts: of a test set from its utterances. */
export function addScores(scores: readonly Score[]): Score {
  const sum = (key: keyof Score): number => scores.reduce((n, s) => n + s[key], 0);
  return {
    correct: sum('correct'),
    substitutions: sum('substitutions'),
    insertions: sum('insertions'),
    deletions: sum('deletions'),
    words: sum('words'),
  };
}

/** Errors a reference word, as a share; infinite where there are errors and no reference. */
export function wordErrorRate(score: Score): number {
  const errors = score.substitutions + score.insertions + score.deletions;
  return errors === 0 ? 0 : errors / score.words;
}

/** Words as they are compared: lower case, no punctuation but apostrophes inside words. */
export function scoringWords(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .split(' ')
    .map((w) => w.replace(/^'+|'+$/g, ''))
    .filter((w) => w !== '');
}
