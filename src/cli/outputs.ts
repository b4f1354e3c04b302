import { access } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { writeAtomically } from '../binary/atomic-file.js';
import { HearkenError } from '../errors.js';
import { FORMATS, type FormatName, formatTranscript, type Transcript } from '../formats/index.js';
import type { Segment, WrittenPiece } from '../recognizer/results.js';
import type { Input } from './inputs.js';

/** How transcripts are written to files. */
export interface OutputFlags {
  format: FormatName[];
  outputDir?: string;
}

const EXTENSION: Record<FormatName, string> = { text: 'txt', json: 'json', srt: 'srt', vtt: 'vtt', ctm: 'ctm' };

export function formats(value: string): FormatName[] {
  const names = value.split(',');
  const bad = names.find((n) => !(FORMATS as string[]).includes(n));
  if (bad !== undefined) throw new InvalidArgumentError(`"${bad}" is no format; there are ${FORMATS.join(', ')}.`);
  return names as FormatName[];
}

/** Transcripts of a recording's channels, as `formatTranscript` takes them. */
export function transcriptsOf(
  name: string,
  seconds: number,
  channels: readonly Segment[][],
  formatNames: readonly FormatName[],
): Transcript[] {
  return channels.map((segments, channel) => ({
    name,
    duration: seconds,
    ...(channels.length > 1 && { channel }),
    segments: segments.map((s) => (s.written ? asWritten(s, s.written, formatNames) : s)),
  }));
}

/** Text of pieces rather than words. In JSON the words stay beside them. */
function asWritten(segment: Segment, pieces: WrittenPiece[], format: readonly FormatName[]): Segment {
  const text = pieces.map((p) => p.text).join(' ');
  return format.includes('json') ? { ...segment, text } : { ...segment, text, words: pieces };
}

/** @throws OUTPUT_WRITE where the name leads out of the directory */
function outputPath(dir: string, name: string, channel: number | undefined, format: FormatName): string {
  const path = resolve(dir, `${name}${channel === undefined ? '' : `.${channel + 1}`}.${EXTENSION[format]}`);
  if (!staysInside(name)) throw new HearkenError('OUTPUT_WRITE', `"${name}" would be written outside ${dir}`);
  return path;
}

/** Whether outputs of this name lie below the directory they are written to. */
export function staysInside(name: string): boolean {
  const path = relative('/x', resolve('/x', name));
  return path !== '' && !isAbsolute(path) && path.split(sep)[0] !== '..' && !name.includes('\0');
}

/** Of the inputs those of which an output is missing. */
export async function notYetDone(
  inputs: Input[],
  flags: OutputFlags & { channels: 'mix' | 'split' },
): Promise<Input[]> {
  const missing = await Promise.all(
    inputs.map(async (input) => {
      const paths = flags.format.map((f) =>
        outputPath(flags.outputDir as string, input.name, flags.channels === 'split' ? 0 : undefined, f),
      );
      const there = await Promise.all(
        paths.map((p) =>
          access(p).then(
            () => true,
            () => false,
          ),
        ),
      );
      return there.includes(false);
    }),
  );
  return inputs.filter((_, i) => missing[i]);
}

/** @throws OUTPUT_WRITE */
export async function writeOutputs(
  transcripts: Transcript[],
  dir: string,
  name: string,
  formatNames: readonly FormatName[],
): Promise<void> {
  for (const t of transcripts) {
    for (const format of formatNames)
      await writeAtomically(outputPath(dir, name, t.channel, format), formatTranscript(format, t));
  }
}
