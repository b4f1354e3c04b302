import { expect } from 'chai';
import { countPhrases, spelledPhrases } from '../../src/recognizer/phrases.js';
import { inTurns } from '../../src/turns.js';
import { codeOf } from '../support/errors.js';
import { RawSocket } from '../support/raw-client.js';
import { Served } from '../support/serving.js';
import { SAID, SPOKEN, stillTranscribes } from '../support/spoken.js';

/** 313 bytes that stood for 60⁵ × 0 phrases. */
const BOMB = { b: Array.from({ length: 60 }, () => 'x'), a: [] };
const PHRASE = '$b $b $b $b $b $a';

/** Words nobody has in a dictionary: each has its pronunciation guessed. */
const unknown = (count: number): { text: string }[] =>
  Array.from({ length: count }, (_, i) => ({
    text: `zhu${Array.from(i.toString(26), (d) => 'bcdfghjklmnpqrstvwxzaeiouy'[Number.parseInt(d, 26)]).join('a')}mir`,
  }));

describe('findings 2 and 14: lists of a start message', function () {
  this.timeout(120_000);

  it('classes are counted by their sizes, no member is looked at', () => {
    let looks = 0;
    const members = new Proxy(BOMB.b, {
      get(target, key) {
        if (key !== 'length') looks++;
        return Reflect.get(target, key);
      },
    });
    countPhrases([{ text: PHRASE }], { ...BOMB, b: members });
    expect(codeOf(() => countPhrases([{ text: '$b $b $b' }], { b: members }))).to.equal('OPTION_INVALID');
    expect(looks).to.equal(0);
    expect(spelledPhrases([{ text: PHRASE }], BOMB)).to.deep.equal([]);
  });

  it('a long list gives way to others after every few of its items', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('other'));
    await inTurns(Array.from({ length: 20 }), 8, () => order.push('item'));
    expect(order.indexOf('other')).to.equal(8);
  });

  describe('at a server', () => {
    const served = new Served({ workers: 1 });

    it('an empty class in a phrase of many leaves no phrase, and the server runs', async () => {
      const client = new RawSocket(served.server.port, '/v1/stream');
      await client.opened;
      client.json({ type: 'start', classes: BOMB, phrases: [PHRASE] });
      client.audio(SPOKEN);
      client.json({ type: 'finish' });
      await client.closed;
      expect(client.of('final').map((m) => m.text)).to.deep.equal([SAID]);
    });

    it('more classes than allowed and longer text than allowed are refused', async () => {
      for (const [start, code] of [
        [{ classes: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`c${i}`, []])) }, 'SERVER_MESSAGE'],
        [{ phrases: ['a'.repeat(600_000)] }, 'SERVER_LIMIT'],
        [{ phrases: ['$b $b $b'], classes: BOMB }, 'OPTION_INVALID'],
      ] as const) {
        const client = new RawSocket(served.server.port, '/v1/stream');
        await client.opened;
        client.json({ type: 'start', ...start });
        expect((await client.closed).reason).to.equal(code);
      }
      await stillTranscribes(served.server.port);
    });

    it('thousands of new words hold up no other stream of their worker', async () => {
      const slow = new RawSocket(served.server.port, '/v1/stream');
      await slow.opened;
      slow.json({ type: 'start', newWords: unknown(8000) });
      slow.audio(SPOKEN);
      slow.json({ type: 'finish' });
      await slow.until((m) => m.type === 'ready');
      // Three streams come and go while the first still waits for its words.
      for (let i = 0; i < 3; i++) await stillTranscribes(served.server.port);
      expect(slow.of('final')).to.deep.equal([]);
      await slow.closed;
      expect(slow.of('final').map((m) => m.text)).to.deep.equal([SAID]);
    });
  });
});
