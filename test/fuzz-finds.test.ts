import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { isAnswer, TARGETS } from '../fuzz/targets.js';
import { ROOT } from './support/shared.js';

const FINDS = resolve(ROOT, 'fuzz/finds');

describe('inputs that fuzzing found', function () {
  this.timeout(60_000);

  for (const directory of readdirSync(FINDS))
    it(`of ${directory} end well now`, async () => {
      const target = TARGETS.find((t) => t.name.replace(/ /g, '-') === directory);
      if (!target) return expect.fail(`there is no target ${directory}`);
      for (const file of readdirSync(resolve(FINDS, directory))) {
        try {
          await target.run(readFileSync(resolve(FINDS, directory, file)));
        } catch (error) {
          expect(isAnswer(error), `${file}: ${(error as Error).stack}`).to.equal(true);
        }
      }
    });

  it('and the seeds are well-formed', async () => {
    for (const { name, seeds, run } of TARGETS)
      for (const [i, seed] of seeds.entries()) {
        try {
          await run(seed);
        } catch (error) {
          // Recordings are cut short, and one text seed is for another parser of its target.
          if (name !== 'audio' && name !== 'openfst text')
            expect.fail(`${name}, seed ${i}: ${(error as Error).message}`);
        }
      }
  });
});
