import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { DATA, ROOT } from '../support/shared.js';
import { SAID } from '../support/spoken.js';

interface Ended {
  code: number;
  out: string;
  err: string;
}

function node(args: string[], cwd: string): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 1 << 26 }, (error, out, err) => {
      const code = error ? ((error as { code?: number }).code ?? 139) : 0;
      done({ code, out, err });
    });
  });
}

/** Names of recordings that are not there: the command line is what counts. */
const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `recordings/call-number-${i}-of-november.wav`);

describe('finding 6: command lines of many file names', function () {
  this.timeout(120_000);
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'hearken-names-'));
    copyFileSync(resolve(DATA, 'libri-3526-176653-0051.wav'), join(dir, 'there.wav'));
  });
  after(() => rmSync(dir, { recursive: true }));

  it('transcribe takes 10,000 of them: what is there is transcribed, what is missing is named', async () => {
    const main = resolve(ROOT, 'dist/src/cli/main.js');
    const { code, out, err } = await node([main, 'transcribe', '-j', '1', 'there.wav', ...names(9999)], dir);
    expect(code).to.equal(1);
    expect(out).to.include(SAID);
    expect(err.match(/INPUT_NOT_FOUND/g)).to.have.length(9999);
  });

  it('the library works in a process that was called with 600 KB of arguments', async () => {
    const script = `
      const { Engine } = await import(${JSON.stringify(resolve(ROOT, 'dist/src/index.js'))});
      const engine = await Engine.load({ workers: 2 });
      for await (const { text } of engine.transcribe('there.wav')) console.log(text);
      await engine.close();`;
    writeFileSync(join(dir, 'calls.mjs'), script);
    const { code, out } = await node(['calls.mjs', ...names(12_000)], dir);
    expect(code).to.equal(0);
    expect(out.trim()).to.equal(SAID);
  });
});
