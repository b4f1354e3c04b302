import { HearkenError } from '../src/errors.js';

/** What one client, and all of them together, may ask of a server. */
export interface Limits {
  /** WebSocket sessions at a time; fewer where the measured real-time factor says that the cores are full. */
  maxSessions: number;
  /** Share of the cores that sessions may take, by the real-time factor measured; the rest absorbs bursts. */
  maxLoad: number;
  /** Sessions at a time from one address. The machine's own, of a proxy on it for instance, have no such limits. */
  maxSessionsPerClient: number;
  /** WebSockets without a session at a time from one address. */
  maxPendingPerClient: number;
  /** Uploads being transcribed at a time; those that have come meanwhile wait their turn. */
  maxUploads: number;
  /** Uploads on their way, waiting or being transcribed; more are answered with 503. */
  maxOpenUploads: number;
  /** Of those, from one address. */
  maxUploadsPerClient: number;
  /** Bytes a second of an upload; slower ones are given up. */
  minUploadRate: number;
  /** Bytes of an upload. */
  maxUploadBytes: number;
  /** Seconds of audio in an upload. */
  maxUploadSeconds: number;
  /** Seconds of sound that a kilobyte of a compressed upload or session may become, past the first minute. */
  maxSecondsPerKilobyte: number;
  /** Bytes of a WebSocket message. */
  maxMessageBytes: number;
  /** Bytes of a text message, a `start` with its lists for instance: they are read on the thread of all sockets. */
  maxTextBytes: number;
  /** WebSocket messages a second that are read from a socket; one that sends more is read more slowly. */
  maxMessagesPerSecond: number;
  /** Seconds of audio in a session. */
  maxSessionSeconds: number;
  /** Seconds a session may be without a message from its client. */
  idleSeconds: number;
  /** Seconds from the start of a session to its first audio, whatever else its client sends. */
  firstAudioSeconds: number;
  /** Seconds a dropped session waits for its client to come back; 0: none may. */
  resumeSeconds: number;
  /** Bytes of answers that may wait for a client that does not read. */
  maxUnsentBytes: number;
  /** New sessions and uploads a minute from one address. */
  requestsPerMinute: number;
  /** Seconds that open sessions have to end when the server stops. */
  drainSeconds: number;
}

/** @param workers threads that recognise */
export function defaultLimits(workers: number): Limits {
  return {
    maxSessions: 16 * workers,
    maxLoad: 0.85,
    maxSessionsPerClient: 8 * workers,
    maxPendingPerClient: 64,
    maxUploads: 2 * workers,
    maxOpenUploads: 32 * workers,
    maxUploadsPerClient: 4 * workers,
    minUploadRate: 1000,
    maxUploadBytes: 100 << 20,
    maxUploadSeconds: 4 * 3600,
    maxSecondsPerKilobyte: 20,
    maxMessageBytes: 1 << 20,
    maxTextBytes: 512 << 10,
    maxMessagesPerSecond: 1000,
    maxSessionSeconds: 4 * 3600,
    idleSeconds: 60,
    firstAudioSeconds: 30,
    resumeSeconds: 30,
    maxUnsentBytes: 1 << 20,
    requestsPerMinute: 600,
    drainSeconds: 20,
  };
}

/** Node's timers hold no more milliseconds; what is longer ends at once. */
const MAX_TIMER_SECONDS = 2_147_483;
/** Limits that a timer waits for. */
const TIMED: readonly (keyof Limits)[] = ['idleSeconds', 'firstAudioSeconds', 'resumeSeconds', 'drainSeconds'];
/** Limits that may be parts of a whole; the others are counts. */
const FRACTIONAL: readonly (keyof Limits)[] = [
  'maxLoad',
  'maxSessionSeconds',
  'maxUploadSeconds',
  'maxSecondsPerKilobyte',
];
/** Limits that 0 makes no sense for. */
const POSITIVE: readonly (keyof Limits)[] = ['maxLoad', 'maxMessagesPerSecond', 'idleSeconds', 'firstAudioSeconds'];

/** The defaults with what was chosen. @throws OPTION_INVALID */
export function limitsOf(workers: number, chosen: Partial<Limits>): Limits {
  const limits = defaultLimits(workers);
  for (const name of Object.keys(limits) as (keyof Limits)[]) {
    const value = chosen[name] ?? limits[name];
    const fail = (what: string): never => {
      throw new HearkenError('OPTION_INVALID', `${name}: ${value} is not ${what}`);
    };
    if (!(Number.isFinite(value) && value >= 0)) fail('a number from 0 up');
    if (value === 0 && POSITIVE.includes(name)) fail('above 0');
    if (TIMED.includes(name) && value > MAX_TIMER_SECONDS) fail(`at most ${MAX_TIMER_SECONDS} seconds`);
    if (!TIMED.includes(name) && !FRACTIONAL.includes(name) && !Number.isInteger(value)) fail('a whole number');
    limits[name] = value;
  }
  return limits;
}
