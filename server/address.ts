import type { IncomingMessage } from 'node:http';

/** The address of a request: path as sent, parameters decoded. */
export interface Address {
  path: string;
  query: URLSearchParams;
}

/** Total: a request target is the client's, and can be anything (`//`, `http://[`, `*`), which URL refuses with an exception. */
export function addressOf({ url = '/' }: Pick<IncomingMessage, 'url'>): Address {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  return { path, query };
}
