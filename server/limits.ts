/** What one client, and all of them together, may ask of a server. */
export interface Limits {
  /** WebSocket sessions at a time; fewer where the measured real-time factor says that the cores are full. */
  maxSessions: number;
  /** Share of the cores that sessions may take, by the real-time factor measured; the rest absorbs bursts. */
  maxLoad: number;
  /** Sessions at a time from one address. */
  maxSessionsPerClient: number;
  /** Uploads being transcribed at a time; more are answered with 503. */
  maxUploads: number;
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
    maxSessionsPerClient: 16 * workers,
    maxUploads: 2 * workers,
    maxUploadBytes: 100 << 20,
    maxUploadSeconds: 4 * 3600,
    maxSecondsPerKilobyte: 20,
    maxMessageBytes: 1 << 20,
    maxTextBytes: 512 << 10,
    maxMessagesPerSecond: 1000,
    maxSessionSeconds: 4 * 3600,
    idleSeconds: 60,
    resumeSeconds: 30,
    maxUnsentBytes: 1 << 20,
    requestsPerMinute: 600,
    drainSeconds: 20,
  };
}
