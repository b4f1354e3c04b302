import type { WebSocket } from 'ws';
import { z } from 'zod';
import { HearkenError, type Segment } from '../src/index.js';
import { recordError, type ServerContext } from './context.js';
import { Inbox } from './inbox.js';
import { parseJson } from './parse-json.js';
import { reply } from './reply.js';
import { shown } from './shown.js';
import { CLIENT_MESSAGE, type ServerMessage, type StartMessage } from './stream-messages.js';
import { closeSocket } from './stream-protocol.js';
import { StreamSession } from './stream-session.js';

const flag = z.enum(['true', 'false']).transform((v) => v === 'true');
const number = z.string().regex(/^\d+$/).transform(Number);
const ENCODINGS = { linear16: 's16le', mulaw: 'mulaw', alaw: 'alaw' } as const;

/** Parameters of the address that are understood; others, the model's name among them, change nothing. */
const QUERY = z.object({
  encoding: z.enum(['linear16', 'mulaw', 'alaw']).optional(),
  sample_rate: number.optional(),
  channels: number.optional(),
  multichannel: flag.optional(),
  interim_results: flag.optional(),
  punctuate: flag.optional(),
  smart_format: flag.optional(),
  profanity_filter: flag.optional(),
  /** Milliseconds of silence that end an utterance. */
  endpointing: z.union([flag, number]).optional(),
});
const CONTROL = z.object({ type: z.enum(['KeepAlive', 'Finalize', 'CloseStream']) });

/** What an address's parameters ask for, as our own `start`. @throws SERVER_MESSAGE */
export function startOf(parameters: URLSearchParams): StartMessage {
  const query = QUERY.safeParse(Object.fromEntries(parameters));
  const fail = (message: string): never => {
    throw new HearkenError('SERVER_MESSAGE', message);
  };
  if (!query.success) return fail(`${query.error.issues[0].path.join('.')}: ${query.error.issues[0].message}`);
  const { encoding, sample_rate, channels, multichannel, endpointing, ...wanted } = query.data;
  const { interim_results = false, punctuate, smart_format, profanity_filter } = wanted;
  const listened = [...parameters.getAll('keyterm'), ...parameters.getAll('keywords')].map((term) => {
    const [, text, boost] = /^(.*?)(?::(-?[\d.]+))?$/s.exec(term) as RegExpExecArray;
    return { text, ...(boost !== undefined && { boost: Math.max(-20, Math.min(20, Number(boost))) }) };
  });
  const silence = typeof endpointing === 'number' ? endpointing / 1000 : undefined;
  const start = CLIENT_MESSAGE.safeParse({
    type: 'start',
    encoding: encoding ? ENCODINGS[encoding] : 'container',
    ...(sample_rate !== undefined && { sampleRate: sample_rate }),
    ...(channels !== undefined && { channels }),
    channelMode: multichannel ? 'split' : 'mix',
    partials: interim_results,
    rescore: true,
    phrases: listened,
    written: smart_format ?? false,
    punctuation: (smart_format || punctuate) ?? false,
    profanity: profanity_filter ? 'mask' : 'keep',
    ...(silence !== undefined && {
      endpoint: [
        { mustContainWords: true, minTrailingSilence: silence, minUtteranceLength: 0 },
        { mustContainWords: false, minTrailingSilence: 5, minUtteranceLength: 0 },
        { mustContainWords: false, minTrailingSilence: 0, minUtteranceLength: 20 },
      ],
    }),
  });
  if (!start.success) return fail(`${start.error.issues[0].path.join('.')}: ${start.error.issues[0].message}`);
  return start.data as StartMessage;
}

/**
 * Deepgram's live protocol, `/v1/listen`, for its clients: parameters in the address, binary audio, and the messages `KeepAlive`,
 * `Finalize` and `CloseStream`; answered by `Results` (`is_final` where they will not change, `speech_final` where a pause
 * ended them, `from_finalize`) and, last, `Metadata`.
 * @param client address, undefined for the machine's own
 */
export function serveDeepgram(
  socket: WebSocket,
  context: ServerContext,
  client: string | undefined,
  parameters: URLSearchParams,
): void {
  const send = (message: object): void => {
    try {
      reply(socket, message, context.limits.maxUnsentBytes);
    } catch (error) {
      fail(error);
    }
  };
  const fail = (error: unknown): void => {
    if (socket.readyState !== socket.OPEN) return;
    const known = recordError(context, error, 'deepgram', client);
    const { code } = known;
    const message = shown(known.message);
    socket.send(JSON.stringify({ type: 'Error', code, description: message, message }));
    closeSocket(socket, known);
  };
  let session: StreamSession;
  let channels = 1;
  try {
    const start = startOf(parameters);
    context.admission.enterSession(client);
    try {
      session = new StreamSession(context, start, () => context.admission.leaveSession(client));
    } catch (error) {
      context.admission.leaveSession(client);
      throw error;
    }
    if (start.channelMode === 'split') channels = start.channels;
  } catch (error) {
    fail(error);
    return;
  }
  const created = new Date().toISOString();
  /** Where the last finished segment ended: what a partial result begins with. */
  let reported = 0;
  const outlet = {
    send(message: ServerMessage): void {
      if (message.type === 'partial') {
        const transcript = `${message.stable} ${message.unstable}`.trim();
        send(results(session.id, context, channels, { ...message, start: reported, transcript }));
      } else if (message.type === 'final') {
        reported = message.end;
        send(results(session.id, context, channels, finished({ ...message, words: message.words ?? [] })));
      } else if (message.type === 'done')
        send({
          type: 'Metadata',
          request_id: session.id,
          created,
          duration: message.seconds,
          channels,
          sha256: '',
          transaction_key: 'deprecated',
          models: [context.engine.card.name],
        });
    },
    close(end: 'done' | 'closing' | HearkenError): void {
      if (end instanceof HearkenError) fail(end);
      else closeSocket(socket, end);
    },
  };
  session.attach(outlet, 0);
  const handle = async (data: Buffer, binary: boolean): Promise<void> => {
    session.touched();
    if (binary) return session.audio(data);
    const { type } = CONTROL.parse(parseJson(data, context.limits.maxTextBytes));
    if (type === 'Finalize') await session.finalize();
    if (type === 'CloseStream') session.finish();
  };
  new Inbox(socket, { maxMessagesPerSecond: context.limits.maxMessagesPerSecond, handle, fail });
  socket.on('close', () => session.detach(outlet, true));
}

interface Heard {
  channel: number;
  start: number;
  transcript: string;
  segment?: Segment;
}

const finished = (segment: Segment & { channel: number }): Heard => ({
  channel: segment.channel,
  start: segment.start,
  transcript: segment.written?.map((p) => p.text).join(' ') ?? segment.text,
  segment,
});

function results(
  id: string,
  context: ServerContext,
  channels: number,
  { channel, start, transcript, segment }: Heard,
): object {
  const words = (segment?.words ?? []).map(({ text, start: from, end, confidence = 1 }, i) => {
    // One piece a word, or no telling which word a mark belongs to.
    const piece = segment?.written?.length === segment?.words.length ? segment?.written?.[i].text : undefined;
    return { word: text, start: from, end, confidence, ...(piece !== undefined && { punctuated_word: piece }) };
  });
  const sure = words.length > 0 ? words.reduce((sum, w) => sum + w.confidence, 0) / words.length : 0;
  return {
    type: 'Results',
    channel_index: [channel, channels],
    start,
    duration: segment ? segment.end - segment.start : 0,
    is_final: segment !== undefined,
    speech_final: segment?.reason.startsWith('rule') ?? false,
    from_finalize: segment?.reason === 'finalize',
    channel: { alternatives: [{ transcript, confidence: sure, words }] },
    metadata: {
      request_id: id,
      model_uuid: context.engine.card.name,
      model_info: { name: context.engine.card.name, version: '1', arch: 'hearken' },
    },
  };
}
