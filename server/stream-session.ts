import { randomBytes } from 'node:crypto';
import type { PcmDecoder } from '../src/audio/index.js';
import { type ChannelResult, HearkenError, type LiveStream, type RecordingStream } from '../src/index.js';
import { type Answer, Answers } from './answers.js';
import { recordError, recordSummary, type ServerContext } from './context.js';
import { IdleTimer } from './idle-timer.js';
import type { LiveSession } from './live-sessions.js';
import type { Outlet } from './outlet.js';
import { Paced } from './paced.js';
import { readyOf } from './ready.js';
import type { StartMessage } from './stream-messages.js';
import { streamOf } from './stream-of.js';

/** Bytes of audio between two acknowledgements. */
const ACK_BYTES = 1 << 16;

/**
 * One stream of audio and its answers, numbered, apart from any connection: a connection may drop and another go on with
 * it. What the client has not seen by then is sent again, and audio goes on from the byte the server has got to.
 */
export class StreamSession implements LiveSession {
  /** Who knows it may go on with the session. */
  readonly id = randomBytes(16).toString('base64url');
  /** For the log, which more may read. */
  readonly logId = randomBytes(6).toString('hex');
  /** Bytes of audio taken. */
  received = 0;
  #context: ServerContext;
  #options: StartMessage;
  /** Raw audio of one channel is a live stream. */
  #live: { stream: LiveStream; decoder: PcmDecoder } | undefined;
  #recording: RecordingStream | undefined;
  #outlet: Outlet | undefined;
  #answers = new Answers();
  #samples = 0;
  #acknowledged = 0;
  /** Calls of finalize since the last byte, and how many of them may still come again. */
  #finalized = 0;
  #repeated = 0;
  #segments = 0;
  #lastMessage = performance.now();
  #partials: Paced;
  #idle = new IdleTimer();
  #firstAudio = new IdleTimer();
  #over: HearkenError | 'done' | 'closing' | undefined;
  #finished = false;
  #draining = false;
  #leave: () => void;
  #onEnd: () => void;

  /**
   * @param onDone called once, when it takes no more of the cores: it is done, has failed or is given up
   * @param onEnd called once, when nobody can come back to it any more
   * @throws OPTION_INVALID
   */
  constructor(context: ServerContext, options: StartMessage, onDone: () => void, onEnd: () => void = () => undefined) {
    this.#context = context;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#partials = new Paced(options.partialInterval);
    const { live, recording } = streamOf(context, options);
    this.#live = live;
    this.#recording = recording;
    const leaveLive = context.live.add(this);
    this.#leave = () => {
      this.#leave = () => undefined;
      leaveLive();
      onDone();
    };
    context.metrics.sessions.inc({ protocol: 'stream' });
    const { encoding, sampleRate, channels, metadata } = options;
    context.log.info({ session: this.logId, encoding, sampleRate, channels, metadata }, 'session start');
    this.#read().catch((error: unknown) => this.#fail(error));
    this.#expectMessages();
    const { firstAudioSeconds } = context.limits;
    this.#firstAudio.wait(firstAudioSeconds, () =>
      this.#fail(new HearkenError('SERVER_LIMIT', `no audio in the first ${firstAudioSeconds} seconds`)),
    );
  }

  get #stream(): LiveStream | RecordingStream {
    return (this.#live?.stream ?? this.#recording) as LiveStream | RecordingStream;
  }

  /** A client is there, at first or again. @param seq of the last answer it has seen */
  attach(outlet: Outlet, seq: number): void {
    this.#outlet?.close(new HearkenError('SERVER_SESSION', 'the session went on with another connection'));
    this.#outlet = outlet;
    this.#repeated = this.#finalized;
    this.#expectMessages();
    const missed = this.#answers.after(seq);
    outlet.send(readyOf(this.#context, this.id, this.received, this.#options.metadata));
    for (const m of missed) outlet.send(m);
    if (this.#over) outlet.close(this.#over);
  }

  /** The connection is gone: wait for another if it broke, end if it was closed on purpose. */
  detach(outlet: Outlet, onPurpose: boolean): void {
    if (outlet !== this.#outlet) return;
    this.#outlet = undefined;
    const { resumeSeconds } = this.#context.limits;
    // Nobody can come back to a server that takes no connections.
    if (onPurpose || resumeSeconds === 0 || this.#draining) this.end();
    else this.#idle.wait(resumeSeconds, () => this.end());
  }

  /** Whether an outlet is that of the moment: what still comes from an older one comes again. */
  readonly speaksThrough = (outlet: Outlet): boolean => outlet === this.#outlet;

  /** The client has sent something. */
  touched(): void {
    this.#lastMessage = performance.now();
    this.#idle.touch();
  }

  /** Who has sent `finish` waits for results, however long they take. */
  #expectMessages(): void {
    this.touched();
    this.#idle.stop();
    if (this.#finished) return;
    const { idleSeconds } = this.#context.limits;
    this.#idle.wait(idleSeconds, () =>
      this.#fail(new HearkenError('SERVER_LIMIT', `no message for ${idleSeconds} seconds`)),
    );
  }

  /** Resolves when there is room for more. @throws SERVER_LIMIT; the error of a failed stream */
  async audio(bytes: Uint8Array): Promise<void> {
    if (this.#draining) return;
    this.#firstAudio.stop();
    this.#finalized = 0;
    this.#repeated = 0;
    this.received += bytes.length;
    if (this.#live) {
      const { maxSessionSeconds } = this.#context.limits;
      const [samples] = this.#live.decoder.decode(bytes);
      this.#samples += samples.length;
      if (this.#samples > maxSessionSeconds * this.#options.sampleRate)
        throw new HearkenError('SERVER_LIMIT', `a session may have ${maxSessionSeconds} seconds of audio`);
      if (samples.length > 0) await this.#idle.during(this.#live.stream.accept(samples));
    } else await this.#idle.during(this.#recording?.acceptBytes(bytes) ?? Promise.resolve());
    if (this.received - this.#acknowledged >= ACK_BYTES) this.#acknowledge();
  }

  #acknowledge(): void {
    this.#acknowledged = this.received;
    this.#send({ type: 'ack', received: this.received });
  }

  async finalize(): Promise<void> {
    const live = this.#onlyLive('finalize');
    if (this.#draining) return;
    // A client that comes back sends those again that it had sent at this byte.
    if (this.#repeated > 0) {
      this.#repeated--;
      return;
    }
    this.#finalized++;
    await this.#idle.during(live.finalize());
  }

  async reset(): Promise<void> {
    const live = this.#onlyLive('reset');
    if (this.#draining) return;
    await this.#idle.during(live.reset());
  }

  #onlyLive(what: string): LiveStream {
    if (!this.#live)
      throw new HearkenError(
        'SERVER_MESSAGE',
        `"${what}" needs raw audio of one channel, not a container or several channels`,
      );
    return this.#live.stream;
  }

  /** No more audio; the answers still to come end with `done`. */
  finish(): void {
    this.#finished = true;
    this.#idle.stop();
    this.#firstAudio.stop();
    this.#stream.endInput();
  }

  /** The client learns which audio its last results are of: what it goes on to send is dropped. */
  drain(): void {
    if (!this.#outlet) {
      this.end();
      return;
    }
    this.#draining = true;
    if (this.received > this.#acknowledged) this.#acknowledge();
    this.finish();
  }

  readonly giveUp = (error: HearkenError): void => this.#fail(error);

  /** Give all up. */
  end(): void {
    this.#idle.stop();
    this.#firstAudio.stop();
    this.#leave();
    this.#partials.stop();
    if (!this.#over) this.#stream.abort();
    this.#over ??= new HearkenError('SERVER_SESSION', 'the session has ended');
    this.#onEnd();
    this.#onEnd = () => undefined;
  }

  async #read(): Promise<void> {
    for await (const result of this.#stream) this.#tell(result);
    const summary = await this.#stream.done;
    recordSummary(this.#context, summary);
    const { seconds, warnings } = summary;
    this.#send({ type: 'done', seconds, segments: this.#segments, warnings });
    this.#context.log.info({ session: this.logId, seconds, segments: this.#segments }, 'session done');
    this.#over = this.#draining ? 'closing' : 'done';
    this.#leave();
    this.#outlet?.close(this.#over);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    const known = recordError(this.#context, error, this.logId);
    this.#stream.abort();
    this.#over = known;
    this.#outlet?.close(known);
    this.end();
  }

  #tell(result: ChannelResult): void {
    const seconds = (performance.now() - this.#lastMessage) / 1000;
    this.#partials.stop();
    if (result.type === 'partial') {
      this.#partials.call(() => this.#send(result));
      this.#context.metrics.partialLatency.observe(seconds);
      return;
    }
    if (result.type === 'keyword') {
      this.#send(result);
      return;
    }
    this.#segments++;
    this.#context.metrics.finalLatency.observe(seconds);
    const { words, ...rest } = result;
    const latency = Math.round(1000 * seconds);
    this.#send({ ...rest, latency, ...(this.#options.words && { words }) });
    if (this.#context.logTranscripts) this.#context.log.info({ session: this.logId, text: result.text }, 'segment');
  }

  #send(message: Answer): void {
    const numbered = this.#answers.add(message);
    this.#outlet?.send(numbered);
  }
}
