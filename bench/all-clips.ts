import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { monoChunks, openAudio } from '../src/audio/index.js';
import { concat } from '../test/support/audio.js';
import { s16, wav } from '../test/support/wav.js';
import { manifest, withClips } from './scores.js';

export const RATE = 16_000;
const PAUSE = new Float32Array(1.2 * RATE);

export interface AllClips {
  samples: Float32Array;
  /** What is said in each clip, and the samples it covers. */
  clips: { text: string; begin: number; end: number }[];
}

/** A recording as mono at the model's rate. */
export async function monoSamples(path: string): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const samples of monoChunks(await openAudio(path), RATE)) parts.push(samples.slice());
  return concat(parts);
}

/** A WAV file of `samples`, over and over. */
export function writeRounds(path: string, samples: Float32Array, rounds: number): void {
  const round = s16(samples);
  writeFileSync(path, wav({ data: Buffer.concat(Array.from({ length: rounds }, () => round)) }));
}

/** All librispeech dev clips one behind another, a pause after each: about half an hour, a whole number of 300 ms, after which endpoints are looked for. */
export function allClips(): Promise<AllClips> {
  return withClips('librispeech', 'dev', async (directory) => {
    const parts: Float32Array[] = [];
    const clips: AllClips['clips'] = [];
    let at = 0;
    const add = (samples: Float32Array): void => {
      parts.push(samples);
      at += samples.length;
    };
    for (const { id, text } of manifest('librispeech', 'dev')) {
      const begin = at;
      add(await monoSamples(resolve(directory, `${id}.opus`)));
      clips.push({ text, begin, end: at });
      add(PAUSE);
    }
    return { samples: concat(parts).subarray(0, at - (at % 4800)), clips };
  });
}
