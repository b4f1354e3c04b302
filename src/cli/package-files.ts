import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type ModelCard, parseCard, readCard } from '../acoustic/index.js';
import { HearkenError } from '../errors.js';
import { ContextTable } from '../graph/index.js';
import { ADDITIONS } from '../lexicon/index.js';
import { DEFAULT_MODEL } from '../recognizer/model-package.js';

/** Of commands that make a package from another. */
export interface PackageFlags {
  out: string;
  base: string;
  lexicon: string;
  credit: string[];
}

/** @param base what is taken from the base package */
export function addPackageOptions(command: Command, base = 'package whose acoustic model and card are taken'): Command {
  return command
    .requiredOption('-o, --out <dir>', 'directory of the package')
    .option('--base <dir>', base, DEFAULT_MODEL)
    .option(
      '--lexicon <file>',
      'pronunciations besides CMUdict: word, then phones (a PocketSphinx dictionary will do)',
      ADDITIONS,
    )
    .option('--credit <name|licence|attribution...>', 'sources of the text, for the card', [] as string[]);
}

/** The units of a package's acoustic model. @throws MODEL_CARD */
export function contextOf(directory: string): ContextTable {
  const { acoustic } = readCard(directory, false);
  if (!acoustic.units) return ContextTable.monophone(acoustic.phones.length);
  const table = ContextTable.parse(readFileSync(resolve(directory, acoustic.units), 'utf8'));
  if (table.phones !== acoustic.phones.length || 2 * table.units !== acoustic.outputs)
    throw new HearkenError('MODEL_CARD', `${directory}: ${acoustic.units} does not fit the card's phones and outputs`);
  return table;
}

/** What a package made from a base one says of itself. */
export interface NewPackage {
  base: string;
  out: string;
  /** Files made, besides those of the acoustic model. */
  files: readonly string[];
  graph: ModelCard['graph'];
  /** Decoder settings other than the base's. */
  decoder?: ModelCard['decoder'];
  /** Sources of the text, `name|licence|attribution`; none: the base's are kept. */
  credit: readonly string[];
  facts: Record<string, unknown>;
  /** The base's recurrent language model goes along; by default only where a package is made anew in its own place. */
  recurrent?: boolean;
}

/** Put the acoustic model beside the new files and write the card with everyone's checksum. */
export function sealPackage({ files: made, graph, decoder, facts, recurrent, ...flags }: NewPackage): void {
  const inPlace = resolve(flags.base) === resolve(flags.out); // then the checksums of the files just replaced no longer count
  const base = readCard(flags.base, !inPlace);
  const recurrentLm = (recurrent ?? inPlace) ? base.recurrentLm : undefined;
  const taken = [
    base.acoustic.file,
    base.acoustic.units,
    recurrentLm?.network,
    recurrentLm?.tables,
    recurrentLm?.words,
  ];
  const old = taken.filter((f) => f !== undefined);
  if (!inPlace) for (const f of old) copyFileSync(resolve(flags.base, f), resolve(flags.out, f));
  const files = [...old, ...made];
  const checksums = Object.fromEntries(
    files.map((f) => [
      f,
      createHash('sha256')
        .update(readFileSync(resolve(flags.out, f)))
        .digest('hex'),
    ]),
  );
  const text = flags.credit
    .map((c) => c.split('|'))
    .map(([name, licence = '', attribution = '']) => ({ name, licence, attribution }));
  const card = {
    ...base,
    recurrentLm,
    // How sure words of a grammar are is another matter than of free speech.
    confidence: graph === 'static' ? undefined : base.confidence,
    graph,
    decoder: { ...base.decoder, ...decoder },
    checksums,
    // A static graph holds nothing of the base's text.
    text: text.length > 0 || graph === 'static' ? text : base.text,
    figures: { ...base.figures, language: facts },
  };
  parseCard(card, 'the new card');
  writeFileSync(resolve(flags.out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
}
