import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NetworkModel } from '../src/acoustic/index.js';
import { monoChunks, openAudio } from '../src/audio/index.js';
import { BeamDecoder, type DecoderOptions, decoderOptions, determinizeLattice, oracle } from '../src/decoder/index.js';
import { DEFAULT_MODEL, findModel, type PackageParts, readPackage } from '../src/package/index.js';
import { Transcriber } from '../src/recognizer/transcriber.js';
import { ExtensibleVocabulary, type Vocabulary } from '../src/recognizer/vocabulary.js';
import { openNetwork } from '../src/runtime/index.js';
import { addScores, type Score, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { concat } from '../test/support/audio.js';
import { table } from './results.js';
import { scored } from './scores.js';

interface Clip {
  id: string;
  text: string;
  path: string;
  /** Log-likelihoods [rows × columns]. */
  rows: Float32Array;
}

interface Options {
  /** Factor on the rows. */
  scale: number;
  /** Every so many clips of a set. */
  step: number;
  rescore: boolean;
  oracle: boolean;
  decoder: Partial<DecoderOptions>;
}

/**
 * Word errors of log-likelihoods that another program computed, with the words, graph and language models of a package.
 * `DIRECTORY/SET.tsv` lists id, rows, text and path of clips, `DIRECTORY/SET.f32` holds their rows one after another.
 * @param args DIRECTORY, `light` (the package's own network on the same clips) or not, sets, and options as JSON
 */
export async function rowsBench([directory, ...args]: string[]): Promise<void> {
  const parts = readPackage(findModel(DEFAULT_MODEL));
  const vocabulary = await ExtensibleVocabulary.open(
    parts,
    () => Promise.reject(new Error('no words are added')),
    openNetwork,
  );
  const options: Options = { scale: 1, step: 1, rescore: true, oracle: false, decoder: {} };
  for (const json of args.filter((a) => a.startsWith('{'))) Object.assign(options, JSON.parse(json));
  const light = args.includes('light');
  const row = table('set', 'clips', 'words', 'WER', 'sub', 'del', 'ins', 'oracle', 'decoding, s a second');
  for (const set of args.filter((a) => !a.startsWith('{') && a !== 'light')) {
    const clips = read(directory, set, parts.card.acoustic.columns).filter((_, i) => i % options.step === 0);
    if (light) for (const clip of clips) clip.rows = await lightRows(parts, clip.path);
    if (options.scale !== 1)
      for (const { rows } of clips) for (let i = 0; i < rows.length; i++) rows[i] *= options.scale;
    const scores: Score[] = [];
    const began = performance.now();
    for (const clip of clips) scores.push(await decode(parts, vocabulary.plain, clip, options));
    const busy = (performance.now() - began) / 1000;
    const seconds = clips.reduce((n, c) => n + (c.rows.length / parts.card.acoustic.columns) * 0.03, 0);
    const total = addScores(scores);
    const share = (n: number): string => `${((100 * n) / total.words).toFixed(1)}`;
    row(
      ...[set, clips.length, total.words, (100 * wordErrorRate(total)).toFixed(2)],
      ...[total.substitutions, total.deletions, total.insertions].map(share),
      options.oracle ? share(best(parts, vocabulary.plain, clips, options)) : '',
      (busy / seconds).toFixed(4),
    );
  }
}

function read(directory: string, set: string, outputs: number): Clip[] {
  const lines = readFileSync(resolve(directory, `${set}.tsv`), 'utf8')
    .trimEnd()
    .split('\n');
  const bytes = readFileSync(resolve(directory, `${set}.f32`));
  let at = 0;
  return lines.map((line) => {
    const [id, rows, text, path] = line.split('\t');
    const length = Number(rows) * outputs;
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + 4 * length));
    at += 4 * length;
    return { id, text, path, rows: values };
  });
}

async function lightRows(parts: PackageParts, path: string): Promise<Float32Array> {
  const { network } = await openNetwork(parts.acoustic, ['cpu']);
  const stream = new NetworkModel(network, parts.card.acoustic, parts.card.features).open();
  const chunks: Float32Array[] = [];
  for await (const samples of monoChunks(await openAudio(path), parts.card.features.sampleRate))
    chunks.push(...(await stream.accept(samples)));
  return concat([...chunks, ...(await stream.finish())]);
}

async function decode({ card }: PackageParts, vocabulary: Vocabulary, clip: Clip, options: Options): Promise<Score> {
  const clock = {
    columns: card.acoustic.columns,
    frameSeconds: 0.03,
    sampleOf: (frame: number) => 480 * frame,
    secondsOf: (frame: number) => 0.03 * frame,
  };
  const settings = { decoder: options.decoder, rescore: options.rescore, endpoint: [] };
  const transcriber = new Transcriber(clock, { vocabulary, unpronounced: [] }, [], settings);
  const results = [...(await transcriber.advance(clip.rows)), await transcriber.finalize('end')];
  return scored(
    clip.text,
    results.filter((r) => r?.type === 'final'),
  );
}

/** Errors of the best path of each clip's lattice. */
function best(parts: PackageParts, vocabulary: Vocabulary, clips: readonly Clip[], options: Options): number {
  const settings = decoderOptions({ ...vocabulary.decoder, ...options.decoder });
  const decoder = new BeamDecoder(vocabulary.graph, vocabulary.lm, parts.card.acoustic.columns, settings);
  return clips.reduce((errors, { text, rows }) => {
    decoder.start();
    decoder.advance(rows);
    decoder.bestPath(true);
    const reference = scoringWords(text).map((w) => vocabulary.label(w) ?? -1);
    return errors + oracle(determinizeLattice(decoder.lattice()), reference).errors;
  }, 0);
}
