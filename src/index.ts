/** Hearken: speech recognition for Node.js. */

export type { AudioInput, PcmEncoding, RawFormat } from './audio/index.js';
export type { DecoderOptions } from './decoder/index.js';
export { ERROR_CODES, type ErrorCode, HearkenError } from './errors.js';
export { FORMATS, type FormatName, formatTranscript, type Transcript } from './formats/index.js';
export type { ModelCard } from './package/index.js';
export { Engine } from './recognizer/engine.js';
export type {
  EngineOptions,
  LiveOptions,
  PushedRecordingOptions,
  RecognizeOptions,
  TranscribeOptions,
} from './recognizer/engine-options.js';
export { DEFAULT_THRESHOLD, type KeywordOption } from './recognizer/keywords.js';
export type { LiveStream } from './recognizer/live-stream.js';
export type { ChannelResult, RecordingPart, StreamSummary } from './recognizer/messages.js';
export type { NewWord } from './recognizer/new-words.js';
export { DEFAULT_BOOST, type Phrase, type WordClasses } from './recognizer/phrases.js';
export type { LiveEncoding, Pcm16 } from './recognizer/pushed-samples.js';
export type { Recognition } from './recognizer/recognition.js';
export type { RecognitionStream } from './recognizer/recognition-stream.js';
export type { RecordingInput } from './recognizer/recording-input.js';
export type { RecordingStream } from './recognizer/recording-stream.js';
export type {
  Alternative,
  KeywordHit,
  PartialResult,
  Result,
  Segment,
  Word,
  WrittenPiece,
} from './recognizer/results.js';
