import type { AcousticModel } from '../acoustic/index.js';
import type { Search } from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import type { SegmentAudio } from './segment-audio.js';

/** Frames before and after the end of an equal piece within which the quietest place to cut is looked for. */
const CUT_RANGE = 50;
/** Half of the frames whose power is compared. */
const HALF_WINDOW = 2;

/**
 * Recognises a whole segment again with an acoustic model that wants whole segments. Its rows mean the same and last as long as
 * the first pass's, so the same graph decodes both and frame n is frame n.
 */
export class SecondPass {
  #model: AcousticModel;
  #audio: SegmentAudio;
  #search: Search;

  /** @param search over the graph and language model of the first pass, with settings of its own */
  constructor(model: AcousticModel, audio: SegmentAudio, search: Search) {
    this.#model = model;
    this.#audio = audio;
    this.#search = search;
  }

  /**
   * The search after the last row of the segment, ready to be asked for its best path and lattice.
   * @param from position of the segment's first sample
   * @param frames rows that the first pass gave for it
   */
  async run(from: number, frames: number): Promise<Search> {
    const { columns, frameSeconds, sampleRate } = this.#model;
    const frame = Math.round(frameSeconds * sampleRate);
    this.#search.start();
    const samples = this.#audio.between(from, from + frames * frame);
    const maxFrames = Math.floor(this.#model.maxSeconds / frameSeconds);
    for (const { begin, end } of pieces(samples, frame, maxFrames)) {
      const wanted = Math.ceil((end - begin) / frame);
      // The last frame of a recording may be cut short: silence fills it.
      const piece = new Float32Array(wanted * frame);
      piece.set(samples.subarray(begin, end));
      const stream = this.#model.open(from + begin);
      const rows = [...(await stream.accept(piece)), ...(await stream.finish())];
      let given = 0;
      for (const block of rows) {
        this.#search.advance(block);
        given += block.length / columns;
      }
      if (given !== wanted)
        throw new HearkenError('MODEL_CARD', `the second pass gives ${given} rows for ${wanted} frames of a segment`);
    }
    return this.#search;
  }

  /** Forgets samples before a position: a new segment begins there. */
  drop(position: number): void {
    this.#audio.dropBefore(position);
  }
}

/**
 * Cuts samples into as few pieces of at most `maxFrames` frames as will do, each cut at the quietest place near where equal
 * pieces would end, on a multiple of a frame.
 */
export function* pieces(
  samples: Float32Array,
  frame: number,
  maxFrames: number,
): Generator<{ begin: number; end: number }> {
  const frames = Math.ceil(samples.length / frame);
  if (frames === 0) return;
  let begin = 0;
  while (frames - begin > maxFrames) {
    const left = frames - begin;
    // A little shorter than the limit allows, so that cuts have room to move.
    const count = Math.ceil(left / (0.9 * maxFrames));
    const end = quietest(samples, frame, begin + Math.floor(left / count), begin, Math.min(frames, begin + maxFrames));
    yield { begin: begin * frame, end: end * frame };
    begin = end;
  }
  yield { begin: begin * frame, end: samples.length };
}

function quietest(samples: Float32Array, frame: number, near: number, after: number, before: number): number {
  let best = Number.POSITIVE_INFINITY;
  let cut = near;
  for (let f = Math.max(after + 1, near - CUT_RANGE); f <= Math.min(before, near + CUT_RANGE); f++) {
    let power = 0;
    for (const x of samples.subarray((f - HALF_WINDOW) * frame, (f + HALF_WINDOW) * frame)) power += x * x;
    if (power < best) [best, cut] = [power, f];
  }
  return cut;
}
