import { expect } from 'chai';
import { converse, type Step } from '../support/documented-client.js';
import { random } from '../support/random-fst.js';
import type { Message } from '../support/raw-client.js';
import { RawSocket } from '../support/raw-client.js';
import { Served } from '../support/serving.js';
import { SPOKEN } from '../support/spoken.js';

const CUTS = 500;

/** Words and when they were said. */
const timed = (finals: Message[]): object[] =>
  finals.map(({ text, words, start, end, reason }) => ({ text, words, start, end, reason }));

/** The sentence three times, the first ended by `finalize`, in pieces of up to 4 KB. */
function steps(next: () => number): Step[] {
  const pieces = (): Uint8Array[] => {
    const out: Uint8Array[] = [];
    for (let at = 0; at < SPOKEN.length; ) {
      const end = at + 2 * Math.ceil(next() * 2000);
      out.push(SPOKEN.subarray(at, end));
      at = end;
    }
    return out;
  };
  return [...pieces(), { type: 'finalize' }, ...pieces(), new Uint8Array(32_000), ...pieces(), { type: 'finish' }];
}

describe('finding 8: resuming by the documentation alone', function () {
  this.timeout(120_000);
  const served = new Served({ workers: 2 }, { maxLoad: 100, requestsPerMinute: 1e6 });

  it('a break behind ready loses none of the answers it announces', async () => {
    const { port } = served.server;
    const first = new RawSocket(port, '/v1/stream');
    await first.opened;
    first.json({ type: 'start', partials: false });
    const { session } = await first.until((m) => m.type === 'ready');
    first.audio(SPOKEN);
    first.json({ type: 'finalize' });
    first.audio(SPOKEN);
    first.json({ type: 'finish' });
    await new Promise((done) => setTimeout(done, 20));
    first.cut();
    await first.closed;
    // What this client had seen by then is what it says; it sees only `ready` of the second connection.
    const seq = Math.max(0, ...first.messages.map((m) => m.seq ?? 0));
    const second = new RawSocket(port, '/v1/stream');
    await second.opened;
    second.json({ type: 'resume', session, seq });
    const ready = await second.until((m) => m.type === 'ready');
    expect(ready).to.not.have.property('seq');
    second.cut();
    await second.closed;
    const third = new RawSocket(port, '/v1/stream');
    await third.opened;
    third.json({ type: 'resume', session, seq: ready.seq ?? seq });
    const { received } = await third.until((m) => m.type === 'ready');
    third.audio(Buffer.concat([SPOKEN, SPOKEN]).subarray(received));
    third.json({ type: 'finish' });
    await third.closed;
    const finals = [...first.of('final'), ...third.of('final')];
    expect(finals.length).to.be.at.least(1);
    expect(third.of('done')).to.have.length(1);
  });

  it(`${CUTS} random cuts lose and double nothing`, async () => {
    const { port } = served.server;
    const next = random(8);
    const start = { partials: true };
    const straight = await converse(port, start, steps(next), () => false);
    expect(straight.done).to.have.length(1);
    const expected = timed(straight.finals);
    expect(expected).to.have.length(3);
    let cuts = 0;
    for (let run = 0; cuts < CUTS; run++) {
      const outcome = await converse(port, start, steps(next), () => next() < 0.08);
      expect(outcome.errors, `run ${run}`).to.deep.equal([]);
      expect(timed(outcome.finals), `run ${run}`).to.deep.equal(expected);
      cuts += outcome.cuts;
    }
  });
});
