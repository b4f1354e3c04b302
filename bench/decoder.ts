import {
  BeamDecoder,
  type DecoderOptions,
  determinizeLattice,
  minimumBayesRisk,
  NO_LM,
  oracle,
  timedWords,
  wordConfidences,
  wordLattice,
} from '../src/decoder/index.js';
import { ConstFst } from '../src/fst/index.js';
import { NgramLm } from '../src/lm/index.js';
import { DEFAULT_MODEL, readPackage } from '../src/package/index.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { concat } from '../test/support/audio.js';
import { median } from './median.js';
import { keptTable, machine } from './results.js';
import { type ScoredClip, scoredClips } from './scores.js';

const CLIPS = Number(process.env.HEARKEN_BENCH_CLIPS ?? 20);
const RUNS = 3;
const FRAME_SECONDS = 0.03;
const BEAMS = [8, 10, 12];

/**
 * The search alone, on scores of the shipped model computed before: time, tokens and word errors by beam; how long a
 * final result takes for an utterance of 20 s; what a lattice holds.
 */
export async function decoderBench(): Promise<void> {
  const parts = readPackage(DEFAULT_MODEL);
  const graph = new ConstFst(parts.graph);
  const lm = parts.lm ? new NgramLm(parts.lm) : NO_LM;
  const width = parts.card.acoustic.columns;
  const clips = await scoredClips(parts, 'librispeech', 'dev', CLIPS);
  const frames = clips.reduce((n, c) => n + c.scores.length / width, 0);
  console.log(`decoder on ${machine()}: ${CLIPS} clips, ${frames} frames`);
  const decoderOf = (options: Partial<DecoderOptions>): BeamDecoder =>
    new BeamDecoder(graph, lm, width, { ...parts.card.decoder, ...options });
  const row = keptTable('decoder', [
    'beam',
    'lattice',
    'WER',
    'tokens a frame',
    'microseconds a frame',
    'real-time factor',
    'tokens a second',
  ]);
  for (const beam of BEAMS) {
    for (const latticeBeam of beam === 12 ? [0, parts.card.decoder.latticeBeam ?? 8] : [8]) {
      const decoder = decoderOf({ beam, latticeBeam });
      const times: number[] = [];
      let words: string[] = [];
      for (let run = 0; run < RUNS; run++) {
        decoder.tokensExpanded = 0;
        const began = performance.now();
        words = clips.map(({ scores }) => wordsOf(decoder, scores, parts.words));
        times.push(performance.now() - began);
      }
      const micros = (1000 * median(times)) / frames;
      const errors = addScores(clips.map((c, i) => scoreOf(align(scoringWords(c.text), scoringWords(words[i])))));
      const tokens = decoder.tokensExpanded;
      row(
        beam,
        latticeBeam > 0 ? 'yes' : 'no',
        `${(100 * wordErrorRate(errors)).toFixed(2)} %`,
        Math.round(tokens / frames),
        micros.toFixed(0),
        (micros / 1e6 / FRAME_SECONDS).toFixed(4),
        `${(tokens / frames / micros).toFixed(2)} M`,
      );
    }
  }
  latency(clips, width, decoderOf({}));
  memory(clips, width, decoderOf({ beam: 8 }));
  lattices(clips, decoderOf({}), new Map(parts.words.map((w, i) => [w, i])));
}

function wordsOf(decoder: BeamDecoder, scores: Float32Array, names: readonly string[]): string {
  decoder.start();
  decoder.advance(scores);
  return timedWords(decoder.bestPath(true).labels, decoder.frames)
    .map((w) => names[w.label])
    .join(' ');
}

/** From the last frame of 20 s of speech without a pause to the final words with their confidences, as streams give them. */
function latency(clips: readonly ScoredClip[], width: number, decoder: BeamDecoder): void {
  const want = Math.round(20 / FRAME_SECONDS) * width;
  const times: number[] = [];
  for (let first = 0; first + 4 < clips.length; first++) {
    const joined = concat(clips.slice(first, first + 4).map((c) => c.scores));
    if (joined.length < want) continue;
    decoder.start();
    decoder.advance(joined.subarray(0, want));
    const began = performance.now();
    const words = timedWords(decoder.bestPath(true).labels, decoder.frames);
    wordConfidences(words, decoder.lattice());
    times.push(performance.now() - began);
  }
  console.log(
    `\nfinal result of a 20 s utterance: median ${median(times).toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms of ${times.length}`,
  );
}

/** Three hours without an endpoint but those forced every 30 s, as a stream has them: what the search holds in memory. */
function memory(clips: readonly ScoredClip[], width: number, decoder: BeamDecoder): void {
  const hour = Math.round(3600 / FRAME_SECONDS);
  const segment = Math.round(30 / FRAME_SECONDS);
  const held: number[] = [];
  decoder.start();
  for (let frames = 0; frames < 3 * hour; ) {
    for (const { scores } of clips) {
      for (let at = 0; at < scores.length && frames < 3 * hour; at += width, frames++) {
        decoder.advance(scores.subarray(at, at + width));
        if (decoder.frames === segment) decoder.start();
        if ((frames + 1) % hour !== 0) continue;
        globalThis.gc?.();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        held.push((heapUsed + arrayBuffers) / 2 ** 20);
      }
    }
  }
  console.log(`memory of the process after each hour of 3: ${held.map((m) => `${m.toFixed(0)} MB`).join(', ')}`);
}

/** What the lattices of single clips hold, and what it costs to work on them. */
function lattices(clips: readonly ScoredClip[], decoder: BeamDecoder, labels: ReadonlyMap<string, number>): void {
  let [states, arcs, small, errors, mbrErrors, bestErrors, words] = [0, 0, 0, 0, 0, 0, 0];
  let [determinizing, joining, deciding] = [0, 0, 0];
  for (const { text, scores } of clips) {
    decoder.start();
    decoder.advance(scores);
    const best = timedWords(decoder.bestPath(true).labels, decoder.frames).map((w) => w.label);
    const raw = decoder.lattice();
    states += raw.final.length;
    arcs += raw.from.length;
    const began = performance.now();
    const lattice = determinizeLattice(raw);
    const determinized = performance.now();
    const timed = wordLattice(raw);
    const joined = performance.now();
    const mbr = minimumBayesRisk(timed, best).words.map((w) => String(w.label));
    deciding += performance.now() - joined;
    joining += joined - determinized;
    determinizing += determinized - began;
    small += lattice.numArcs;
    const reference = scoringWords(text).map((w) => labels.get(w) ?? -1);
    errors += oracle(lattice, reference).errors;
    const count = (hypothesis: string[]): number => {
      const { substitutions, deletions, insertions } = scoreOf(align(reference.map(String), hypothesis));
      return substitutions + deletions + insertions;
    };
    mbrErrors += count(mbr);
    bestErrors += count(best.map(String));
    words += reference.length;
  }
  const each = (n: number): number => Math.round(n / clips.length);
  const share = (n: number): string => `${((100 * n) / words).toFixed(2)} %`;
  console.log(
    `lattices: ${each(states)} states and ${each(arcs)} arcs a clip, ${each(small)} arcs when determinized; determinizing ${(determinizing / clips.length).toFixed(1)} ms (without alignments ${(joining / clips.length).toFixed(1)} ms), minimum Bayes risk ${(deciding / clips.length).toFixed(1)} ms a clip`,
  );
  console.log(`WER: best path ${share(bestErrors)}, minimum Bayes risk ${share(mbrErrors)}, oracle ${share(errors)}`);
}
