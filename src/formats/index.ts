import type { Segment } from '../recognizer/results.js';

/** A finished transcript of one recording, or of one channel of it. */
export interface Transcript {
  /** Name of the recording, without directories. */
  name: string;
  /** Seconds. */
  duration: number;
  channel?: number;
  segments: Segment[];
}

type Formatter = (transcript: Transcript) => string;

/** `HH:MM:SS,mmm`, as SRT (comma) and WebVTT (point) write times. */
function clock(seconds: number, point: string): string {
  const ms = Math.round(seconds * 1000);
  const pad = (n: number, width: number): string => String(Math.floor(n)).padStart(width, '0');
  return `${pad(ms / 3600000, 2)}:${pad((ms / 60000) % 60, 2)}:${pad((ms / 1000) % 60, 2)}${point}${pad(ms % 1000, 3)}`;
}

/** Longest line of a subtitle, in characters, and longest time it stays, in seconds. */
const CUE_CHARACTERS = 84;
const CUE_SECONDS = 6;

interface Cue {
  start: number;
  end: number;
  text: string;
}

/** Words grouped into subtitles a reader can follow. */
function cues({ segments }: Transcript): Cue[] {
  const out: Cue[] = [];
  for (const { words } of segments) {
    let cue: Cue | undefined;
    for (const { text, start, end } of words) {
      if (cue && (cue.text.length + 1 + text.length > CUE_CHARACTERS || end - cue.start > CUE_SECONDS)) cue = undefined;
      if (cue) {
        cue.text += ` ${text}`;
        cue.end = end;
      } else out.push((cue = { start, end, text }));
    }
  }
  return out;
}

const text: Formatter = ({ segments }) => segments.map((s) => `${s.text}\n`).join('');

const json: Formatter = ({ name, duration, channel, segments }) =>
  `${JSON.stringify(
    {
      name,
      duration,
      ...(channel !== undefined && { channel }),
      text: segments.map((s) => s.text).join(' '),
      segments: segments,
    },
    null,
    2,
  )}\n`;

const srt: Formatter = (t) =>
  cues(t)
    .map((c, i) => `${i + 1}\n${clock(c.start, ',')} --> ${clock(c.end, ',')}\n${c.text}\n\n`)
    .join('');

const vtt: Formatter = (t) =>
  `WEBVTT\n\n${cues(t)
    .map((c) => `${clock(c.start, '.')} --> ${clock(c.end, '.')}\n${c.text}\n\n`)
    .join('')}`;

/** NIST CTM: recording, channel (from 1), start, duration, word, confidence. */
const ctm: Formatter = ({ name, channel, segments }) =>
  segments
    .flatMap((s) => s.words)
    .map(
      (w) =>
        `${name.replace(/\s+/g, '_')} ${(channel ?? 0) + 1} ${w.start.toFixed(2)} ${(w.end - w.start).toFixed(2)} ${w.text}${w.confidence === undefined ? '' : ` ${w.confidence.toFixed(2)}`}\n`,
    )
    .join('');

const FORMATTERS = { text, json, srt, vtt, ctm } satisfies Record<string, Formatter>;

export type FormatName = keyof typeof FORMATTERS;
/** Names of all formats. */
export const FORMATS = Object.keys(FORMATTERS) as FormatName[];

/** A transcript as text in the named format. */
export function formatTranscript(format: FormatName, transcript: Transcript): string {
  return FORMATTERS[format](transcript);
}
