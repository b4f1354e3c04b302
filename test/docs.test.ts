import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect } from 'chai';
import { ERROR_CODES } from '../src/errors.js';
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
    const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(resolve(ROOT, 'docs')).map((f) => `docs/${f}`)];
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(existsSync(resolve(ROOT, dirname(page), target)), `${page} links to ${target}`).to.equal(true);
      }
    }
  });

  it('show a decoder example that runs', async () => {
    const example = /```ts\nimport \{ BeamDecoder[\s\S]*?```/.exec(read('docs/library.md'))?.[0] ?? '';
    const code = example
      .replace(/```(ts)?/g, '')
      .replace(
        /from 'hearken\/(\w+)'/g,
        (_, part: string) => `from '${new URL(`../src/${part}/index.js`, import.meta.url).href}'`,
      )
      .replace('console.log(', 'export const result = (');
    const { result } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { result: unknown };
    expect(result).to.deep.equal([{ label: 4, begin: 0, end: 1, complete: false }]);
  });
});
