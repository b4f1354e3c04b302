import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** Programs of this very machine, and a proxy on it, which speaks for many: limits of one address are not for them. */
const OWN = ['127.0.0.1', '::1'];

/**
 * Whose limits a request counts against: an address, or undefined for the machine's own. Of IPv6 the network counts: a customer has
 * 2⁶⁴ addresses.
 * @param trustProxy take the address that the proxy in front has put last into X-Forwarded-For
 */
export function clientOf(request: IncomingMessage, trustProxy: boolean): string | undefined {
  if (trustProxy) {
    const forwarded = request.headers['x-forwarded-for'];
    const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
    if (last !== undefined && last !== '') return networkOf(last.slice(0, 100));
  }
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return OWN.includes(address) ? undefined : networkOf(address);
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head, tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  if (tail !== undefined) {
    const behind = tail.split(':').filter(Boolean);
    while (groups.length + behind.length < 8) groups.push('0');
    groups.push(...behind);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
