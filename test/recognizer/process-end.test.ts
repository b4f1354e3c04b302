import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/shared.js';

const SAMPLE = JSON.stringify(resolve(ROOT, 'examples/data/sample.wav'));

/** A program that loads an engine with two workers and never closes it. A process that hangs is killed, and has no status. */
function run(program: string): SpawnSyncReturns<string> {
  const code = `const { Engine } = await import('hearken'); const engine = await Engine.load({ workers: 2 }); ${program}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
}

describe('a program that never closes its engine', function () {
  this.timeout(150_000);

  it('with nothing recognised, or all of it: ends by itself', () => {
    expect(run('console.log(engine.workers)')).to.deep.include({ status: 0, stdout: '2\n' });
    const { status, stdout, stderr } = run(`console.log((await engine.recognize(${SAMPLE})).text)`);
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^he knew every line/);
  });

  it('with a stream given up in the middle: ends by itself, and does not crash', () => {
    const { status, stderr } = run(
      `for await (const r of engine.transcribe(${SAMPLE}, { partials: true })) if (r.type === 'partial') break`,
    );
    expect(status, stderr).to.equal(0);
  });

  it('with results that nobody waits for: the process stays until they are there', () => {
    const { status, stdout, stderr } = run(`engine.recognize(${SAMPLE}).then((r) => console.log(r.text))`);
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^he knew every line/);
  });

  it('with close() called while nothing else keeps it alive: close() resolves', () => {
    expect(run("await engine.close(); console.log('closed')")).to.deep.include({ status: 0, stdout: 'closed\n' });
  });
});
