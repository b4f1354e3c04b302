import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HearkenError } from '../src/errors.js';
import { addressOf } from './address.js';
import { Guesses } from './guesses.js';
import type { Hosts } from './hosts.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface AccessRules {
  /** Bearer tokens, any of which opens the server; none: it is open. */
  tokens: readonly string[];
  /** Origins of web pages that may connect, besides pages of the server's own. */
  origins: readonly string[];
  hosts: Hosts;
}

/** Why a request may not come in, and the HTTP status that says so. */
export class Refusal extends HearkenError {
  constructor(
    readonly status: 401 | 403 | 429,
    message: string,
  ) {
    super('SERVER_UNAUTHORIZED', message);
  }
}

/** Whether a request may come in. Tokens are compared by digest in constant time, and never logged. */
export class Access {
  #digests: Buffer[];
  #origins: Set<string>;
  #hosts: Hosts;
  #guesses = new Guesses();

  constructor({ tokens, origins, hosts }: AccessRules) {
    this.#digests = tokens.map(digest);
    this.#origins = new Set(origins);
    this.#hosts = hosts;
  }

  /** Whether a request is for this server, and from no page of a stranger's. @throws Refusal */
  checkSource(request: IncomingMessage): void {
    if (!this.#hosts.serves(request))
      throw new Refusal(403, 'this server does not go by the name in Host: --allow-host lets it');
    const { origin } = request.headers;
    if (origin !== undefined && !this.#origins.has(origin) && !this.#hosts.owns(origin, request))
      throw new Refusal(403, 'this origin is not allowed: --origin lets it');
  }

  /** An origin besides the server's own whose pages may read its answers. */
  listed(origin: string | undefined): origin is string {
    return origin !== undefined && this.#origins.has(origin);
  }

  /** @param client address whose wrong tokens are counted. @throws Refusal */
  async check(request: IncomingMessage, client: string | undefined): Promise<void> {
    this.checkSource(request);
    if (this.#digests.length === 0) return;
    if (!(await this.#guesses.turn(client))) throw new Refusal(429, 'too many wrong tokens from this address');
    if (this.#authorized(request)) return;
    this.#guesses.wrong(client);
    throw new Refusal(401, 'a bearer token is needed');
  }

  /** The token of the Authorization header, of a subprotocol or of the query: browsers send no headers with a WebSocket. */
  #authorized(request: IncomingMessage): boolean {
    const header = /^(?:Bearer|Token) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const query = addressOf(request).query.get('token');
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((p) => p.trim());
    // Ours is `token.SECRET`; Deepgram's clients send the secret behind `token`.
    const own = offered?.find((p) => p.startsWith('token.'))?.slice('token.'.length);
    const protocol = own ?? (offered?.[0] === 'token' ? offered[1] : undefined);
    const presented = digest(header ?? protocol ?? query ?? '');
    let known = false;
    // Every token is looked at, so that time does not tell which one came near.
    for (const d of this.#digests) known = timingSafeEqual(d, presented) || known;
    return known;
  }
}

/** Addresses that only programs of the same machine reach. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
