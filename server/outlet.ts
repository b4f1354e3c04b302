import type { HearkenError } from '../src/errors.js';
import type { ServerMessage } from './stream-messages.js';

/** Where a session's answers go: the socket of the moment. */
export interface Outlet {
  send(message: ServerMessage): void;
  /** The session is over: all results are out, the server ends, or something failed. */
  close(end: 'done' | 'closing' | HearkenError): void;
}
