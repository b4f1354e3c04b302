import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect } from 'chai';
import { ERROR_CODES } from '../src/errors.js';
import { apiPages } from '../tools/api-reference.js';
import { ROOT } from './support/shared.js';

const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

describe('documents', () => {
  it('list every error code and what it means', () => {
    for (const [code, meaning] of Object.entries(ERROR_CODES))
      expect(read('docs/errors.md')).to.include(`| \`${code}\` | ${meaning} |`);
  });

  it('give a reason for every dependency, at its version', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    for (const [name, version] of Object.entries(dependencies)) {
      expect(read('docs/dependencies.md')).to.include(`\`${name}\` ${version}`);
      expect(version, name).to.match(/^\d/);
    }
  });

  it('link to files that exist', () => {
    const all = ['docs', 'docs/api', 'bench', 'examples', 'training', 'models/en-small'].flatMap((folder) =>
      readdirSync(resolve(ROOT, folder)).map((f) => `${folder}/${f}`),
    );
    const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...all.filter((f) => f.endsWith('.md'))];
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(existsSync(resolve(ROOT, dirname(page), target)), `${page} links to ${target}`).to.equal(true);
      }
    }
  });

  it('hold the declarations of the package as they are', () => {
    const pages = apiPages();
    const written = readdirSync(resolve(ROOT, 'docs/api'));
    expect(written.sort()).to.deep.equal(Object.keys(pages).sort());
    for (const [file, text] of Object.entries(pages))
      expect(read(`docs/api/${file}`) === text, `docs/api/${file} is old: npm run api`).to.equal(true);
    expect(pages['hearken.md']).to.contain('### Engine\n').and.contain('### RecordingPart');
    expect(pages['decoder.md']).to.contain('### BeamDecoder');
  });
});
