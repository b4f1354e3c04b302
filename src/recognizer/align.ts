import type { AcousticModel } from '../acoustic/index.js';
import { type AudioInput, monoChunks, openAudio } from '../audio/index.js';
import { BeamDecoder, NO_LM } from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import { alignmentGraph, FIRST_WORD, type Topology, WORD_END } from '../graph/index.js';
import type { Lexicon } from '../lexicon/index.js';
import { SegmentCutter } from './segment-cutter.js';

/** A stretch of sound, in seconds from the start of the recording. */
export interface Aligned {
  text: string;
  start: number;
  end: number;
}

export interface AlignedWord extends Aligned {
  phones: Aligned[];
}

export interface Alignment {
  /** Seconds of the recording. */
  duration: number;
  words: AlignedWord[];
  /** Words of the transcript that were not found in the recording, or have no pronunciation; by position. */
  skipped: { position: number; text: string }[];
  /** False where the transcript does not reach the end of the recording: it is then aligned as far as it goes. */
  complete: boolean;
}

export interface AlignOptions {
  /** Nats that passing over a word of the transcript costs; default 12. */
  skipCost?: number;
  /** Search beam; default 20, wider than for recognition: there are few ways to go, and the right one must not be lost. */
  beam?: number;
  /** Told the seconds aligned so far. */
  onProgress?: (seconds: number) => void;
}

/** What an alignment is made with. */
export interface AlignTools {
  acoustic: AcousticModel;
  topology: Topology;
  /** Names of the model's units, silence first. */
  units: readonly string[];
  lexicon: Pick<Lexicon, 'pronounce'>;
  /** Probability of the first unit between two words; default 0.3. */
  silence?: number;
}

/**
 * When each word and phone of a known transcript is said. Memory does not grow with the recording but by the words.
 * @param words lower case, as the lexicon has them
 * @throws AUDIO_*, OPTION_INVALID where no word can be pronounced
 */
export async function align(
  { acoustic, topology, units: names, lexicon, silence = 0.3 }: AlignTools,
  audio: AudioInput,
  words: readonly string[],
  { skipCost = 12, beam = 20, onProgress }: AlignOptions = {},
): Promise<Alignment> {
  const pronunciations = words.map((w) => lexicon.pronounce(w));
  if (pronunciations.every((p) => p.length === 0))
    throw new HearkenError('OPTION_INVALID', 'no word of the transcript can be pronounced');
  const { graph, units } = alignmentGraph(pronunciations, names, topology, {
    silenceProbability: silence,
    skipCost,
  });
  const decoder = new BeamDecoder(graph, NO_LM, acoustic.columns, { beam, maxActive: 20_000, latticeBeam: 0 });
  const scores = acoustic.open();
  const rate = acoustic.sampleRate;
  const search = (chunks: Float32Array[]): void => {
    for (const chunk of chunks) decoder.advance(chunk);
    onProgress?.(scores.position / rate);
  };
  /** Where a segment of the recording begins, for models that take whole ones. */
  const segments = [{ frame: 0, sample: 0 }];
  const cutter = acoustic.streaming ? undefined : new SegmentCutter(rate, acoustic.maxSeconds);
  for await (const samples of monoChunks(await openAudio(audio), rate)) {
    if (!cutter) search(await scores.accept(samples));
    for (const segment of cutter?.accept(samples) ?? []) {
      search(await scores.accept(segment.samples));
      search(await scores.finish());
      scores.reset();
      segments.push({ frame: decoder.frames, sample: scores.position });
    }
  }
  if (cutter) search(await scores.accept(cutter.take()));
  search(await scores.finish());

  const { labels, reachedFinal } = decoder.bestPath(true);
  const duration = scores.position / rate;
  const seconds = (frame: number): number => {
    const segment = segments.findLast((s) => s.frame <= frame) ?? segments[0];
    const time = segment.sample / rate + (frame - segment.frame) * acoustic.frameSeconds;
    return Math.min(duration, Math.round(time * 1000) / 1000);
  };
  const aligned: (AlignedWord | undefined)[] = words.map(() => undefined);
  let open: { phone: Aligned; word: AlignedWord } | undefined;
  for (const { label, frame } of labels) {
    if (open) open.phone.end = seconds(frame);
    if (label === WORD_END) {
      if (open) open.word.end = seconds(frame);
      open = undefined;
      continue;
    }
    const { word: position, phone: text } = units[label - FIRST_WORD];
    const phone = { text, start: seconds(frame), end: duration };
    const word = (aligned[position] ??= { text: words[position], start: phone.start, end: duration, phones: [] });
    word.phones.push(phone);
    open = { phone, word };
  }
  return {
    duration,
    words: aligned.filter((w) => w !== undefined),
    skipped: words.flatMap((text, position) => (aligned[position] ? [] : [{ position, text }])),
    complete: reachedFinal,
  };
}
