import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { addressOf } from './address.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface AccessRules {
  /** Bearer tokens, any of which opens the server; none: it is open. */
  tokens: readonly string[];
  /** Origins of web pages that may connect, besides pages of the server's own address. */
  origins: readonly string[];
}

/** Whether a request may come in. Tokens are compared by digest in constant time, and never logged. */
export class Access {
  #digests: Buffer[];
  #origins: Set<string>;

  constructor({ tokens, origins }: AccessRules) {
    this.#digests = tokens.map(digest);
    this.#origins = new Set(origins);
  }

  /** HTTP status to refuse a request with; undefined where it may come in. */
  refusal(request: IncomingMessage): 401 | 403 | undefined {
    if (!this.originAllowed(request)) return 403;
    return this.authorized(request) ? undefined : 401;
  }

  /** The token of the Authorization header, of a subprotocol or of the query: browsers send no headers with a WebSocket. */
  authorized(request: IncomingMessage): boolean {
    if (this.#digests.length === 0) return true;
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

  /** Programs send no Origin; a page of another site must be listed, or any page could listen in through its visitor. */
  originAllowed({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.#origins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }
}

/** Addresses that only programs of the same machine reach. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);
