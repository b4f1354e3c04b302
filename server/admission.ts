import type { StreamSummary } from '../src/index.js';
import { HearkenError } from '../src/index.js';
import type { Limits } from './limits.js';
import { Places } from './places.js';

/** Seconds of audio over which what was measured fades to 1/e in the running mean of the real-time factor. */
const MEMORY_SECONDS = 600;
/** Seconds of audio that what is believed at first weighs as much as. */
const PRIOR_SECONDS = 120;
const MINUTE = 60_000;

/**
 * Who may come in: counts sessions and requests, in all and by address, and keeps sessions to what the cores can do in real
 * time by the real-time factor measured so far.
 */
export class Admission {
  #limits: Limits;
  #workers: number;
  #sessionsOf = new Places();
  #pendingOf = new Places();
  #uploadsOf = new Places();
  #requests = new Map<string, number[]>();
  #noUploads: (() => void)[] = [];
  /** Of the cores and of audio, fading. */
  #busySeconds = 0;
  #seconds = 0;
  sessions = 0;
  uploads = 0;
  closing = false;

  constructor(limits: Limits, workers: number) {
    this.#limits = limits;
    this.#workers = workers;
  }

  /** Seconds of a core that a second of audio takes, as measured; 0 before the first stream ends. */
  get realTimeFactor(): number {
    return this.#seconds === 0 ? 0 : this.#busySeconds / this.#seconds;
  }

  /** Sessions that may be open now. */
  get capacity(): number {
    const { maxSessions, maxLoad } = this.#limits;
    const cores = maxLoad * this.#workers;
    // Until much has been measured, the cores are believed to be as good as `maxSessions` says.
    const factor =
      (this.#busySeconds + (PRIOR_SECONDS * cores) / Math.max(1, maxSessions)) / (this.#seconds + PRIOR_SECONDS);
    // Rounding must not take a place away.
    return Math.min(maxSessions, Math.max(1, Math.floor(cores / factor + 1e-6)));
  }

  /** @param client address, undefined for the machine's own. @throws SERVER_BUSY, SERVER_LIMIT, SERVER_CLOSING; leave() gives the place back */
  enterSession(client: string | undefined): void {
    this.#rate(client);
    if (this.sessions >= this.capacity) throw new HearkenError('SERVER_BUSY', `${this.sessions} sessions are open`);
    this.#sessionsOf.enter(client, this.#limits.maxSessionsPerClient, 'sessions are open');
    this.sessions++;
  }

  leaveSession(client: string | undefined): void {
    this.#sessionsOf.leave(client);
    this.sessions--;
  }

  /** A WebSocket without a session, so far. @throws SERVER_LIMIT */
  enterPending(client: string | undefined): void {
    this.#pendingOf.enter(client, this.#limits.maxPendingPerClient, 'connections have not started');
  }

  leavePending(client: string | undefined): void {
    this.#pendingOf.leave(client);
  }

  /** @throws as enterSession */
  enterUpload(client: string | undefined): void {
    this.#rate(client);
    if (this.uploads >= this.#limits.maxOpenUploads)
      throw new HearkenError('SERVER_BUSY', `${this.uploads} uploads are on their way`);
    this.#uploadsOf.enter(client, this.#limits.maxUploadsPerClient, 'uploads are on their way');
    this.uploads++;
  }

  leaveUpload(client: string | undefined): void {
    this.#uploadsOf.leave(client);
    this.uploads--;
    if (this.uploads === 0) for (const done of this.#noUploads.splice(0)) done();
  }

  /** Resolves when no upload is on its way or being transcribed. */
  async uploadsDone(): Promise<void> {
    if (this.uploads > 0) await new Promise<void>((done) => this.#noUploads.push(done));
  }

  /**
   * What a worker has done goes into the real-time factor. Its time is that of the clock: where others use the machine too, or it
   * has only begun, a second of audio may seem to take several.
   */
  record({ seconds, busySeconds }: StreamSummary['load']): void {
    if (seconds <= 0) return;
    const keep = Math.exp(-seconds / MEMORY_SECONDS);
    this.#busySeconds = this.#busySeconds * keep + Math.min(busySeconds, seconds);
    this.#seconds = this.#seconds * keep + seconds;
  }

  #rate(client: string | undefined): void {
    if (this.closing) throw new HearkenError('SERVER_CLOSING', 'the server is shutting down');
    if (client === undefined) return;
    const now = performance.now();
    const recent = (this.#requests.get(client) ?? []).filter((t) => now - t < MINUTE);
    if (recent.length >= this.#limits.requestsPerMinute)
      throw new HearkenError('SERVER_LIMIT', `${recent.length} requests in a minute from this address`);
    recent.push(now);
    this.#requests.delete(client);
    this.#requests.set(client, recent);
    // Addresses that have been quiet for a minute are at the front.
    for (const [address, times] of this.#requests) {
      if (now - times[times.length - 1] < MINUTE) break;
      this.#requests.delete(address);
    }
  }
}
