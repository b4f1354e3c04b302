import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/shared.js';

/** What each folder may import besides itself and what stands in no folder: the direction of the data, without cycles. */
const ALLOWED: Record<string, string[]> = {
  audio: [],
  binary: [],
  frontend: [],
  fst: ['binary'],
  lexicon: ['binary', 'lm', 'scoring'],
  scoring: [],
  lm: ['binary'],
  graph: ['fst', 'lexicon', 'lm', 'binary'],
  runtime: [],
  acoustic: ['frontend', 'runtime'],
  decoder: ['fst', 'graph', 'lm'],
  package: ['acoustic', 'binary', 'frontend', 'fst', 'graph', 'lexicon', 'lm'],
  recognizer: [
    'acoustic',
    'audio',
    'decoder',
    'frontend',
    'fst',
    'graph',
    'lexicon',
    'lm',
    'package',
    'punctuation',
    'runtime',
    'written',
  ],
  written: ['fst'],
  punctuation: ['binary', 'lm'],
  formats: ['recognizer'],
  batch: ['audio', 'binary', 'recognizer'],
  cli: [
    'acoustic',
    'audio',
    'batch',
    'binary',
    'formats',
    'frontend',
    'fst',
    'graph',
    'lexicon',
    'lm',
    'package',
    'punctuation',
    'recognizer',
    'runtime',
    'scoring',
  ],
};

function sources(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.ts'))
    .map((f) => resolve(directory, f));
}

const SRC = resolve(ROOT, 'src');

function folder(path: string): string {
  return relative(SRC, path).split('/')[0];
}

describe('architecture', () => {
  it('lets folders import only what stands below them', () => {
    const wrong: string[] = [];
    for (const file of sources(SRC)) {
      const from = folder(file);
      if (from.endsWith('.ts')) continue;
      for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
        const to = folder(resolve(dirname(file), target));
        const free =
          to === from ||
          ['errors.js', 'input-file.js', 'turns.js', 'unknown-names.js'].includes(to) ||
          (from === 'cli' && to.startsWith('..'));
        if (!free && !ALLOWED[from]?.includes(to)) wrong.push(`${relative(ROOT, file)} imports ${target}`);
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it('keeps the decoder free of the runtime and of audio, and fst free of speech', () => {
    for (const part of ['decoder', 'fst', 'graph', 'lm']) {
      for (const file of sources(resolve(SRC, part))) {
        expect(readFileSync(file, 'utf8'), file).to.not.match(/onnxruntime|\/audio\/|\/frontend\//);
      }
    }
  });

  it('names the runtime in one file only, and pdfs of a chain model in the graph room only', () => {
    for (const file of sources(SRC)) {
      const text = readFileSync(file, 'utf8');
      const room = folder(file);
      if (!file.endsWith('runtime/onnx-node.ts')) expect(text, file).to.not.match(/from 'onnxruntime/);
      if (room !== 'graph' && room !== 'frontend') expect(text, file).to.not.match(/context\.units|Math\.LN2/);
    }
  });

  it('npm: package.json says where the project is and which Node it needs, and npm warns of nothing', () => {
    const manifest = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
    for (const field of ['repository', 'bugs', 'homepage', 'author']) expect(manifest, field).to.have.property(field);
    expect(manifest.keywords).to.include('speech-recognition');
    // From 20.19 on CommonJS can require() an ES module.
    expect(manifest.engines).to.deep.equal({ node: '>=20.19' });
    const { status, stderr } = spawnSync('npm', ['pkg', 'get', 'name'], { cwd: ROOT, encoding: 'utf8' });
    expect(status).to.equal(0);
    expect(stderr).to.not.match(/warn/i);
  });

  it('packs what a user needs and nothing else', function () {
    this.timeout(120_000);
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ files }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ files: { path: string }[] }];
    const paths = files.map((f) => f.path);
    for (const needed of [
      'package.json',
      'README.md',
      'LICENSE',
      'dist/src/index.js',
      'dist/src/index.d.ts',
      'dist/src/cli/main.js',
      'dist/server/index.js',
      'dist/client/capture-worklet.js',
      'server/demo/index.html',
      'models/en/card.json',
      'models/en/second-pass.onnx',
      'models/en-small/acoustic.onnx',
      'models/en-small/card.json',
      'examples/data/sample.wav',
    ]) {
      expect(paths).to.include(needed);
    }
    const rest = paths.filter(
      (p) =>
        !/^(package\.json|README\.md|LICENSE|SECURITY\.md|CHANGELOG\.md|dist\/(src|server|client)\/.*\.(js|d\.ts|map)|server\/demo\/\w+\.(html|css|js)|models\/en(-small)?\/[^/]+|lexicon\/[^/]+|examples\/data\/[^/]+)$/.test(
          p,
        ),
    );
    expect(rest).to.deep.equal([]);
  });
});
