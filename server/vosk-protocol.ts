import type { WebSocket } from 'ws';
import { z } from 'zod';
import { PcmDecoder } from '../src/audio/index.js';
import { HearkenError, type LiveStream, type Segment } from '../src/index.js';
import { recordError, recordSummary, type ServerContext } from './context.js';
import { IdleTimer } from './idle-timer.js';
import { Inbox } from './inbox.js';
import { parseJson } from './parse-json.js';
import { reply } from './reply.js';
import { shown } from './shown.js';
import { closeSocket } from './stream-protocol.js';

const CONFIG = z.object({
  sample_rate: z.number().int().min(6000).max(192_000).optional(),
  phrase_list: z.array(z.string().max(200)).max(5000).optional(),
  words: z.union([z.boolean(), z.literal(0), z.literal(1)]).optional(),
  max_alternatives: z.number().int().min(0).max(100).optional(),
});
export const CONTROL = z.union([
  z.object({ config: CONFIG }),
  z.object({ eof: z.literal(1) }),
  z.object({ reset: z.literal(1) }),
]);

/** What vosk-server assumes where a client sends no rate. */
const DEFAULT_RATE = 8000;

/**
 * vosk-server's protocol, for its clients as they are: `{"config":{"sample_rate":…}}`, 16-bit audio, `{"eof":1}`. Every audio
 * message is answered once, with `{"partial"}` or the next finished `{"text","result"}`; the end with all that is left, then the
 * socket closes. `{"reset":1}` finishes the utterance and goes on. `phrase_list` makes its phrases likelier; `model` is not used.
 * @param client address, undefined for the machine's own
 */
export function serveVosk(socket: WebSocket, context: ServerContext, client: string | undefined): void {
  const { limits, admission } = context;
  let session: Session | undefined;
  let config: z.infer<typeof CONFIG> = {};
  /** The end has begun: what the client goes on to send is dropped. */
  let ending = false;
  let leaveLive = (): void => undefined;
  const idle = new IdleTimer();
  const firstAudio = new IdleTimer();
  const send = (message: object): void => reply(socket, message, limits.maxUnsentBytes);
  const fail = (error: unknown): void => {
    if (socket.readyState !== socket.OPEN) return;
    const known = recordError(context, error, 'vosk', client);
    socket.send(JSON.stringify({ error: shown(known.message), code: known.code }));
    closeSocket(socket, known);
    session?.abort();
    leaveLive();
  };

  async function handle(data: Buffer, binary: boolean, count: number): Promise<void> {
    idle.touch();
    if (ending) return;
    if (binary) {
      firstAudio.stop();
      const current = (session ??= new Session(context, config));
      await idle.during(current.accept(data));
      // Where the server began to close meanwhile, all that is left is one answer.
      for (let i = 0; i < count && session === current; i++) {
        const final = current.finals.shift();
        send(final ? resultOf([final], config) : { partial: current.partial });
      }
      return;
    }
    const control = CONTROL.parse(parseJson(data, limits.maxTextBytes));
    if ('config' in control) {
      if (session) throw new HearkenError('SERVER_MESSAGE', 'the configuration comes before the audio');
      config = control.config;
      return;
    }
    if ('eof' in control) return finish('done');
    await tellRest();
  }

  /** All that is left of the utterance. */
  async function tellRest(): Promise<void> {
    const last = session;
    session = undefined;
    send(resultOf(last ? await last.finish() : [], config));
  }

  async function finish(end: 'done' | 'closing'): Promise<void> {
    if (ending) return;
    ending = true;
    idle.stop();
    firstAudio.stop();
    await tellRest();
    leaveLive();
    closeSocket(socket, end);
  }

  try {
    admission.enterSession(client);
  } catch (error) {
    fail(error);
    return;
  }
  context.metrics.sessions.inc({ protocol: 'vosk' });
  leaveLive = context.live.add({ drain: () => void finish('closing').catch(fail), giveUp: fail });
  idle.wait(limits.idleSeconds, () =>
    fail(new HearkenError('SERVER_LIMIT', `no message for ${limits.idleSeconds} seconds`)),
  );
  firstAudio.wait(limits.firstAudioSeconds, () =>
    fail(new HearkenError('SERVER_LIMIT', `no audio in the first ${limits.firstAudioSeconds} seconds`)),
  );
  new Inbox(socket, { maxMessagesPerSecond: limits.maxMessagesPerSecond, handle, fail });
  socket.on('close', () => {
    idle.stop();
    firstAudio.stop();
    session?.abort();
    leaveLive();
    admission.leaveSession(client);
  });
}

/** One utterance after another until the client's reset or end. */
class Session {
  readonly finals: Segment[] = [];
  partial = '';
  #context: ServerContext;
  #stream: LiveStream;
  #decoder = new PcmDecoder('s16le', 1);
  #reading: Promise<void>;
  #samples = 0;
  #most: number;

  constructor(context: ServerContext, config: z.infer<typeof CONFIG>) {
    const {
      sample_rate: sampleRate = DEFAULT_RATE,
      max_alternatives: alternatives = 0,
      phrase_list: list = [],
    } = config;
    this.#context = context;
    this.#most = context.limits.maxSessionSeconds * sampleRate;
    this.#stream = context.engine.createStream({
      sampleRate,
      partials: true,
      rescore: true,
      alternatives: Math.max(0, alternatives - 1),
      phrases: list.map((text) => ({ text })),
    });
    this.#reading = this.#read();
    // What goes wrong is thrown by finish() or the next accept().
    this.#reading.catch(() => undefined);
  }

  async #read(): Promise<void> {
    for await (const result of this.#stream) {
      if (result.type === 'final') {
        this.finals.push(result);
        this.partial = '';
      } else if (result.type === 'partial') this.partial = `${result.stable} ${result.unstable}`.trim();
    }
    recordSummary(this.#context, await this.#stream.done);
  }

  async accept(bytes: Uint8Array): Promise<void> {
    const [samples] = this.#decoder.decode(bytes);
    this.#samples += samples.length;
    if (this.#samples > this.#most)
      throw new HearkenError(
        'SERVER_LIMIT',
        `a session may have ${this.#context.limits.maxSessionSeconds} seconds of audio`,
      );
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
