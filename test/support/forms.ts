import { request } from 'node:http';

const BOUNDARY = 'hearken-test-boundary';

/** A multipart form of fields and, unless undefined, a file. */
export function formOf(fields: readonly (readonly [string, string])[], file?: Uint8Array): Buffer {
  const parts = fields.map(([name, value]) =>
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  if (file) {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`;
    parts.push(Buffer.from(head), Buffer.from(file), Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

export interface Posted {
  status: number;
  text: string;
}

/**
 * Post a form from an address.
 * @param first bytes that are sent; then one every `drip` milliseconds, as a slow client does
 */
export function post(
  port: number,
  body: Uint8Array,
  { localAddress = '127.0.0.1', first = body.length, drip = 1000, headers = {} } = {},
): Promise<Posted> {
  return new Promise((done) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        localAddress,
        method: 'POST',
        path: '/v1/audio/transcriptions',
        agent: false,
        headers: {
          'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
          'content-length': body.length,
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.on('data', (d: Buffer) => {
          text += d.toString();
        });
        response.on('close', () => finish({ status: response.statusCode ?? 0, text }));
      },
    );
    let at = first;
    const dripping = setInterval(() => {
      if (at < body.length) sent.write(body.subarray(at, ++at));
    }, drip);
    const finish = (posted: Posted): void => {
      clearInterval(dripping);
      done(posted);
    };
    sent.on('error', () => finish({ status: 0, text: '' }));
    if (first < body.length) sent.write(body.subarray(0, first));
    else sent.end(body);
  });
}
