import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Engine } from '../../src/index.js';
import { codeOf, rejects } from '../support/errors.js';
import { DATA, ROOT } from '../support/shared.js';

const CLIP = resolve(DATA, 'libri-3526-176653-0051.wav');

describe('mistakes in the use of an engine', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
  });
  after(() => engine.close());

  const messageOf = async (run: () => unknown): Promise<string> =>
    (await rejects((async () => run())(), 'OPTION_INVALID')).message;

  it('an unknown stream option is refused with the one that was likely meant', async () => {
    const punctuate = { punctuate: true } as object;
    expect(await messageOf(() => engine.createStream(punctuate))).to.match(/"punctuate"; did you mean "punctuation"/);
    expect(await messageOf(() => engine.open(CLIP, punctuate))).to.match(/did you mean "punctuation"/);
    expect(await messageOf(() => engine.createRecordingStream(punctuate))).to.match(/did you mean "punctuation"/);
    expect(await messageOf(() => engine.createStream({ raw: { encoding: 's16le' } } as object))).to.match(/"raw"/);
    expect(await messageOf(() => engine.createStream(null as never))).to.match(/an object is needed/);
  });

  it('an unknown option inside another is refused too', async () => {
    const options: [object, RegExp][] = [
      [{ decoder: { beem: 12 } }, /decoder: there is no option "beem"; did you mean "beam"/],
      [{ phrases: [{ text: 'a', weight: 2 }] }, /phrases: there is no option "weight"/],
      [{ phrases: ['grace hopper'] }, /phrases: an object is needed/],
      [{ phrases: 'grace hopper' }, /phrases: a list is needed/],
      [{ keywords: [{ threshold: -1 }] }, /keywords: each needs a text/],
      [{ endpoint: [{ minTrailingSilnce: 1 }] }, /did you mean "minTrailingSilence"/],
    ];
    for (const [wrong, message] of options) expect(await messageOf(() => engine.createStream(wrong))).to.match(message);
    expect(await messageOf(() => engine.open(CLIP, { raw: { rate: 8000 } } as object))).to.match(/raw: .*"rate"/);
  });

  it('an engine made by `new` says how one is loaded', () => {
    const Constructor = Engine as unknown as new () => Engine;
    expect(() => new Constructor()).to.throw(/await Engine\.load\(\)/);
    expect(codeOf(() => new Constructor())).to.equal('OPTION_INVALID');
  });

  it('Engine.load() with an unknown option, or a grammar or model that is no name: OPTION_INVALID', async () => {
    for (const [wrong, message] of [
      [{ threads: 2 }, /"threads"/],
      [{ worker: 2 }, /did you mean "workers"/],
      [{ grammars: { a: undefined } }, /grammars\.a: undefined/],
      [{ model: 7 }, /model: 7/],
      ['models/en-small', /an object is needed/],
    ] as [object, RegExp][])
      expect((await rejects(Engine.load(wrong), 'OPTION_INVALID')).message).to.match(message);
  });

  it('a program given by `node --input-type=module -e` loads an engine too', () => {
    const program = "await (await (await import('hearken')).Engine.load({ workers: 1 })).close()";
    for (const flags of [['--input-type=module'], ['--input-type', 'module']]) {
      const { status, stderr } = spawnSync(process.execPath, [...flags, '-e', program], { cwd: ROOT });
      expect(status, stderr.toString()).to.equal(0);
    }
  });

  it('an exception inside a worker that lives on is INTERNAL, and other streams go on', async () => {
    // No check looks at the type of a class's members; the worker's search does.
    const classes = { a: [7] } as unknown as Record<string, string[]>;
    await rejects(engine.createStream({ phrases: [{ text: 'call $a' }], classes }).finish(), 'INTERNAL');
    const texts: string[] = [];
    for await (const r of engine.transcribe(CLIP)) if (r.type === 'final') texts.push(r.text);
    expect(texts.join(' ')).to.equal('said the little fellow panting in sympathy');
  });
});
