import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { DEFAULT_MODEL, readCard } from '../../src/package/index.js';
import { hearken } from '../support/cli.js';
import { DATA } from '../support/shared.js';

const SHORT = resolve(DATA, 'libri-3526-176653-0051.wav');

describe('adapting a model to a text', function () {
  this.timeout(900_000);
  let dir: string;
  let base: string;
  before(() => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-adapt-'));
    base = resolve(dir, 'base');
    const text = resolve(dir, 'text.txt');
    writeFileSync(
      text,
      'he said the cat was little\nthe fellow is in the house\nsympathy is in the little house\n'.repeat(3),
    );
    const built = hearken('build-model', text, '-o', base);
    expect(built.status, built.err).to.equal(0);
  });
  after(() => rmSync(dir, { recursive: true }));

  function adapt(text: string, ...flags: string[]): ReturnType<typeof hearken> {
    writeFileSync(resolve(dir, 'notes.txt'), text);
    return hearken('adapt', '--text', resolve(dir, 'notes.txt'), '--base', base, '-o', resolve(dir, 'own'), ...flags);
  }

  it('brings its words and sentences, and keeps those the model had', () => {
    const notes = 'Said the little fellow, panting in sympathy.\nThe quokka was panting.\n';
    const { status, err } = adapt(notes);
    expect(status, err).to.equal(0);
    const words = readFileSync(resolve(dir, 'own/words.txt'), 'utf8').split('\n');
    expect(words).to.include.members(['cat', 'house', 'panting', 'quokka']);
    const own = hearken('transcribe', SHORT, '--model', resolve(dir, 'own'));
    expect(own.out).to.equal('said the little fellow panting in sympathy\n');
    expect(hearken('transcribe', SHORT, '--model', base).out).to.not.include('panting');
    const card = JSON.parse(readFileSync(resolve(dir, 'own/card.json'), 'utf8'));
    expect(card.figures.language).to.include({ sentences: 2, weight: 0.3, added: 2 });
  });

  it('takes the recurrent model of the base along, which build-model leaves out', () => {
    expect(readCard(base).recurrentLm).to.equal(undefined);
    const { status, err } = adapt('The quokka was panting.\n', '--base', DEFAULT_MODEL);
    expect(status, err).to.equal(0);
    expect(readCard(resolve(dir, 'own')).recurrentLm).to.deep.equal(readCard(DEFAULT_MODEL).recurrentLm);
    const own = hearken('transcribe', SHORT, '--model', resolve(dir, 'own'));
    expect(own.out).to.equal('said the little fellow panting in sympathy\n');
  });

  it('finds the weight on sentences like those to come', () => {
    writeFileSync(resolve(dir, 'tune.txt'), 'the quokka was panting\n');
    const { err } = adapt('The quokka was panting.\n', '--tune', resolve(dir, 'tune.txt'));
    expect(Number(/"weight":([\d.]+)/.exec(err)?.[1])).to.be.above(0.9);
  });

  it('refuses what there is nothing to learn from', () => {
    expect(adapt('— 。\n').err).to.include('LM_FORMAT');
    expect(adapt('a', '--weight', '1').status).to.equal(2);
    writeFileSync(resolve(dir, 'g.gram'), '#JSGF V1.0;\ngrammar g;\npublic <g> = yes | no;\n');
    expect(hearken('graph', 'build', resolve(dir, 'g.gram'), '-o', resolve(dir, 'closed')).status).to.equal(0);
    const { decoder } = JSON.parse(readFileSync(resolve(dir, 'closed/card.json'), 'utf8'));
    expect(decoder).to.deep.equal({ ...readCard(DEFAULT_MODEL, false).decoder, beam: 13 });
    expect(adapt('yes', '--base', resolve(dir, 'closed')).err).to.include('MODEL_CARD');
  });
});
