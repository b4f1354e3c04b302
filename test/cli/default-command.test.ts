import { resolve } from 'node:path';
import { expect } from 'chai';
import { withCommand } from '../../src/cli/default-command.js';
import { hearken } from '../support/cli.js';
import { DATA } from '../support/shared.js';

const CLIP = resolve(DATA, 'libri-3526-176653-0051.wav');
const COMMANDS = ['transcribe', 'score', 'mic'];

describe('a command line without a command', function () {
  this.timeout(60_000);

  it('with files, standard input or options of transcribe: transcribe is put in', () => {
    for (const args of [['talk.wav'], ['-'], ['a/b'], ['*'], ['-f', 'srt', 'talk.wav'], ['test']])
      expect(withCommand(args, COMMANDS), args.join(' ')).to.deep.equal(['transcribe', ...args]);
    expect(withCommand(['--debug', 'talk.wav'], COMMANDS)).to.deep.equal(['--debug', 'transcribe', 'talk.wav']);
  });

  it('with a command, a misspelt one, or nothing: it stays as it is', () => {
    for (const args of [
      ['score', 'a.txt'],
      ['mic'],
      ['scroe', 'a.txt'],
      ['help', 'mic'],
      ['--version'],
      ['--debug'],
      [],
    ])
      expect(withCommand(args, COMMANDS), args.join(' ')).to.deep.equal(args);
  });

  it('recognises the file, takes the options, and still corrects a misspelt command', () => {
    const { out, status } = hearken(CLIP);
    expect(status).to.equal(0);
    expect(out).to.equal('said the little fellow panting in sympathy\n');
    expect(hearken('-f', 'srt', CLIP).out).to.match(/^1\n00:00:/);
    const misspelt = hearken('transcrib', CLIP);
    expect(misspelt.status).to.equal(2);
    expect(misspelt.err).to.match(/Did you mean transcribe/);
    expect(hearken('/no/such.wav').err).to.match(/INPUT_NOT_FOUND/);
  });
});
