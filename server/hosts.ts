import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Names the server goes by. A page of another site whose name is made to lead here (DNS rebinding) sends that name as Host, and its
 * Origin is the same: neither may be believed because it equals the other.
 */
export class Hosts {
  #names: Set<string>;
  #scheme: 'http' | 'https';
  #proxied: boolean;

  /** @param names besides `localhost`, the machine's own and addresses; `*`: any */
  constructor(names: readonly string[], { tls, trustProxy }: { tls: boolean; trustProxy: boolean }) {
    this.#names = new Set(['localhost', hostname().toLowerCase(), ...names.map((n) => n.toLowerCase())]);
    this.#scheme = tls ? 'https' : 'http';
    this.#proxied = trustProxy;
  }

  /** Whether a request is for this server. An address is nobody's name; programs of HTTP/1.0 send none. */
  serves({ headers: { host } }: IncomingMessage): boolean {
    if (host === undefined || this.#names.has('*')) return true;
    const name = nameOf(host);
    return name !== undefined && (isIP(name) !== 0 || this.#names.has(name) || name.endsWith('.localhost'));
  }

  /** Whether an origin is that of the pages which this server serves under the Host of a request it serves. */
  owns(origin: string, { headers: { host } }: IncomingMessage): boolean {
    if (host === undefined) return false;
    // Behind a proxy that ends TLS, the pages are https and the server is not.
    return origin === `${this.#scheme}://${host}` || (this.#proxied && origin === `https://${host}`);
  }
}

/** Name or address of a Host header, without port and brackets; undefined where it is none. */
function nameOf(host: string): string | undefined {
  return /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(host)?.[1] ?? /^([^:/@?#[\]\s]+)(?::\d+)?$/.exec(host)?.[1].toLowerCase();
}
