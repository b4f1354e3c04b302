import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { HearkenClient, type ServerError } from '../../client/index.js';
import { Engine } from '../../src/index.js';
import { hearken } from '../support/cli.js';
import { rejects } from '../support/errors.js';
import { Served } from '../support/serving.js';
import { DATA } from '../support/shared.js';

const SHORT = readFileSync(resolve(DATA, 'libri-3526-176653-0051.wav')).subarray(44);
const TEXT = 'said the little fellow panting in sympathy';
const GRAMMAR = `#JSGF V1.0;
grammar animals;
public <said> = said the (little | big) <who> (panting | growling) in (sympathy | anger);
<who> = fellow | dog;
`;

describe('grammars by name', function () {
  this.timeout(120_000);
  const dir = mkdtempSync(resolve(tmpdir(), 'hearken-grammars-'));
  after(() => rmSync(dir, { recursive: true }));
  const served = new Served(() => {
    writeFileSync(resolve(dir, 'animals.gram'), GRAMMAR);
    const built = hearken('graph', 'build', resolve(dir, 'animals.gram'), '-o', resolve(dir, 'animals'));
    expect(built.status, built.err).to.equal(0);
    return { workers: 2, grammars: { animals: resolve(dir, 'animals') } };
  });

  async function heard(options: {
    grammar?: string;
    phrases?: string[];
  }): Promise<{ text: string; warnings: string[] }> {
    const client = await HearkenClient.connect(served.stream, options);
    await client.send(SHORT);
    client.finish();
    const texts: string[] = [];
    let warnings: string[] = [];
    for await (const r of client) {
      if (r.type === 'final') texts.push(r.text);
      if (r.type === 'done') warnings = r.warnings;
    }
    return { text: texts.join(' '), warnings };
  }

  it('are chosen by each stream', async () => {
    expect(served.engine.grammars).to.deep.equal(['animals']);
    const all = await Promise.all([heard({}), heard({ grammar: 'animals' }), heard({ grammar: 'animals' }), heard({})]);
    expect(all.map((a) => a.text)).to.deep.equal([TEXT, TEXT, TEXT, TEXT]);
    // Within the grammar a boost chooses among its sentences only.
    const big = await heard({ grammar: 'animals', phrases: ['big=20', 'zebra'] });
    expect(big.warnings.join()).to.match(/"zebra" cannot be listened for/);
    expect(big.text).to.match(/^said the (little|big) (fellow|dog) (panting|growling) in (sympathy|anger)$/);
  });

  it('that do not exist are refused, and so are packages for another model', async () => {
    const refusal = await heard({ grammar: 'plants' }).catch((error: ServerError) => error.code);
    expect(refusal).to.equal('OPTION_INVALID');
    const other = resolve(dir, 'other');
    expect(hearken('graph', 'build', resolve(dir, 'animals.gram'), '-o', other).status).to.equal(0);
    const card = JSON.parse(readFileSync(resolve(other, 'card.json'), 'utf8'));
    card.spelling.units.reverse();
    writeFileSync(resolve(other, 'card.json'), JSON.stringify(card));
    await rejects(Engine.load({ workers: 1, grammars: { other } }), 'MODEL_CARD');
    await rejects(Engine.load({ workers: 1, grammars: { other: resolve(dir, 'none') } }), 'MODEL_NOT_FOUND');
  });
});
