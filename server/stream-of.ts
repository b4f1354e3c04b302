import { PcmDecoder } from '../src/audio/index.js';
import type { LiveStream, RecordingStream } from '../src/index.js';
import type { ServerContext } from './context.js';
import type { StartMessage } from './stream-messages.js';

/** Raw audio of one channel is a live stream, with what turns bytes into samples; all else is decoded by a worker. */
export interface SessionStream {
  live?: { stream: LiveStream; decoder: PcmDecoder };
  recording?: RecordingStream;
}

/** The stream that a `start` asks for. @throws OPTION_INVALID */
export function streamOf(
  { engine, limits: { maxSessionSeconds: maxSeconds, maxSecondsPerKilobyte } }: ServerContext,
  options: StartMessage,
): SessionStream {
  const { sampleRate, channels, channelMode, encoding } = options;
  const { phrases, classes, newWords, keywords, recognize, grammar } = options;
  const { partials, rescore, secondPass, alternatives, written, punctuation, profanity, endpoint } = options;
  const words = { phrases, classes, newWords, keywords, recognize, grammar };
  const common = { partials, rescore, secondPass, alternatives, written, punctuation, profanity, endpoint, ...words };
  const recording = { ...common, limits: { maxSeconds, maxSecondsPerKilobyte }, channels: channelMode };
  if (encoding === 'container') return { recording: engine.createRecordingStream(recording) };
  if (channels > 1)
    return { recording: engine.createRecordingStream({ ...recording, raw: { sampleRate, encoding, channels } }) };
  const stream = engine.createStream({ ...common, sampleRate });
  return { live: { stream, decoder: new PcmDecoder(encoding, 1) } };
}
