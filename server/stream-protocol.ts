import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { PcmDecoder } from '../src/audio/index.js';
import { toHearkenError } from '../src/errors.js';
import { type Engine, HearkenError, type RecognitionStream } from '../src/index.js';
import { parseJson } from './parse-json.js';

/** The first message: what audio follows. */
const START = z.object({
  type: z.literal('start'),
  sampleRate: z.number().int().default(16000),
  encoding: z.enum(['s16le', 'f32le', 'mulaw', 'alaw']).default('s16le'),
  partials: z.boolean().default(true),
  alternatives: z.number().int().min(0).max(100).default(0),
});
const CONTROL = z.object({ type: z.enum(['start', 'finish']) });

/** Unsent bytes at which reading from the client stops until it has caught up. */
const MAX_UNSENT = 1 << 20;

/**
 * Hearken's streaming protocol: `{"type":"start",…}`, binary audio, `{"type":"finish"}`; the server answers `ready`,
 * `partial`, `final`, `done` or `error`. The socket is paused while the worker is behind.
 */
export function serveStream(socket: WebSocket, engine: Engine): void {
  let stream: RecognitionStream | undefined;
  let decoder: PcmDecoder | undefined;
  const send = (message: object): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const fail = (error: unknown): void => {
    const { code, message } = toHearkenError(error, 'OPTION_INVALID');
    send({ type: 'error', code, message });
    socket.close(1008, code);
    stream?.abort();
  };

  async function start(options: z.infer<typeof START>): Promise<void> {
    if (stream) throw new HearkenError('OPTION_INVALID', 'the session has been started already');
    decoder = new PcmDecoder(options.encoding, 1);
    const { sampleRate, partials, alternatives } = options;
    stream = engine.createStream({ sampleRate, partials, alternatives });
    send({ type: 'ready', model: engine.card.name });
    for await (const { channel: _, ...result } of stream) send(result);
    const { seconds } = await stream.done;
    send({ type: 'done', seconds });
    socket.close(1000);
  }

  async function message(data: RawData, binary: boolean): Promise<void> {
    if (binary) {
      if (!stream || !decoder) throw new HearkenError('OPTION_INVALID', 'audio came before the "start" message');
      const [samples] = decoder.decode(data as Buffer);
      if (samples.length === 0) return;
      socket.pause();
      await stream.accept(samples);
      if (socket.bufferedAmount > MAX_UNSENT) throw new HearkenError('OPTION_INVALID', 'results are not being read');
      socket.resume();
      return;
    }
    const parsed = parseJson(data);
    if (CONTROL.parse(parsed).type === 'finish') {
      if (!stream) throw new HearkenError('OPTION_INVALID', '"finish" came before the "start" message');
      stream.endInput();
    } else start(START.parse(parsed)).catch(fail);
  }

  socket.on('message', (data, binary) => {
    message(data, binary).catch((error: unknown) => {
      fail(
        error instanceof z.ZodError
          ? new HearkenError('OPTION_INVALID', `${error.issues[0].path.join('.')}: ${error.issues[0].message}`)
          : error,
      );
    });
  });
  socket.on('close', () => stream?.abort());
  socket.on('error', () => stream?.abort());
}
