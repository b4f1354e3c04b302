/**
 * The catalogue of errors. Every failure a caller can meet is a `HearkenError` with a stable `code`; the message says
 * what was wrong and where. Codes are API: they never change meaning.
 */
export const ERROR_CODES = {
  AUDIO_EMPTY: 'The input holds no bytes, or no samples.',
  AUDIO_FORMAT: 'The bytes are not audio in a container this engine knows.',
  AUDIO_HEADER: 'The container names itself but its header is wrong or impossible.',
  AUDIO_TRUNCATED: 'The header or a needed chunk ends before its stated size.',
  AUDIO_UNSUPPORTED: 'The container is known but its codec or parameters are not supported here.',
  AUDIO_CODEC: 'A compressed stream could not be decoded.',
  AUDIO_LIMIT: 'The input is, or decodes to, more sound than allowed.',
  INPUT_NOT_FOUND: 'A named file or directory does not exist or cannot be read.',
  MODEL_NOT_FOUND: 'The model package, or a file of it, is missing.',
  MODEL_CARD: 'The model card is not valid.',
  MODEL_CHECKSUM: 'A file of the model package differs from the checksum in its card.',
  MODEL_FILE: 'A graph, language model or network file is malformed.',
  PROVIDER_UNKNOWN: 'An execution provider of that name does not exist.',
  PROVIDER_UNAVAILABLE: 'None of the wanted execution providers could be started.',
  OPTION_INVALID: 'An option or argument is unknown, or outside its documented range.',
  FST_FORMAT: 'Bytes or text are not a finite-state transducer in the expected format.',
  FST_INVALID: 'A transducer lacks a property that the operation needs.',
  FST_LIMIT: 'An operation grew past its stated limit.',
  LM_FORMAT: 'A language model file is malformed.',
  LEXICON_FORMAT: 'A pronunciation file is malformed.',
  GRAMMAR_FORMAT: 'A grammar is malformed; the message says the line and column.',
  SCORES_INVALID: 'Acoustic scores have the wrong width, or hold NaN or infinity.',
  SCORING_INPUT: 'Reference and hypothesis cannot be compared.',
  STREAM_CLOSED: 'The stream was already finished or aborted.',
  STREAM_ABORTED: 'The caller aborted the stream.',
  STREAM_KIND: 'The call belongs to the other kind of stream: samples are pushed to live streams, bytes to recordings.',
  WORKER_FAILED: 'A worker thread died; its streams are lost, others go on.',
  INTERNAL: 'Something failed that should not: a defect of this engine. Its stream is lost, others go on.',
  SERVER_UNAUTHORIZED: 'The server needs a bearer token, or does not allow this origin.',
  SERVER_MESSAGE: 'A message from a client is not what the protocol allows here.',
  SERVER_BUSY: 'The server has no room for another session or upload; try again later.',
  SERVER_LIMIT: 'A client went past a limit of the server: size, length, rate, or time without a message.',
  SERVER_SESSION: 'There is no such session to resume: it ended, or its time is over.',
  SERVER_CLOSING: 'The server is shutting down.',
  QUEUE_UNAVAILABLE: 'The queue of a batch cannot be reached or made.',
  QUEUE_LOST: 'Jobs that were in the queue of a batch are not there any more.',
  OUTPUT_WRITE: 'A result could not be written.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Every failure a caller can meet; `code` is one of the catalogue and never changes its meaning. */
export class HearkenError extends Error {
  override readonly name = 'HearkenError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** A copy that says where: `prefix: message`. */
  at(prefix: string): HearkenError {
    return new HearkenError(this.code, `${prefix}: ${this.message}`, { cause: this.cause ?? this });
  }
}

/** Any thrown value as a `HearkenError`; `fallback` is the code of one that is not. */
export function toHearkenError(error: unknown, fallback: ErrorCode): HearkenError {
  if (error instanceof HearkenError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HearkenError(fallback, message, { cause: error });
}
