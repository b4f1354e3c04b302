import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { HearkenError } from '../src/errors.js';
import type { Limits } from './limits.js';

/** Fields of a form that are longer than any this server knows are cut: they are wrong. */
const MAX_FIELD_BYTES = 1024;
const MAX_FIELDS = 50;
const MAX_HEADER_BYTES = 8 << 10;
/** How often the pace of an upload is looked at, in seconds. */
const PACE_SECONDS = 5;

/** A form without its file is an OPTION_INVALID; past a limit it is a SERVER_LIMIT with this status. */
export class FormError extends HearkenError {
  constructor(
    readonly status: 400 | 408 | 413,
    message: string,
  ) {
    super(status === 400 ? 'OPTION_INVALID' : 'SERVER_LIMIT', message);
  }
}

/** A multipart form: its fields, and its file on the disk until it is removed. */
export interface Form {
  fields: URLSearchParams;
  path: string | undefined;
  remove(): Promise<void>;
}

/**
 * Read a form as it comes, no more of it at a time than a chunk: the file goes to the disk, so that many may be on their way at once.
 * @throws FormError; the error of a connection that broke
 */
export async function readForm(
  request: IncomingMessage,
  { maxUploadBytes, minUploadRate }: Pick<Limits, 'maxUploadBytes' | 'minUploadRate'>,
): Promise<Form> {
  const tooLarge = new FormError(413, `the upload is larger than ${maxUploadBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxUploadBytes) throw tooLarge;
  const directory = await mkdtemp(join(tmpdir(), 'hearken-upload-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const fields = new URLSearchParams();
  let path: string | undefined;
  let writing: Promise<void> | undefined;
  const abort = new AbortController();
  const stop = (error: FormError): void => abort.abort(error);
  try {
    const parser = parserOf(request);
    parser.on('partsLimit', () => stop(new FormError(413, `the form has more than ${MAX_FIELDS} parts`)));
    parser.on('field', (name, value) => fields.append(String(name).slice(0, MAX_FIELD_BYTES), value));
    parser.on('file', (name, file) => {
      if (name !== 'file' || path !== undefined) {
        file.resume();
        return;
      }
      path = join(directory, 'file');
      writing = pipeline(file, createWriteStream(path, { mode: 0o600 }), { signal: abort.signal });
      writing.catch(() => undefined);
    });
    const pace = keepPace(request, minUploadRate, stop);
    try {
      await pipeline(request, atMost(maxUploadBytes, tooLarge), parser, { signal: abort.signal });
    } finally {
      clearInterval(pace);
    }
    await writing;
    return { fields, path, remove };
  } catch (cause) {
    const stopped = abort.signal.aborted;
    // The file's stream ends only with its form: what is written of it must be closed.
    abort.abort();
    await remove();
    if (stopped) throw abort.signal.reason;
    if (cause instanceof HearkenError) throw cause;
    throw new FormError(400, 'the body is not a multipart form');
  }
}

/** @throws FormError */
function parserOf(request: IncomingMessage): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
      limits: { parts: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, headerSize: MAX_HEADER_BYTES, headerPairs: 20 },
    });
  } catch {
    throw new FormError(400, 'the body is not a multipart form');
  }
}

const atMost = (most: number, error: FormError) =>
  async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > most) throw error;
      yield chunk;
    }
  };

/** A body that comes more slowly than so many bytes a second is given up. */
function keepPace(request: IncomingMessage, rate: number, stop: (error: FormError) => void): NodeJS.Timeout {
  let before = request.socket.bytesRead;
  return setInterval(() => {
    const came = request.socket.bytesRead - before;
    before += came;
    if (came < rate * PACE_SECONDS)
      stop(new FormError(408, `the upload comes more slowly than ${rate} bytes a second`));
  }, PACE_SECONDS * 1000).unref();
}
