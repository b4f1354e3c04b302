import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ModelCard, parseCard, recurrentFiles } from './card.js';
import { packageFile, readCard, sha256 } from './read-card.js';

/** A package with the acoustic model of a base package and another language part. */
export interface NewPackage {
  /** Directory of the package whose acoustic model and card are taken. */
  base: string;
  /** Directory that already holds the language part, and gets the rest. May be the base itself. */
  out: string;
  /** Files of the language part. */
  files: readonly string[];
  graph: ModelCard['graph'];
  /** Decoder settings that differ from the base's. */
  decoder?: ModelCard['decoder'];
  /** Sources of the text; none: the base's are kept. */
  text: ModelCard['text'];
  /** Figures of the language part, for the card. */
  facts: Record<string, unknown>;
  /** Whether the base's recurrent language model is taken; by default only where the package replaces the base in its place. */
  recurrent?: boolean;
}

const withoutConfidence = (pass: ModelCard['secondPass']): ModelCard['secondPass'] =>
  pass && { ...pass, confidence: undefined };

/** Copies the acoustic model into the package and writes `card.json` with a checksum for every file. @throws MODEL_* */
export function writePackage({ base: from, out, files, graph, decoder, text, facts, recurrent }: NewPackage): void {
  const inPlace = resolve(from) === resolve(out); // then the checksums of the files just replaced no longer count
  const base = readCard(from, !inPlace);
  const recurrentLm = (recurrent ?? inPlace) ? base.recurrentLm : undefined;
  const contexts = base.topology.kind === 'chain' ? base.topology.contexts : undefined;
  const taken = [
    base.acoustic.file,
    base.secondPass?.file,
    contexts,
    base.spelling.tokenizer,
    ...recurrentFiles(recurrentLm),
  ].filter((f) => f !== undefined);
  if (!inPlace) for (const f of taken) copyFileSync(packageFile(from, base, f), resolve(out, f));
  const checksums = Object.fromEntries([...taken, ...files].map((f) => [f, sha256(readFileSync(resolve(out, f)))]));
  const card = {
    ...base,
    extends: undefined,
    recurrentLm,
    // How sure words of a grammar are is another matter than of free speech.
    confidence: graph === 'static' ? undefined : base.confidence,
    secondPass: graph === 'static' ? withoutConfidence(base.secondPass) : base.secondPass,
    graph,
    decoder: { ...base.decoder, ...decoder },
    checksums,
    // A static graph holds nothing of the base's text.
    text: text.length > 0 || graph === 'static' ? text : base.text,
    figures: { ...base.figures, language: facts },
  };
  parseCard(card, 'the new card');
  writeFileSync(resolve(out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
}
