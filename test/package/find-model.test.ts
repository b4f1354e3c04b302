import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { expect } from 'chai';
import { findModel, packageFile, readPackage } from '../../src/package/index.js';
import { codeOf } from '../support/errors.js';
import { ROOT } from '../support/shared.js';

describe('findModel', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-models-'));
    for (const name of ['a/one', 'b/one', 'b/two', 'xdg/hearken/models/three', 'xdg/hearken/models/two']) {
      mkdirSync(resolve(dir, name), { recursive: true });
      writeFileSync(resolve(dir, name, 'card.json'), '{}');
    }
    mkdirSync(resolve(dir, 'a/empty'));
  });
  after(() => rmSync(dir, { recursive: true }));
  const env = () => ({
    HEARKEN_MODELS: [resolve(dir, 'a'), resolve(dir, 'b')].join(delimiter),
    XDG_DATA_HOME: resolve(dir, 'xdg'),
  });

  it('takes a path that exists, then HEARKEN_MODELS in order, the data directory, and the shipped packages', () => {
    expect(findModel(resolve(dir, 'b/one'), env())).to.equal(resolve(dir, 'b/one'));
    expect(findModel('one', env())).to.equal(resolve(dir, 'a/one'));
    expect(findModel('two', env())).to.equal(resolve(dir, 'b/two'));
    expect(findModel('three', env())).to.equal(resolve(dir, 'xdg/hearken/models/three'));
    expect(findModel('en-small', env())).to.equal(resolve(ROOT, 'models/en-small'));
  });

  it('refuses what is not there, and names that lead elsewhere, saying where it looked', () => {
    for (const name of ['four', 'empty', '../b/none', '', 'a b'])
      expect(
        codeOf(() => findModel(name, env())),
        name,
      ).to.equal('MODEL_NOT_FOUND');
    expect(() => findModel('four', env())).to.throw(/xdg.*@hearken\/four/);
  });
});

describe('a package that extends another', () => {
  it('has the files that it lacks, and its own first', () => {
    const dir = mkdtempSync(resolve(tmpdir(), 'hearken-extends-'));
    try {
      cpSync(resolve(ROOT, 'models/en-small'), resolve(dir, 'base'), { recursive: true });
      mkdirSync(resolve(dir, 'child'));
      const card = { ...readPackage(resolve(dir, 'base')).card, name: 'child', extends: 'base' };
      writeFileSync(resolve(dir, 'child/card.json'), JSON.stringify(card));
      expect(readPackage(resolve(dir, 'child')).words).to.deep.equal(readPackage(resolve(dir, 'base')).words);
      expect(packageFile(resolve(dir, 'child'), card, 'lm.bin')).to.equal(resolve(dir, 'base/lm.bin'));
      writeFileSync(resolve(dir, 'child/words.txt'), 'other');
      expect(codeOf(() => readPackage(resolve(dir, 'child')))).to.equal('MODEL_CHECKSUM');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
