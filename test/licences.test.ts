import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/shared.js';

/** Licences under which what ships may be. */
const ALLOWED = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'CC0-1.0', 'Unlicense']);
/** Libraries under other licences that packages are known to hold, whatever they declare: names found inside their files. */
const HELD = /libmpg123|mpg123_|GNU (LESSER|AFFERO|LIBRARY)? ?GENERAL PUBLIC LICENSE/i;

interface Locked {
  dev?: boolean;
  license?: string;
}

const { packages } = JSON.parse(readFileSync(resolve(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
/** Folders of the packages that ship, and the licences they declare. */
const shipped = Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && !dev);

/** One of the licences of an expression like `(MIT OR CC0-1.0)`. */
const allowed = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(/ or /i)
    .some((name) => ALLOWED.has(name.trim()));

describe('licences of what ships', () => {
  it('are on the list of those allowed', () => {
    expect(shipped.length).to.be.above(50);
    const others = shipped.filter(([, { license }]) => license === undefined || !allowed(license));
    expect(others.map(([folder, { license }]) => `${folder}: ${license}`)).to.deep.equal([]);
  });

  it('are what their files say: none holds code that a licence field does not tell of', function () {
    this.timeout(120_000);
    const found: string[] = [];
    let files = 0;
    for (const [folder] of shipped) {
      const path = resolve(ROOT, folder);
      if (!existsSync(path)) continue; // of another platform
      for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
        if (/(^|\/)node_modules\//.test(file) || !/(^|\/)(licen[cs]e|copying)[^/]*$|\.(wasm|[cm]?js)$/i.test(file))
          continue;
        files++;
        try {
          if (HELD.test(readFileSync(resolve(path, file), 'latin1'))) found.push(`${folder}/${file}`);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
        }
      }
    }
    expect(files).to.be.above(200);
    expect(found).to.deep.equal([]);
  });
});
