import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { BeamDecoder, type DecoderOptions, NO_LM, timedWords } from '../src/decoder/index.js';
import { ConstFst, writeOpenFst } from '../src/fst/index.js';
import { NgramLm } from '../src/lm/index.js';
import { type PackageParts, readPackage } from '../src/recognizer/model-package.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { median } from './median.js';
import { replayGraph, runSherpa } from './peers/sherpa.js';
import { machine } from './results.js';
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
  const width = whole.card.acoustic.outputs;
  const clips = [
    ...(await scoredClips(whole, 'librispeech', 'dev', CLIPS)),
    ...(await scoredClips(whole, 'commonvoice1', 'dev', CLIPS)),
  ];
  const graph = new ConstFst(whole.graph);
  console.log(`${machine()}; static graph ${graph.numStates} states, ${graph.numArcs} arcs; ${clips.length} clips`);
  console.log(
    '| search | beam | tokens at most | lattice | WER | tokens a frame | microseconds a frame | real-time factor |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  const shipped = onTheFly.card.decoder;
  for (const options of [{ ...shipped }, { ...shipped, latticeBeam: 0 }]) {
    row('static graph', whole, clips, options);
    row('on the fly', onTheFly, clips, options);
  }
  const own = row('static graph', whole, clips, KALDI);
  const peer = kaldi(graph, clips, width, own.words, whole);
  console.log(
    `\ntime a frame of ours to Kaldi's C++ on the same graph, scores and beams: ${(own.micros / peer).toFixed(2)}`,
  );
}

interface Row {
  micros: number;
  words: number[][];
}

function row(name: string, parts: PackageParts, clips: readonly ScoredClip[], options: Partial<DecoderOptions>): Row {
  const lm = parts.lm ? new NgramLm(parts.lm) : NO_LM;
  const decoder = new BeamDecoder(new ConstFst(parts.graph), lm, parts.card.acoustic.outputs, options);
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
  const micros = (1000 * median(times)) / frames;
  print(
    name,
    decoder.options,
    errorRate(clips, words, parts.words),
    Math.round(decoder.tokensExpanded / frames),
    micros,
  );
  return { micros, words };
}

function errorRate(clips: readonly ScoredClip[], words: readonly number[][], names: readonly string[]): number {
  const text = (labels: readonly number[]): string => labels.map((l) => names[l]).join(' ');
  return wordErrorRate(
    addScores(clips.map((c, i) => scoreOf(align(scoringWords(c.text), scoringWords(text(words[i])))))),
  );
}

function print(
  name: string,
  { beam, maxActive, latticeBeam }: Pick<DecoderOptions, 'beam' | 'maxActive' | 'latticeBeam'>,
  wer: number,
  tokens: number | string,
  micros: number,
): void {
  console.log(
    `| ${name} | ${beam} | ${maxActive} | ${latticeBeam > 0 ? 'yes' : 'no'} | ${(100 * wer).toFixed(2)} % | ${tokens} | ${micros.toFixed(0)} | ${(micros / 1e6 / FRAME_SECONDS).toFixed(4)} |`,
  );
}

/** Microseconds a frame of sherpa-onnx's decoder, less what it takes with a graph of one state. */
function kaldi(
  graph: ConstFst,
  clips: readonly ScoredClip[],
  width: number,
  ours: number[][],
  parts: PackageParts,
): number {
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-sherpa-'));
  try {
    // One utterance after another without an end between: the decoder keeps no lattice, so length costs it nothing.
    const scores = Float32Array.from(clips.flatMap((c) => Array.from(c.scores)));
    const frames = scores.length / width;
    const file = resolve(directory, 'graph.fst');
    writeFileSync(file, writeOpenFst({ fst: graph.toVector(), type: 'const', properties: 1n }));
    const job = { scores, width, graph: file, maxActive: KALDI.maxActive as number, runs: RUNS };
    const run = runSherpa(directory, job);
    const tiny = resolve(directory, 'tiny.fst');
    writeFileSync(tiny, replayGraph());
    const base = runSherpa(directory, { ...job, graph: tiny });
    const micros = (1000 * (median(run.times) - median(base.times))) / frames;
    const names = parts.words;
    const text = run.words.filter((w) => w > 3).map((w) => names[w]);
    const reference = clips.flatMap((c) => scoringWords(c.text));
    const wer = wordErrorRate(scoreOf(align(reference, scoringWords(text.join(' ')))));
    const joined = ours.flat().map((w) => names[w]);
    const own = wordErrorRate(scoreOf(align(reference, scoringWords(joined.join(' ')))));
    const { beam, maxActive } = KALDI as DecoderOptions;
    print(
      "Kaldi's FasterDecoder (sherpa-onnx, all clips as one)",
      { beam, maxActive, latticeBeam: 0 },
      wer,
      '',
      micros,
    );
    console.log(`(ours scored against all references as one text: ${(100 * own).toFixed(2)} %)`);
    return micros;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
