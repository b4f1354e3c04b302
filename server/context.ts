import type { Logger } from 'pino';
import { ZodError } from 'zod';
import { HearkenError, toHearkenError } from '../src/errors.js';
import type { Engine, StreamSummary } from '../src/index.js';
import type { Admission } from './admission.js';
import type { Limits } from './limits.js';
import type { LiveSessions } from './live-sessions.js';
import type { Metrics } from './metrics.js';
import { logged } from './shown.js';

/** What every protocol of a server works with. */
export interface ServerContext {
  engine: Engine;
  limits: Limits;
  admission: Admission;
  live: LiveSessions;
  /** Aborted with the error for those whose results are not out when the time to end is over. */
  closing: AbortSignal;
  metrics: Metrics;
  log: Logger;
  /** The addresses of clients are those that a proxy gives. */
  trustProxy: boolean;
  /** Log what was said; off unless asked for. */
  logTranscripts: boolean;
}

/** A stream has ended well. */
export function recordSummary({ admission, metrics }: ServerContext, summary: StreamSummary): void {
  admission.record(summary.load);
  metrics.record(summary);
}

/** Errors whose messages say what a client has sent: its words do not belong into the log. */
const OF_CLIENTS: readonly string[] = ['SERVER_MESSAGE', 'OPTION_INVALID'];

/** An error that a client will be sent, counted and logged, without what the client said in it. @param client address, where it matters */
export function recordError(
  { metrics, log }: ServerContext,
  error: unknown,
  session: string,
  client?: string,
): HearkenError {
  const known =
    error instanceof ZodError
      ? new HearkenError('SERVER_MESSAGE', 'no such message')
      : toHearkenError(error, 'INTERNAL');
  metrics.errors.inc({ code: known.code });
  const what = OF_CLIENTS.includes(known.code) ? undefined : logged(known.message);
  log.warn({ session, code: known.code, error: what, client }, 'session error');
  return known;
}
