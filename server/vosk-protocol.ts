import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { PcmDecoder } from '../src/audio/index.js';
import { toHearkenError } from '../src/errors.js';
import { type Engine, HearkenError, type RecognitionStream, type Segment } from '../src/index.js';
import { parseJson } from './parse-json.js';

const CONFIG = z.object({
  sample_rate: z.number().int().optional(),
  words: z.union([z.boolean(), z.literal(0), z.literal(1)]).optional(),
  max_alternatives: z.number().int().min(0).max(100).optional(),
});
const CONTROL = z.union([
  z.object({ config: CONFIG }),
  z.object({ eof: z.literal(1) }),
  z.object({ reset: z.literal(1) }),
]);

/** What vosk-server assumes where a client sends no rate. */
const DEFAULT_RATE = 8000;

/**
 * vosk-server's protocol, for its clients as they are: `{"config":{"sample_rate":…}}`, 16-bit audio, `{"eof":1}`. Every audio
 * message is answered once, with `{"partial"}` or the next finished `{"text","result"}`; the end with all that is left, then the
 * socket closes. `{"reset":1}` finishes the utterance and goes on. A client's `model` and `phrase_list` are not used.
 */
export function serveVosk(socket: WebSocket, engine: Engine): void {
  let session: Session | undefined;
  let config: z.infer<typeof CONFIG> = {};
  const reply = (message: object): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };

  async function handle(data: RawData, binary: boolean): Promise<void> {
    if (binary) {
      session ??= new Session(engine, config.sample_rate ?? DEFAULT_RATE, config.max_alternatives ?? 0);
      await session.accept(data as Buffer);
      const final = session.finals.shift();
      reply(final ? resultOf([final], config) : { partial: session.partial });
      return;
    }
    const control = CONTROL.parse(parseJson(data));
    if ('config' in control) {
      if (session) throw new HearkenError('OPTION_INVALID', 'the configuration comes before the audio');
      config = control.config;
      return;
    }
    reply(resultOf(session ? await session.finish() : [], config));
    session = undefined;
    if ('eof' in control) socket.close(1000);
  }

  let queue = Promise.resolve();
  socket.on('message', (data, binary) => {
    // One after another: answers keep the order of the messages, and the client waits while the worker is behind.
    socket.pause();
    queue = queue
      .then(() => handle(data, binary))
      .catch((error: unknown) => {
        const invalid = error instanceof z.ZodError ? new HearkenError('OPTION_INVALID', 'no such message') : error;
        const { code, message } = toHearkenError(invalid, 'OPTION_INVALID');
        reply({ error: message, code });
        socket.close(1008, code);
        session?.abort();
      })
      .then(() => socket.resume());
  });
  socket.on('close', () => session?.abort());
  socket.on('error', () => session?.abort());
}

/** One utterance after another until the client's reset or end. */
class Session {
  readonly finals: Segment[] = [];
  partial = '';
  #stream: RecognitionStream;
  #decoder = new PcmDecoder('s16le', 1);
  #reading: Promise<void>;

  constructor(engine: Engine, sampleRate: number, alternatives: number) {
    this.#stream = engine.createStream({ sampleRate, partials: true, alternatives: Math.max(0, alternatives - 1) });
    this.#reading = this.#read();
    // What goes wrong is thrown by finish() or the next accept().
    this.#reading.catch(() => undefined);
  }

  async #read(): Promise<void> {
    for await (const result of this.#stream) {
      if (result.type === 'final') {
        this.finals.push(result);
        this.partial = '';
      } else this.partial = `${result.stable} ${result.unstable}`.trim();
    }
  }

  async accept(bytes: Uint8Array): Promise<void> {
    const [samples] = this.#decoder.decode(bytes);
    if (samples.length > 0) await this.#stream.accept(samples);
  }

  /** All that has not been given yet. */
  async finish(): Promise<Segment[]> {
    this.#stream.endInput();
    await this.#reading;
    return this.finals.splice(0);
  }

  abort(): void {
    this.#stream.abort();
  }
}

function resultOf(
  segments: readonly Segment[],
  { words = true, max_alternatives = 0 }: z.infer<typeof CONFIG>,
): object {
  const text = segments.map((s) => s.text).join(' ');
  const all = segments.flatMap((s) => s.words);
  if (max_alternatives > 0) {
    const times = all.map(({ text: word, start, end }) => ({ end, start, word }));
    // Other readings of one segment; of several at once only the best is told.
    const others = segments.length === 1 ? (segments[0].alternatives ?? []) : [];
    return {
      alternatives: [
        { confidence: 0, ...(words && times.length > 0 && { result: times }), text },
        ...others.map((a) => ({ confidence: -a.cost, text: a.text })),
      ],
    };
  }
  const result = all.map(({ text: word, start, end, confidence = 1 }) => ({ conf: confidence, end, start, word }));
  return { ...(words && result.length > 0 && { result }), text };
}
