import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { BeamDecoder, type DecoderOptions, NO_LM, timedWords } from '../src/decoder/index.js';
import { ConstFst, writeOpenFst } from '../src/fst/index.js';
import { NgramLm } from '../src/lm/index.js';
import { type PackageParts, readPackage } from '../src/package/index.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { concat } from '../test/support/audio.js';
import { median } from './median.js';
import { replayGraph, runSherpa } from './peers/sherpa.js';
import { keptTable, machine } from './results.js';
import { type ScoredClip, scoredClips } from './scores.js';

const CLIPS = Number(process.env.HEARKEN_BENCH_CLIPS ?? 40);
const RUNS = 3;
const FRAME_SECONDS = 0.03;
/** sherpa-onnx leaves Kaldi's beam as it is and takes this many tokens unless told otherwise. */
const KALDI: Partial<DecoderOptions> = { beam: 16, maxActive: 3000, minActive: 20, latticeBeam: 0 };

/**
 * One language model, searched in a graph that holds it whole and on the fly, and the whole graph again by Kaldi's
 * FasterDecoder in C++ (sherpa-onnx), all on the same scores.
 * @param args the static package (`hearken graph build`) and the on-the-fly one (`hearken build-model`) of one ARPA file
 */
export async function decoderPeersBench(args: string[]): Promise<void> {
  if (args.length !== 2) throw new Error('npm run bench -- decoder-peers STATIC_PACKAGE ON_THE_FLY_PACKAGE');
  const [whole, onTheFly] = args.map((directory) => readPackage(directory));
  const width = whole.card.acoustic.columns;
  const clips = [
    ...(await scoredClips(whole, 'librispeech', 'dev', CLIPS)),
    ...(await scoredClips(whole, 'commonvoice1', 'dev', CLIPS)),
  ];
  const graph = new ConstFst(whole.graph);
  console.log(`${machine()}; static graph ${graph.numStates} states, ${graph.numArcs} arcs; ${clips.length} clips`);
  const print = keptTable('decoder-peers', [
    ...['search', 'beam', 'tokens at most', 'lattice', 'WER', 'tokens a frame'],
    ...['microseconds a frame', 'real-time factor'],
  ]);
  const row = (name: string, parts: PackageParts, options: Partial<DecoderOptions>): Measured => {
    const measured = search(parts, clips, options);
    print(...cells(name, measured));
    return measured;
  };
  const shipped = onTheFly.card.decoder;
  for (const options of [{ ...shipped }, { ...shipped, latticeBeam: 0 }]) {
    row('static graph', whole, options);
    row('on the fly', onTheFly, options);
  }
  const own = row('static graph', whole, KALDI);
  const peer = kaldi(graph, clips, width, whole);
  print(...cells("Kaldi's FasterDecoder (sherpa-onnx, all clips as one)", peer));
  const together = errorRate([joined(clips)], [own.words.flat()], whole.words);
  console.log(`\nours scored against all references as one text: ${(100 * together).toFixed(2)} %`);
  console.log(
    `time a frame of ours to Kaldi's C++ on the same graph, scores and beams: ${(own.micros / peer.micros).toFixed(2)}`,
  );
}

interface Measured {
  options: Pick<DecoderOptions, 'beam' | 'maxActive' | 'latticeBeam'>;
  wer: number;
  /** A frame; a peer does not tell. */
  tokens?: number;
  /** A frame. */
  micros: number;
  words: number[][];
}

function search(parts: PackageParts, clips: readonly ScoredClip[], options: Partial<DecoderOptions>): Measured {
  const lm = parts.lm ? new NgramLm(parts.lm) : NO_LM;
  const decoder = new BeamDecoder(new ConstFst(parts.graph), lm, parts.card.acoustic.columns, options);
  const times: number[] = [];
  let words: number[][] = [];
  let frames = 0;
  for (let run = 0; run < RUNS; run++) {
    decoder.tokensExpanded = 0;
    frames = 0;
    const began = performance.now();
    words = clips.map(({ scores }) => {
      decoder.start();
      decoder.advance(scores);
      frames += decoder.frames;
      if (decoder.options.latticeBeam > 0) decoder.lattice();
      return timedWords(decoder.bestPath(true).labels, decoder.frames).map((w) => w.label);
    });
    times.push(performance.now() - began);
  }
  return {
    options: decoder.options,
    wer: errorRate(clips, words, parts.words),
    tokens: decoder.tokensExpanded / frames,
    micros: (1000 * median(times)) / frames,
    words,
  };
}

function errorRate(clips: readonly { text: string }[], words: readonly number[][], names: readonly string[]): number {
  const text = (labels: readonly number[]): string => labels.map((l) => names[l]).join(' ');
  return wordErrorRate(
    addScores(clips.map((c, i) => scoreOf(align(scoringWords(c.text), scoringWords(text(words[i])))))),
  );
}

function cells(name: string, { options, wer, tokens, micros }: Measured): (string | number)[] {
  return [
    name,
    options.beam,
    options.maxActive,
    options.latticeBeam > 0 ? 'yes' : 'no',
    `${(100 * wer).toFixed(2)} %`,
    tokens === undefined ? '' : Math.round(tokens),
    micros.toFixed(0),
    (micros / 1e6 / FRAME_SECONDS).toFixed(4),
  ];
}

/** All clips as one: sherpa-onnx's decoder keeps no lattice, so length costs it nothing. */
const joined = (clips: readonly ScoredClip[]): { text: string; scores: Float32Array } => ({
  text: clips.map((c) => c.text).join(' '),
  scores: concat(clips.map((c) => c.scores)),
});

/** sherpa-onnx's decoder; of its time what it takes with a graph of one state is subtracted. */
function kaldi(graph: ConstFst, clips: readonly ScoredClip[], width: number, parts: PackageParts): Measured {
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-sherpa-'));
  try {
    const whole = joined(clips);
    const file = resolve(directory, 'graph.fst');
    writeFileSync(file, writeOpenFst({ fst: graph.toVector(), type: 'const', properties: 1n }));
    const job = { scores: whole.scores, width, graph: file, maxActive: KALDI.maxActive as number, runs: RUNS };
    const run = runSherpa(directory, job);
    const tiny = resolve(directory, 'tiny.fst');
    writeFileSync(tiny, replayGraph());
    const base = runSherpa(directory, { ...job, graph: tiny });
    const words = [run.words.filter((w) => w > 3)];
    return {
      options: KALDI as DecoderOptions,
      wer: errorRate([whole], words, parts.words),
      micros: (1000 * (median(run.times) - median(base.times)) * width) / whole.scores.length,
      words,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
