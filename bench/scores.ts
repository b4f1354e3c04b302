import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { NetworkModel } from '../src/acoustic/index.js';
import { monoChunks, openAudio } from '../src/audio/index.js';
import type { PackageParts } from '../src/package/index.js';
import type { Segment } from '../src/recognizer/results.js';
import { openNetwork } from '../src/runtime/index.js';
import { align, type Score, scoreOf, scoringWords } from '../src/scoring/index.js';
import { concat } from '../test/support/audio.js';

const SPEECH = resolve(import.meta.dirname, '../../../shared/speech');

/** What the model is measured on: corpus and split. */
export const SETS = [
  ['librispeech', 'dev'],
  ['commonvoice1', 'dev'],
  ['speechocean762', 'dev'],
  ['an4', 'test'],
] as const;

/** A clip's text and its log-likelihoods [frames × width] from the shipped model. */
export interface ScoredClip {
  id: string;
  text: string;
  scores: Float32Array;
}

/** The transcribed clips of a split. */
export function manifest(corpus: string, split: string): { id: string; text: string }[] {
  if (!existsSync(SPEECH)) throw new Error(`${SPEECH} is absent: this bench needs the transcribed clips`);
  return readFileSync(resolve(SPEECH, 'manifest.tsv'), 'utf8')
    .split('\n')
    .map((l) => l.split('\t'))
    .filter((r) => r[1] === corpus && r[2] === split)
    .map((r) => ({ id: r[0], text: r[5] }));
}

/** About `count` clips, or a few more, spread over a split. */
export function spreadClips(corpus: string, split: string, count: number): { id: string; text: string }[] {
  const all = manifest(corpus, split);
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => i % step === 0);
}

/** What was heard against what was said. */
export function scored(said: string, segments: readonly Segment[]): Score {
  return scoreOf(align(scoringWords(said), scoringWords(segments.map((s) => s.text).join(' '))));
}

/** Calls `use` with the directory of the unpacked clips of a split. */
export async function withClips<T>(corpus: string, split: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-bench-'));
  try {
    execFileSync('tar', ['xf', resolve(SPEECH, `${corpus}-${split}.tar`), '-C', directory]);
    return await use(resolve(directory, corpus, split));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Scores of the first `count` clips of a split. */
export function scoredClips(parts: PackageParts, corpus: string, split: string, count: number): Promise<ScoredClip[]> {
  return withClips(corpus, split, async (directory) => {
    const { network } = await openNetwork(parts.acoustic, ['cpu']);
    const model = new NetworkModel(network, parts.card.acoustic, parts.card.features);
    const out: ScoredClip[] = [];
    for (const { id, text } of manifest(corpus, split).slice(0, count)) {
      const stream = model.open();
      const chunks: Float32Array[] = [];
      const source = await openAudio(resolve(directory, `${id}.opus`));
      for await (const samples of monoChunks(source, model.sampleRate)) chunks.push(...(await stream.accept(samples)));
      chunks.push(...(await stream.finish()));
      out.push({ id, text, scores: concat(chunks) });
    }
    return out;
  });
}
