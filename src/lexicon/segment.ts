/** Pieces by name. */
export type PieceIds = ReadonlyMap<string, number>;

/** Characters of the longest piece. */
export const longestOf = (pieces: PieceIds): number =>
  [...pieces.keys()].reduce((most, piece) => Math.max(most, Array.from(piece).length), 0);

const f32 = Math.fround;

/**
 * The segmentation of highest score, as SentencePiece's unigram model finds it (unigram_model.cc, EncodeOptimized; Kudo 2018),
 * in single precision: scores nearly tie, and what sums first decides. A character that no piece begins and ends with
 * becomes undefined, at `unknown`. Complexity: characters times the longest piece.
 * @param characters of the text @param longest characters of the longest piece
 */
export function bestSegmentation(
  characters: readonly string[],
  pieces: PieceIds,
  longest: number,
  score: (piece: number, text: string) => number,
  unknown: number,
): (number | undefined)[] {
  const count = characters.length;
  const best = new Float32Array(count + 1);
  const from = new Int32Array(count + 1).fill(-1);
  const by: (number | undefined)[] = new Array(count + 1);
  const offer = (start: number, end: number, piece: number | undefined, value: number): void => {
    const total = f32(best[start] + value);
    if (from[end] >= 0 && !(total > best[end])) return;
    best[end] = total;
    from[end] = start;
    by[end] = piece;
  };
  for (let start = 0; start < count; start++) {
    let text = '';
    let single = false;
    for (let end = start + 1; end <= Math.min(count, start + longest); end++) {
      text += characters[end - 1];
      const piece = pieces.get(text);
      if (piece === undefined) continue;
      single ||= end === start + 1;
      offer(start, end, piece, score(piece, text));
    }
    if (!single) offer(start, start + 1, undefined, unknown);
  }
  const out: (number | undefined)[] = [];
  for (let end = count; end > 0; end = from[end]) out.push(by[end]);
  return out.reverse();
}

/**
 * Byte-pair encoding (Sennrich et al. 2016): of all neighbours that may merge, those of least rank do, the leftmost of equal
 * ones, until none may. Complexity: characters squared.
 * @param rank of two neighbours, undefined where they do not merge
 */
export function mergePairs(
  characters: readonly string[],
  rank: (left: string, right: string) => number | undefined,
): string[] {
  const pieces = [...characters];
  for (;;) {
    let least = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const r = rank(pieces[i], pieces[i + 1]);
      if (r !== undefined && r < least) {
        least = r;
        at = i;
      }
    }
    if (at < 0) return pieces;
    pieces.splice(at, 2, pieces[at] + pieces[at + 1]);
  }
}

/** A segmentation of a beginning of the text: its last piece and the rest of it. */
interface Partial {
  cost: number;
  piece: number;
  before: Partial | undefined;
}

/**
 * The `most` cheapest segmentations, cheapest first; those that cost the same in the order of their pieces' lengths, long
 * ones first. Complexity: characters · longest piece · most.
 * @param cost of a piece, at least 0
 */
export function cheapestSegmentations(
  characters: readonly string[],
  pieces: PieceIds,
  longest: number,
  cost: (piece: number) => number,
  most: number,
): number[][] {
  const ways: Partial[][] = [[{ cost: 0, piece: -1, before: undefined }]];
  for (let end = 1; end <= characters.length; end++) {
    const here: Partial[] = [];
    for (let start = Math.max(0, end - longest); start < end; start++) {
      const piece = pieces.get(characters.slice(start, end).join(''));
      if (piece === undefined) continue;
      for (const before of ways[start]) here.push({ cost: before.cost + cost(piece), piece, before });
    }
    ways.push(here.sort((a, b) => a.cost - b.cost).slice(0, most));
  }
  return ways[characters.length].map((way) => {
    const out: number[] = [];
    for (let at: Partial | undefined = way; at?.before; at = at.before) out.push(at.piece);
    return out.reverse();
  });
}
