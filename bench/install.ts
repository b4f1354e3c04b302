import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { keptTable, machine } from './results.js';

const ROOT = resolve(import.meta.dirname, '../..');
const LIMIT_MS = 300_000;
/** onnxruntime's CUDA libraries are left out (docs/start.md): they come from another place than npm's. */
const ENVIRONMENT = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };

/** Debian's packages that make PocketSphinx work with its English model. */
const POCKETSPHINX = ['pocketsphinx', 'libpocketsphinx3', 'libsphinxbase3t64', 'libsphinxbase3', 'pocketsphinx-en-us'];

/**
 * What an installation takes: this project packed, and the peers that npm has, each into an empty project with an empty cache;
 * what Debian says of PocketSphinx.
 */
export async function installBench(): Promise<void> {
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-install-'));
  try {
    console.log(machine());
    // The build that runs this is what gets packed: building anew would take it away meanwhile.
    const flags = ['--ignore-scripts', '--json', '--pack-destination', directory];
    const packed = execFileSync('npm', ['pack', ...flags], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    const [{ filename }] = JSON.parse(packed.toString()) as [{ filename: string }];
    const row = keptTable('install', ['package', 'seconds', 'MB on disk', 'packages', 'works']);
    const use = ['hearken', 'transcribe', resolve(ROOT, 'examples/data/sample.wav')];
    row(...installed(directory, 'hearken', resolve(directory, filename), use));
    row(...installed(directory, 'sherpa-onnx-node', 'sherpa-onnx-node@1.13.8'));
    row(...installed(directory, 'vosk', 'vosk'));
    const debian = spawnSync('dpkg-query', ['-Wf', `\${Installed-Size}\n`, ...POCKETSPHINX]).stdout.toString();
    const sizes = debian.split('\n').filter(Boolean).map(Number);
    const kilobytes = sizes.reduce((a, b) => a + b, 0);
    row('pocketsphinx (Debian)', '', sizes.length > 0 ? (kilobytes / 1000).toFixed(0) : '', sizes.length, '');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** `npm install` of a package; with `use`, a command of it that must work, else it must load. */
function installed(directory: string, name: string, spec: string, use?: readonly string[]): (string | number)[] {
  const project = resolve(directory, name);
  mkdirSync(project);
  writeFileSync(resolve(project, 'package.json'), '{"private":true}\n');
  const cache = resolve(directory, `${name}-cache`);
  const began = performance.now();
  const flags = ['--no-audit', '--no-fund', '--cache', cache];
  const run = spawnSync('npm', ['install', ...flags, spec], { cwd: project, env: ENVIRONMENT, timeout: LIMIT_MS });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (run.status !== 0) {
    const reason = /(?:error|not found): (.*)/.exec(run.stderr.toString())?.[1] ?? `ended after ${seconds} s`;
    return [name, seconds, '', '', `does not install: ${reason}`];
  }
  const modules = resolve(project, 'node_modules');
  const kilobytes = Number(execFileSync('du', ['-sk', modules]).toString().split('\t')[0]);
  const lock = execFileSync('npm', ['ls', '--all', '--parseable'], { cwd: project }).toString();
  const tried = use
    ? spawnSync('npx', ['--no-install', ...use], { cwd: project })
    : spawnSync(process.execPath, ['-e', `require('${name}')`], { cwd: project });
  const answer = tried.status === 0 ? tried.stdout.toString().trim() || 'loads' : tried.stderr.toString().slice(0, 200);
  return [name, seconds, (kilobytes / 1000).toFixed(0), lock.trim().split('\n').length - 1, answer];
}
