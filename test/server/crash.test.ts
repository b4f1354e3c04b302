import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { HearkenClient, ServerError } from '../../client/index.js';
import { Served } from '../support/serving.js';
import { DATA } from '../support/shared.js';
import { crash, watchWorkers } from '../support/worker-crash.js';

const SHORT = readFileSync(resolve(DATA, 'libri-3526-176653-0051.wav')).subarray(44);
const TEXT = 'said the little fellow panting in sympathy';

describe('a crash of a worker', function () {
  this.timeout(120_000);
  const { workers, stop } = watchWorkers();
  after(stop);
  const served = new Served({ workers: 2 }, { maxSessions: 20, maxLoad: 100 });

  const connect = (): Promise<HearkenClient> => HearkenClient.connect(served.stream);

  async function textOf(client: HearkenClient): Promise<string> {
    const texts: string[] = [];
    for await (const r of client) if (r.type === 'final') texts.push(r.text);
    return texts.join(' ');
  }

  it('ends the sessions on it with an error, leaves the others alone, and the pool heals', async () => {
    for (let round = 0; round < 3; round++) {
      workers.clear();
      const clients = await Promise.all([connect(), connect()]);
      await Promise.all(clients.map((c) => c.send(SHORT.subarray(0, SHORT.length / 2))));
      expect(workers.size).to.equal(2);
      crash([...workers][round % 2]);
      const ends = clients.map(async (c) => {
        await c.send(SHORT.subarray(SHORT.length / 2));
        c.finish();
        return textOf(c);
      });
      const outcomes = await Promise.allSettled(ends);
      const lost = outcomes.filter((o) => o.status === 'rejected').map((o) => o.reason as ServerError);
      const kept = outcomes.filter((o) => o.status === 'fulfilled').map((o) => o.value);
      expect(kept).to.deep.equal([TEXT]);
      expect(lost.map((e) => [e instanceof ServerError, e.code])).to.deep.equal([[true, 'WORKER_FAILED']]);
      const next = await Promise.all([connect(), connect(), connect(), connect()]);
      for (const c of next) {
        await c.send(SHORT);
        c.finish();
      }
      expect(await Promise.all(next.map(textOf))).to.deep.equal([TEXT, TEXT, TEXT, TEXT]);
    }
  });
});
